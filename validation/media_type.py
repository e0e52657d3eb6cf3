"""What a file is, by its content: our own look into containers first, libmagic for the rest.

Magic octets alone are not believed: a file that ends right after them is `application/octet-stream`.  libmagic knows
few OOXML files and calls others octet-stream; opening the container is both cheaper and right.
"""

import functools
import re
import struct
import threading

import pylibmagic  # noqa: F401  carries libmagic; must be imported before `magic` looks for it

import magic  # isort: skip

from validation.attachments import extension_of
from validation.container_ole import MAGIC as OLE_MAGIC
from validation.container_ole import read_ole
from validation.container_zip import has_directory, zip_type
from validation.damaged import Damaged

UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"
_LIBMAGIC_OCTETS = 1_048_576  # libmagic reads no further either
_LOCK = threading.Lock()  # a Magic object must not be shared between threads (python-magic issue 11)

_XML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>)?\s*"
    rb"(?:<!--.{0,2000}?-->\s*|<\?[^>]{0,300}\?>\s*|<!DOCTYPE[^>\[]{0,300}>\s*){0,8}"
    rb"<([A-Za-z_][\w.:-]{0,80})([^>]{0,2000})",
    re.DOTALL,
)
_EML = re.compile(
    rb"(?:From [^\r\n]{1,300}\r?\n)?(?:(?:Received|Return-Path|Delivered-To|Message-ID|From|To|Cc|Subject|Date|"
    rb"MIME-Version|X-[A-Za-z0-9-]+|Reply-To|Content-Type|DKIM-Signature|ARC-[A-Za-z-]+|Authentication-Results|Sender):"
    rb"[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3}",
    re.IGNORECASE,
)
_MACH_O = {bytes.fromhex(code) for code in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")}
_FIELD = re.compile(rb"(?:From |[A-Za-z][A-Za-z0-9-]{0,60}:)")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_TEXT_FORMATS = (
    b"#!",
    b"%!",
    b"ID;P",
    b"P1",
    b"P2",
    b"P3",
    b"{",
    b"[",
    b"BEGIN:",
    b"<",
    b"/* XPM",
    b"-----BEGIN",
    b"\x1b",
)
_CMS = {1: "data", 2: "signed", 3: "enveloped", 4: "signed-and-enveloped", 5: "digested", 6: "encrypted"}
_CMS_OID = bytes.fromhex("06092a864886f70d0107")  # 1.2.840.113549.1.7.*
#: Compressed (RFC 3274 section 1.1) and authenticated-enveloped data (RFC 5083 section 2.1).
_CMS_OTHERS = (bytes.fromhex("060b2a864886f70d0109100109"), bytes.fromhex("060b2a864886f70d0109100117"))
_EDXML = ("http://www.mic.gov.vn/TBT/QCVN_102_2016", "http://www.e-doc.vn/Schema/")
_SCRIPT_EXTENSIONS = {
    "bat": "text/x-msdos-batch",
    "cmd": "text/x-msdos-batch",
    "ps1": "text/x-powershell",
    "psm1": "text/x-powershell",
    "vbs": "text/vbscript",
    "vbe": "text/vbscript",
    "js": "text/javascript",
    "jse": "text/javascript",
    "wsf": "text/x-wsf",
    "wsh": "text/x-wsf",
    "hta": "application/hta",
    "reg": "text/x-ms-regedit",
    "sh": "text/x-shellscript",
    "scr": "text/x-msdos-batch",
    "sct": "text/x-wsf",
    "url": "application/x-mswinurl",
    "py": "text/x-script.python",
    "pl": "text/x-perl",
    "rb": "text/x-ruby",
    "php": "text/x-php",
}
#: Types that libmagic gives on less than a header's worth of octets; below that many octets nothing is believed.
_LEAST = {
    "application/dicom": 200,
    "video/x-flv": 24,
    "application/x-arj": 34,
    "application/x-rar": 20,
    "application/x-7z-compressed": 32,
    "application/x-mach-binary": 28,
    "application/x-dosexec": 65,
    "application/x-executable": 52,
    "image/png": 45,
    "image/jpeg": 100,
    "image/jp2": 60,
    "image/gif": 20,
    "audio/mpeg": 32,
    "application/x-java-applet": 40,
}


@functools.cache
def _magic() -> "magic.Magic":
    return magic.Magic(mime=True)


def warm() -> None:
    """Load libmagic's database, before a sandbox closes the file system."""
    with _LOCK:
        _magic().from_buffer(b"%PDF-1.7\n")


def _program(content: bytes) -> str:
    """The type of a machine program, where the structure behind its magic is really there; else ""."""
    if content[:2] == b"MZ" and len(content) >= 64:
        at = int.from_bytes(content[60:64], "little")
        if content[at : at + 4] == b"PE\0\0" and len(content) > at + 24 and len(content) > 128:
            return "application/vnd.microsoft.portable-executable"
        return "application/x-dosexec" if len(content) > 64 else ""
    if content[:4] == b"\x7fELF" and len(content) >= 52:
        return "application/x-executable"
    if content[:4] in _MACH_O and len(content) >= 28:
        return "application/x-mach-binary"
    if content[:20] == bytes.fromhex("4c0000000114020000000000c000000000000046"):
        return "application/x-ms-shortcut"
    if content[:4] == b"\xca\xfe\xba\xbe" and len(content) >= 40:
        return "application/x-java-applet" if content[6:8] > b"\x00\x20" else "application/x-mach-binary"
    if content[:4] == b"dex\n" and len(content) >= 112:
        return "application/x-dex"
    return ""


def _cms(content: bytes, name: str) -> str:
    """PKCS #7 / CMS, DER or PEM (RFC 5652 section 3); else ""."""
    if content[:1] == b"\x30" and _CMS_OID in content[:24]:
        at = content.index(_CMS_OID) + len(_CMS_OID)
        if content[at : at + 1] and content[at] in _CMS:
            detached = content[at] == 2 and extension_of(name) == "p7s"
            return "application/pkcs7-signature" if detached else "application/pkcs7-mime"
    if content[:1] == b"\x30" and any(each in content[:24] for each in _CMS_OTHERS):
        return "application/pkcs7-mime"
    if content[:64].lstrip().startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS", b"-----BEGIN PKCS #7")):
        return "application/pkcs7-signature" if extension_of(name) == "p7s" else "application/pkcs7-mime"
    return ""


def _markup(content: bytes) -> str:
    """XML and HTML by their root element; "" if it is none."""
    head = content[:8192]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head = head.decode("utf-16", "ignore").encode("utf-8")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"<"):
        return ""
    lower = head[:1024].lower()
    found = _XML.match(head)
    root = found.group(1).decode("latin-1").rpartition(":")[2].lower() if found else ""
    if root == "html" or lower.startswith((b"<!doctype html", b"<html")) or root in {"head", "body", "script", "table"}:
        return "text/html"
    if root == "svg":
        return "image/svg+xml"
    if lower.startswith(b"<?xml") or (found and b"xmlns" in found.group(2)):
        if root in {"edxml", "edxmlenvelope"} and any(uri.encode() in head for uri in _EDXML):
            return "application/edxml+xml"
        if b'progid="word.document"' in lower:
            return "application/msword-xml"
        if b'progid="excel.sheet"' in lower:
            return "application/vnd.ms-excel-xml"
        return "text/xml"
    return ""


