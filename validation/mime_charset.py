"""Bytes of a declared character set as text: always NFC, never an exception, and says what it had to guess.

A Vietnamese code page that is declared is believed (`vietnamese_pages`); where Western text or nothing is declared,
Vietnamese ones are tried (`vietnamese_guess`).
"""

import codecs
import functools
import re
import unicodedata
from typing import NamedTuple
from zipfile import ZipInfo

from validation.vietnamese_guess import guess, guess_text
from validation.vietnamese_pages import Page
from validation.vietnamese_pages import decode as decode_page


class Reading(NamedTuple):
    """Octets as text."""

    text: str  #: NFC
    repair: str = ""  #: "", "charset-unknown", "charset-wrong" or "charset-missing"
    guessed: Page | None = None  #: the Vietnamese code page that was not declared and fits


#: Labels of Vietnamese code pages in mail, beside those of IANA: Mozilla's, Perl's, and plain names.
_PAGES = {
    "viscii": Page.VISCII,
    "viscii1.1-1": Page.VISCII,
    "csviscii": Page.VISCII,
    "x-viet-viscii": Page.VISCII,
    "tcvn": Page.TCVN_5712,
    "tcvn-5712": Page.TCVN_5712,
    "tcvn5712": Page.TCVN_5712,
    "tcvn5712-1": Page.TCVN_5712,
    "tcvn5712-1:1993": Page.TCVN_5712,
    "x-viet-tcvn5712": Page.TCVN_5712,
    "x-viet-tcvn": Page.TCVN_5712,
    "x-tcvn": Page.TCVN_5712,
    "tcvn3": Page.TCVN3,
    "x-tcvn3": Page.TCVN3,
    "x-viet-tcvn3": Page.TCVN3,
    "x-viet-abc": Page.TCVN3,
    "vni": Page.VNI,
    "x-vni": Page.VNI,
    "x-viet-vni": Page.VNI,
    "vni-windows": Page.VNI,
    "vps": Page.VPS,
    "x-vps": Page.VPS,
    "x-viet-vps": Page.VPS,
    "viqr": Page.VIQR,
    "csviqr": Page.VIQR,
    "x-viet-viqr": Page.VIQR,
    "windows-1258": Page.WINDOWS_1258,
    "cp1258": Page.WINDOWS_1258,
    "x-cp1258": Page.WINDOWS_1258,
}
_ALIASES = {
    "x-unknown": "",
    "unknown-8bit": "",
    "8bit": "",
    "binary": "",
    "default_charset": "",
    "none": "",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "x-gbk": "gbk",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "cp949",
    "cp-850": "cp850",
}
# Not character sets of mail: machine dialects, and two whose decoders take quadratic time (CVE-2022-45061).
_REFUSED = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"}
)
# WHATWG and every mail client read these labels as their Windows superset (C1 controls never occur in mail).
_SUPERSETS = {"iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "ascii": "utf-8"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}\Z")


# Text in these may be Vietnamese of another code page, seen as Western letters.
_WESTERN = frozenset({"", "ascii", "utf-8", "cp1252", "iso8859-1", "iso8859-15"})
# On the wire these are ASCII, and mean more.
_ESCAPED = ("iso-2022", "hz", "utf-7", "unicode-1-1", "utf-16", "utf-32", "cp", "ibm")


@functools.lru_cache(maxsize=256)
def known(charset: str) -> str | Page:
    """The page, or the name of the decoder, for `charset`; "" if there is none."""
    label = charset.strip().strip("'\"").lower()
    if label in _PAGES:
        return _PAGES[label]
    label = _ALIASES.get(label, label)
    if not _NAME.match(label):
        return ""
    try:
        info = codecs.lookup(label)
    except (LookupError, UnicodeError, ValueError):
        return ""
    if info.name in _REFUSED or not info._is_text_encoding:
        return ""
    return info.name


def _strictly(raw: bytes, codec: str | Page) -> str | None:
    """`raw` decoded without a single replacement, or None."""
    if isinstance(codec, Page):
        return decode_page(raw, codec)
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def nfc(text: str) -> str:
    """Unicode normal form C without lone surrogates: what may be stored, matched and counted."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


def decode(raw: bytes, charset: str = "") -> tuple[str, str]:
    """`raw` as NFC text, and the repair that it took."""
    found = reading(raw, charset)
    return found.text, found.repair


def reading(raw: bytes, charset: str = "", *, guessing: bool = True) -> Reading:
    """`raw` as text.

    Unlabelled octets above 127 are UTF-8 if they are valid UTF-8 (by chance that hardly happens), else a Vietnamese
    code page if they become Vietnamese by it and by nothing else, else windows-1252.
    """
    codec = known(charset) if charset else ""
    if raw.isascii() and not isinstance(codec, Page) and not charset.strip().lower().startswith(_ESCAPED):
        return Reading(raw.decode("ascii"), "charset-unknown" if charset.strip() and not codec else "")
    declared = _declared(raw, charset, codec)
    if not guessing:
        return declared
    if codec == Page.WINDOWS_1258:
        found = guess(raw, declared.text)
    else:
        found = guess_text(declared.text) if codec in _WESTERN else None
    return Reading(nfc(found.text), declared.repair, found.page) if found else declared


def _declared(raw: bytes, charset: str, codec: str | Page) -> Reading:
    """`raw` by the decoder of its label, or by what is likeliest where that cannot be."""
    repair = "charset-unknown" if charset and not codec else ""
    if codec:
        text = _strictly(raw, _SUPERSETS.get(codec, codec))
        if text is not None:
            return Reading(nfc(text), "charset-wrong" if codec == "ascii" else "")
        if codec in {"utf-8", "ascii"}:
            # A cut or two broken bytes in real UTF-8 must not turn the whole text into mojibake.
            text = raw.decode("utf-8", "replace")
            if text.count("\ufffd") * 20 <= len(text):
                return Reading(nfc(text), "charset-wrong")
        elif codec not in {"utf-16", "utf-32"} and not isinstance(codec, Page):
            try:
                return Reading(nfc(raw.decode(codec, "replace")), "charset-wrong")
            except (UnicodeError, LookupError, ValueError):
                pass
        repair = "charset-wrong"
    text = _strictly(raw, "utf-8")
    if text is None:
        text = raw.decode("cp1252", "replace") if not repair else raw.decode("latin-1")
    return Reading(nfc(text), repair or ("charset-missing" if not charset else ""))


def member_name(member: ZipInfo) -> Reading:
    """The name of a zip's member as its maker wrote it; Python reads UTF-8 if its flag says so, else cp437.

    The flag (APPNOTE.TXT 4.4.4, bit 11) is forgotten by many; without it Vietnamese programs wrote UTF-8 or the
    code page of their fonts or of Windows.
    """
    name = member.filename
    if member.flag_bits & 0x800 or name.isascii():
        return Reading(nfc(name))
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return Reading(nfc(name))
    text = _strictly(raw, "utf-8")
    if text is not None:
        return Reading(nfc(text))
    found = guess(raw)
    return Reading(nfc(found.text), "", found.page) if found else Reading(nfc(name))
