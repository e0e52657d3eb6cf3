"""The Vietnamese code pages that Python lacks, as text: bytes in, NFC text out, or None where they are not that page.

Tables are facts of the standards: VISCII and VIQR (RFC 1456), TCVN 5712:1993 (VN1, and ABC/TCVN3 as the `.VnTime`
fonts draw it), VNI-Windows (a mark of its own after the vowel), VPS (as Mozilla and GNU recode read it).  windows-1258
is Python's, composed afterwards.
"""

import codecs
import re
import unicodedata
from enum import StrEnum


class Page(StrEnum):
    """A code page by the name that records show."""

    TCVN3 = "tcvn3"  #: ABC: lower case and ĂÂÊÔƠƯĐ alone; capitals are another font's business
    VNI = "vni"
    WINDOWS_1258 = "windows-1258"
    VISCII = "viscii"
    VPS = "vps"  #: of the Vietnamese Professionals Society
    TCVN_5712 = "tcvn5712-1"  #: VN1: all 134 letters, twelve of them among the control characters
    VIQR = "viqr"  #: ASCII: marks written behind the vowel


_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_TCVN_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323"
    "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_VPS_HIGH = (
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ‘’ỀỂỄỐỒỔỖýỷỵỚỜỞ\xa0ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕự"
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹƯỦồốÔỏơÈừứÚũưÝẺßàáâãảạăçèéêẽìíîĩẴĐòóôõöƠụùúủüỶẼỳ"
)
_WESTERN = bytes(range(256)).decode("cp1252", "replace")


def _table(high: str, low: dict[int, str]) -> str:
    """A decoding table of 256 characters for `codecs.charmap_decode`."""
    characters = [chr(code) for code in range(128)] + list(high)
    for code, character in low.items():
        characters[code] = character
    return "".join(characters)


_TABLES = {
    # RFC 1456 section 2: six capitals stand among the control characters.
    Page.VISCII: _table(_VISCII_HIGH, {2: "Ẳ", 5: "Ẵ", 6: "Ẫ", 20: "Ỷ", 25: "Ỹ", 30: "Ỵ"}),
    Page.TCVN_5712: _table(
        _TCVN_HIGH,
        {1: "Ú", 2: "Ụ", 4: "Ừ", 5: "Ử", 6: "Ữ", 17: "Ứ", 18: "Ự", 19: "Ỳ", 20: "Ỷ", 21: "Ỹ", 22: "Ý", 23: "Ỵ"},
    ),
    Page.VPS: _table(
        _VPS_HIGH,
        dict(zip((2, 3, 4, 5, 6, 16, 17, 18, 19, 20, 21, 25, 28, 29), "ẠẬẶẸỆỊỌỘỢỤỰỴẪỮ", strict=True)),
    ),
    # The fonts are drawn over windows-1252: its quotes and dashes stay where they were.
    Page.TCVN3: _table(_WESTERN[128:160] + _TCVN_HIGH[32:], {}),
}

_TONES = "\u0301\u0300\u0309\u0303\u0323"  # sắc, huyền, hỏi, ngã, nặng
_VNI_TONES = "ùøûõï"
#: What a VNI mark adds to the vowel before it, in the order of `_TONES`.
_VNI_MARKS = dict(zip(_VNI_TONES, _TONES, strict=True)) | {
    mark: shape + tone
    for shape, marks in (("\u0302", "âáàåãä"), ("\u0306", "êéèúüë"))
    for mark, tone in zip(marks, ("", *_TONES), strict=True)
}
_VNI_SINGLE = dict(zip("ñíìæóòîôö", "đíìỉĩịỵơư", strict=True))
_VNI_SINGLE |= {vni.upper(): letter.upper() for vni, letter in _VNI_SINGLE.items()}
_VNI_PAIR = re.compile(
    f"([aA])([{''.join(_VNI_MARKS)}{''.join(_VNI_MARKS).upper()}])"
    "|([eEoO])([ùøûõïâáàåãäÙØÛÕÏÂÁÀÅÃÄ])"
    "|([uUyYôÔöÖ])([ùøûõïÙØÛÕÏ])"
    f"|([{''.join(_VNI_SINGLE)}])"
)

_VIQR = re.compile(
    r"\\(.)|([dD])[dD]|(?:([aA])([\^(]?)|([eE])(\^?)|([oO])([\^+*]?)|([uU])([+*]?)|([iIyY])())(['`?~.]?)", re.DOTALL
)
_VIQR_MARKS = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b", "": ""} | dict(
    zip("'`?~.", _TONES, strict=True)
)


def _vni(found: "re.Match[str]") -> str:
    """One vowel with its mark, or one letter that VNI moved; `Uû` is a capital with a small mark, as fonts draw it."""
    groups = [group for group in found.groups() if group]
    letter = _VNI_SINGLE.get(groups[0], groups[0])
    mark = _VNI_MARKS[groups[1].lower()] if len(groups) > 1 else ""
    return unicodedata.normalize("NFC", letter + mark)


def _viqr(found: "re.Match[str]") -> str:
    """RFC 1456 section 3: a vowel with its marks, `dd`, or what a backslash keeps as it is."""
    kept, stroke, *rest = found.groups()
    if kept is not None:
        return str(kept)
    if stroke:
        return "đ" if stroke == "d" else "Đ"
    vowel, shape, tone = (group for group in rest if group is not None)
    return unicodedata.normalize("NFC", vowel + _VIQR_MARKS[shape] + _VIQR_MARKS[tone])


def decode(raw: bytes, page: Page) -> str | None:
    """`raw` read as `page`, NFC; None where an octet is no character of it."""
    match page:
        case Page.VISCII | Page.TCVN_5712 | Page.TCVN3 | Page.VPS:
            text = codecs.charmap_decode(raw, "strict", _TABLES[page])[0]
        case Page.VNI:
            text = _VNI_PAIR.sub(_vni, raw.decode("cp1252", "replace"))
        case Page.WINDOWS_1258:
            text = raw.decode("cp1258", "replace")
        case Page.VIQR:
            text = _VIQR.sub(_viqr, raw.decode("ascii", "replace"))
    return None if "\ufffd" in text else unicodedata.normalize("NFC", text)