def _is_mail(content: bytes, name: str) -> bool:
    """Three fields of a mail's header at the beginning, or any field where the name says so."""
    if extension_of(name) == "eml" and _FIELD.match(content):
        return True
    return bool(_FIELD.match(content)) and _EML.match(content[:16384]) is not None


def carries_pdf(content: bytes) -> bool:
    """Whether the PDF header near the beginning lies in a member that a zip keeps as it is, as ASiC keeps PDFs."""
    if content[:4] != b"PK\x03\x04" or not has_directory(content):
        return False
    header = content.find(b"%PDF-", 0, 1024)
    at = 0
    while (
        at + 30 <= len(content) and content[at : at + 4] == b"PK\x03\x04"
    ):  # APPNOTE 4.3.7: local header of 30 octets, then name, extra, data
        packed, _, name, extra = struct.unpack_from("<LLHH", content, at + 18)
        begin = at + 30 + name + extra
        if header < begin + packed:
            return header >= begin and content[at + 8 : at + 10] == b"\0\0"  # method 0 = stored
        at = begin + packed
    return False


def _own(content: bytes, name: str) -> str:
    """The types that we tell ourselves; "" where libmagic shall speak."""
    program = _program(content)
    if program:
        return program
    if _is_mail(content, name):  # before PDF: a short mail carries one within its first 1024 octets
        return "message/rfc822"
    if cms := _cms(content, name):  # before PDF: a CMS container may carry one within its first 1024 octets, too
        return cms
    if content[:8] == OLE_MAGIC:  # before PDF: a short .msg or winmail.dat, too
        try:
            return read_ole(content).media_type
        except Damaged:
            return "application/x-ole-storage" if len(content) >= 512 else UNKNOWN
    if content[:4] == b"\x78\x9f\x3e\x22" and len(content) > 20:
        return "application/ms-tnef"
    if _is_tar(content):  # before PDF: its first member's first octets are within the first 1024, too
        return "application/x-tar"
    if b"%PDF-" in content[:1024] and not carries_pdf(content):
        # ISO 32000-2 section 7.5.2 puts the header at 0; every reader accepts it within the first 1024 octets.
        return "application/pdf" if b"obj" in content or b"xref" in content else UNKNOWN
    if content[:4] == b"PK\x03\x04" or (content[:2] == b"PK" and has_directory(content)):
        return zip_type(content)
    if content[:5] == b"{\\rtf" or (content[:4] == b"{\\rt" and len(content) > 32):
        return "application/rtf"
    if content[:4] == b"\xe4\x52\x5c\x7b" and len(content) > 64:
        return "application/onenote"
    if b"(This file must be converted with BinHex" in content[:4096]:  # RFC 1741 section 5: mail text may precede it
        return "application/mac-binhex40"
    if content[:4] == b"ITSF" and len(content) > 64:
        return "application/vnd.ms-htmlhelp"
    return _markup(content)


