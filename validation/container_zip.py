"""Zip files under caps: opened from memory, listed, typed by what they hold, members unpacked one by one.

Nothing is ever written to disk.  Sizes in a zip's directory are the sender's claim: members are read through a bound.
"""

import codecs
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from validation.damaged import Damaged

# 46 octets and a name make one directory entry: about 50,000 members, more than anyone sends.
_DIRECTORY_CAP = 5_000_000
_EOCD = struct.Struct("<4s4H2LH")
_MAIN = re.compile(rb'ContentType\s*=\s*["\']([^"\']{1,200})["\']')
_WORD, _SHEET = "wordprocessingml", "spreadsheetml"
_OPEN = "application/vnd.openxmlformats-officedocument."
#: Content types of an OOXML package's main part (ECMA-376 part 1, section 11-15; [MS-OFFMACRO2]) and the package's own.
_MAIN_PARTS = {
    f"{_OPEN}{_WORD}.document.main+xml": f"{_OPEN}{_WORD}.document",
    f"{_OPEN}{_WORD}.template.main+xml": f"{_OPEN}{_WORD}.template",
    f"{_OPEN}{_SHEET}.sheet.main+xml": f"{_OPEN}{_SHEET}.sheet",
    f"{_OPEN}{_SHEET}.template.main+xml": f"{_OPEN}{_SHEET}.template",
    f"{_OPEN}presentationml.presentation.main+xml": f"{_OPEN}presentationml.presentation",
    f"{_OPEN}presentationml.template.main+xml": f"{_OPEN}presentationml.template",
    f"{_OPEN}presentationml.slideshow.main+xml": f"{_OPEN}presentationml.slideshow",
    "application/vnd.ms-word.document.macroenabled.main+xml": "application/vnd.ms-word.document.macroenabled.12",
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml": (
        "application/vnd.ms-word.template.macroenabled.12"
    ),
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.ms-excel.template.macroenabled.main+xml": "application/vnd.ms-excel.template.macroenabled.12",
    "application/vnd.ms-excel.addin.macroenabled.main+xml": "application/vnd.ms-excel.addin.macroenabled.12",
    "application/vnd.ms-excel.sheet.binary.macroenabled.main": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml": (
        "application/vnd.ms-powerpoint.presentation.macroenabled.12"
    ),
    "application/vnd.ms-powerpoint.template.macroenabled.main+xml": (
        "application/vnd.ms-powerpoint.template.macroenabled.12"
    ),
    "application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml": (
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12"
    ),
    "application/vnd.ms-powerpoint.addin.macroenabled.main+xml": "application/vnd.ms-powerpoint.addin.macroenabled.12",
    "application/vnd.ms-visio.drawing.main+xml": "application/vnd.ms-visio.drawing",
    "application/vnd.ms-visio.drawing.macroenabled.main+xml": "application/vnd.ms-visio.drawing.macroenabled.12",
    "application/vnd.ms-package.xps-fixeddocumentsequence+xml": "application/vnd.ms-xpsdocument",
}
#: What a container without its mimetype is known by (ETSI EN 319 162-1 section A.1 lets it be missing).
_ASIC_CLAIM = re.compile(r"META-INF/(?:[^/]*signatures?[^/]*\.(?:xml|p7s)|timestamp[^/]*\.tst)", re.IGNORECASE)
# What a producer that wrote a wrong [Content_Types].xml still put where every reader looks for it.
_MAIN_FOLDERS = (
    ("word/document", f"{_OPEN}{_WORD}.document"),
    ("xl/workbook", f"{_OPEN}{_SHEET}.sheet"),
    ("ppt/presentation", f"{_OPEN}presentationml.presentation"),
    ("visio/document", "application/vnd.ms-visio.drawing"),
)


def is_folder(member: zipfile.ZipInfo) -> bool:
    """Whether the member is no file.  zipfile's own `is_dir` looks for a last letter in a name that may be empty."""
    return member.filename.endswith("/")


