"""Bytes of a declared character set as text: always NFC, never an exception, and says whether it had to guess.

Python lacks VISCII (RFC 1456) and TCVN 5712, which real Vietnamese mail still names; their tables are here.
"""

import codecs
import re
import unicodedata

_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_TCVN_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323"
    "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)


def _table(high: str, low: dict[int, str]) -> str:
    """A decoding table of 256 characters for `codecs.charmap_decode`."""
    characters = [chr(code) for code in range(128)] + list(high)
    for code, character in low.items():
        characters[code] = character
    return "".join(characters)


_TABLES = {
    # RFC 1456 section 2: six capitals stand among the control characters.
    "viscii": _table(_VISCII_HIGH, {2: "Ẳ", 5: "Ẵ", 6: "Ẫ", 20: "Ỷ", 25: "Ỹ", 30: "Ỵ"}),
    "tcvn": _table(
        _TCVN_HIGH,
        {1: "Ú", 2: "Ụ", 4: "Ừ", 5: "Ử", 6: "Ữ", 17: "Ứ", 18: "Ự", 19: "Ỳ", 20: "Ỷ", 21: "Ỹ", 22: "Ý", 23: "Ỵ"},
    ),
}
_ALIASES = {
    "viscii1.1-1": "viscii",
    "csviscii": "viscii",
    "x-viet-tcvn5712": "tcvn",
    "tcvn-5712": "tcvn",
    "tcvn5712-1": "tcvn",
    "tcvn3": "tcvn",
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


def known(charset: str) -> str:
    """The name of the decoder for `charset`; "" if there is none."""
    label = charset.strip().strip("'\"").lower()
    label = _ALIASES.get(label, label)
    if label in _TABLES:
        return label
    if not _NAME.match(label):
        return ""
    try:
        info = codecs.lookup(label)
    except (LookupError, UnicodeError, ValueError):
        return ""
    if info.name in _REFUSED or not info._is_text_encoding:
        return ""
    return info.name


def _strictly(raw: bytes, codec: str) -> str | None:
    """`raw` decoded without a single replacement, or None."""
    if codec in _TABLES:
        return codecs.charmap_decode(raw, "strict", _TABLES[codec])[0]
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
    """`raw` as NFC text, and the repair that it took: "", "charset-unknown" or "charset-wrong".

    Unlabelled bytes above 127 are UTF-8 if they are valid UTF-8 (by chance that hardly happens), else windows-1252.
    """
    if raw.isascii():
        # Escape-coded character sets (ISO-2022-*, HZ, UTF-7) are ASCII on the wire.
        label = charset.strip().lower()
        if not label.startswith(
            ("iso-2022", "hz", "utf-7", "unicode-1-1", "utf-16", "utf-32", "viscii", "tcvn", "cp", "ibm")
        ):
            return raw.decode("ascii"), "" if not label or known(label) else "charset-unknown"
    codec = known(charset) if charset else ""
    repair = "charset-unknown" if charset and not codec else ""
    if codec:
        text = _strictly(raw, _SUPERSETS.get(codec, codec))
        if text is not None:
            return nfc(text), "charset-wrong" if codec == "ascii" else ""
        if codec in {"utf-8", "ascii"}:
            # A cut or two broken bytes in real UTF-8 must not turn the whole text into mojibake.
            text = raw.decode("utf-8", "replace")
            if text.count("\ufffd") * 20 <= len(text):
                return nfc(text), "charset-wrong"
        elif codec not in {"utf-16", "utf-32"}:
            try:
                return nfc(raw.decode(codec, "replace")), "charset-wrong"
            except (UnicodeError, LookupError, ValueError):
                pass
        repair = "charset-wrong"
    text = _strictly(raw, "utf-8")
    if text is None:
        text = raw.decode("cp1252", "replace") if not repair else raw.decode("latin-1")
    return nfc(text), repair or ("charset-missing" if not charset else "")