def sniff(content: bytes, name: str) -> str:
    """The media type of `content`.  `name` helps only where the content is text and cannot tell: scripts, CSV."""
    if not content:
        return EMPTY
    own = _own(content, name)
    if own == "text/html" and extension_of(name) == "hta":
        return "application/hta"
    if own:
        return own
    if _is_prose(content):
        return _text(content, name, "text/plain")
    with _LOCK:
        try:
            told = str(_magic().from_buffer(content[:_LIBMAGIC_OCTETS]))
        except (magic.MagicException, UnicodeDecodeError):
            told = UNKNOWN
    if told in {UNKNOWN, "application/zip"} and has_directory(content):
        return zip_type(content)  # something stands in front of it, but every reader finds it from its end
    if told.startswith("text/") or told in {"application/json", "application/x-ndjson", UNKNOWN}:
        return _text(content, name, told)
    if len(content) < _LEAST.get(told, 12):
        return UNKNOWN
    return UNKNOWN if told in {"application/zip", "application/CDFV2"} else told


def _is_tar(content: bytes) -> bool:
    """By mark and checksum (POSIX.1-2017, pax and ustar)."""
    head = content[:512]
    if len(head) < 512 or head[257:262] != b"ustar":
        return False
    total = sum(head[:148]) + 8 * 0x20 + sum(head[156:])  # the checksum counts its own eight octets as blanks
    return head[148:156].strip(b" \0").lstrip(b"0") == b"%o" % total


def _is_prose(content: bytes) -> bool:
    """UTF-8 text that begins like no format made of text: libmagic's many patterns take 5 ms to say the same."""
    if len(content) < 64 or content.startswith(_TEXT_FORMATS) or _CONTROLS.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(content: bytes, name: str, told: str) -> str:
    """Text of one kind or another, or octets that only look like it."""
    extension = extension_of(name)
    if told == UNKNOWN:
        # Text in a legacy Vietnamese encoding has no C0 controls but looks like data to libmagic.
        sample = content[:65536]
        return UNKNOWN if len(sample) < 32 or _CONTROLS.search(sample) else "text/plain"
    if content[:2] == b"#!":
        return told if told.startswith("text/x-") else "text/x-shellscript"
    if extension in _SCRIPT_EXTENSIONS:
        return _SCRIPT_EXTENSIONS[extension]
    if extension == "csv" and told == "text/plain":
        return "text/csv"
    return told