def open_zip(content: bytes) -> zipfile.ZipFile:
    """The archive, its directory read; Damaged where there is none that can be read."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if at < 0 or len(content) - at < _EOCD.size:
        raise Damaged("zip: no end of central directory")
    directory = _EOCD.unpack_from(content, at)[5]
    if directory != 0xFFFFFFFF and directory > _DIRECTORY_CAP:
        raise Damaged("zip: directory too large")
    if directory == 0xFFFFFFFF and len(content) > _DIRECTORY_CAP * 20:  # zip64: the directory is within the file
        raise Damaged("zip: directory too large")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError, OverflowError) as error:
        raise Damaged(f"zip: {type(error).__name__}") from error


def has_directory(content: bytes) -> bool:
    """Whether the file is a zip when read from its end, whatever stands at its beginning.

    The directory's end, with its comment, must be the end of the file, and the first entry must be where it points.
    """
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if at < 0 or len(content) - at < _EOCD.size:
        return False
    *_, entries, size, offset, comment = _EOCD.unpack_from(content, at)
    if at + _EOCD.size + comment != len(content):
        return False
    if entries == 0xFFFF or offset == 0xFFFFFFFF:  # zip64 keeps them elsewhere
        return b"PK\x06\x06" in content[max(0, at - 4096) : at]
    start = at - size
    return entries == 0 or (start >= 0 and content[start : start + 4] == b"PK\x01\x02")


def pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, cap: int) -> Iterator[bytes]:
    """The member's content in pieces of 64 kB, at most `cap` octets and one piece.  Raises Damaged."""
    got = 0
    try:
        with archive.open(member) as stream:
            while got <= cap and (piece := stream.read(65536)):
                got += len(piece)
                yield piece
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,  # a method that the standard library does not know
        RuntimeError,  # encrypted
        struct.error,
    ) as error:
        raise Damaged(f"zip member: {type(error).__name__}") from error


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, cap: int) -> bytes:
    """The first `cap` octets of a member."""
    return b"".join(pieces(archive, member, cap))[:cap]


def zip_type(content: bytes) -> str:
    """The media type of what begins like a zip, by its members."""
    try:
        with open_zip(content) as archive:
            return _type_of(archive)
    except Damaged:
        return _type_of_broken(content)


def _type_of(archive: zipfile.ZipFile) -> str:
    members = {member.filename: member for member in archive.infolist()}
    if "mimetype" in members:  # ODF 1.2 part 3 section 3.3, OCF section 3.3, ETSI EN 319 162-1 section A.1
        declared = _small(archive, members["mimetype"]).removeprefix(codecs.BOM_UTF8).strip().decode("latin-1").lower()
        if re.fullmatch(r"application/[a-z0-9.+-]{1,100}", declared):
            return declared
    types = members.get("[Content_Types].xml")
    if types is not None:
        listed = [found.decode("latin-1").lower() for found in _MAIN.findall(_small(archive, types))]
        for content_type in listed:
            if content_type in _MAIN_PARTS:
                return _MAIN_PARTS[content_type]
        for folder, media_type in _MAIN_FOLDERS:
            if any(name.lower().startswith(folder) for name in members):
                return media_type
        if any(name.lower().endswith(".fdseq") for name in members):
            return "application/vnd.ms-xpsdocument"
        return "application/x-ooxml"
    if "classes.dex" in members and "AndroidManifest.xml" in members:
        return "application/vnd.android.package-archive"
    if any(name.upper() == "META-INF/MANIFEST.MF" for name in members) or any(n.endswith(".class") for n in members):
        return "application/java-archive"
    if any(_ASIC_CLAIM.fullmatch(name) for name in members):
        return "application/vnd.etsi.asic-e+zip"
    return "application/zip"


def _small(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member that says what the rest is; b"" if it cannot be read."""
    try:
        return unpack(archive, member, 262_144)
    except Damaged:
        return b""


def _type_of_broken(content: bytes) -> str:
    """By the names in the local headers that begin the file."""
    head = content[:8192]
    if head[30:39] == b"mimetype" or head[30:38] == b"mimetype":
        found = re.match(rb"mimetype(application/[A-Za-z0-9.+-]{1,100}?)PK", head[30:])
        if found:
            return found.group(1).decode("latin-1").lower()
    for folder, media_type in _MAIN_FOLDERS:
        if folder.encode() in content[:200_000]:
            return media_type
    return "application/zip"
