"""The kinds of documents: names, abbreviations in a notation, and numbers in a packet.

Administrative documents: Decree 30/2020 Art. 7 and Annex III.I (29 types, 27 of them with an abbreviation, three kinds
of copies).  Case matters in an abbreviation: CT is Chỉ thị, CTr is Chương trình.
"""

from dataclasses import dataclass
from enum import StrEnum

from bridge.fields.fold import fold


class Class(StrEnum):
    """Which law's form a document follows."""

    ADMINISTRATIVE = "administrative"
    LEGISLATIVE = "legislative"  #: văn bản quy phạm pháp luật
    COPY = "copy"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Type:
    """One kind of document."""

    name: str
    abbreviation: str  #: "" for the two kinds that have none
    number: int | None  #: in the lists of Circular 01/2022/TT-BTTTT; None where the list has no such item
    kind: Class = Class.ADMINISTRATIVE


OFFICIAL_LETTER = Type("Công văn", "", 18)

TYPES: tuple[Type, ...] = (
    Type("Nghị quyết", "NQ", 1),
    Type("Quyết định", "QĐ", 2),
    Type("Chỉ thị", "CT", 3),
    Type("Quy chế", "QC", 4),
    Type("Quy định", "QyĐ", 5),
    Type("Thông cáo", "TC", 6),
    Type("Thông báo", "TB", 7),
    Type("Hướng dẫn", "HD", 8),
    Type("Chương trình", "CTr", 9),
    Type("Kế hoạch", "KH", 10),
    Type("Phương án", "PA", 11),
    Type("Đề án", "ĐA", 12),
    Type("Dự án", "DA", 13),
    Type("Báo cáo", "BC", 14),
    Type("Biên bản", "BB", 15),
    Type("Tờ trình", "TTr", 16),
    Type("Hợp đồng", "HĐ", 17),
    OFFICIAL_LETTER,
    Type("Công điện", "CĐ", 19),
    Type("Bản ghi nhớ", "BGN", 20),
    Type("Bản thỏa thuận", "BTT", 22),
    Type("Giấy ủy quyền", "GUQ", 24),
    Type("Giấy mời", "GM", 25),
    Type("Giấy giới thiệu", "GGT", 26),
    Type("Giấy nghỉ phép", "GNP", 27),
    Type("Phiếu gửi", "PG", 30),
    Type("Phiếu chuyển", "PC", 31),
    Type("Phiếu báo", "PB", None),
    Type("Thư công", "", 32),
    Type("Kết luận", "KL", None, Class.PARTY),
    Type("Sao y", "SY", None, Class.COPY),
    Type("Trích sao", "TrS", None, Class.COPY),
    Type("Sao lục", "SL", None, Class.COPY),
    Type("Luật", "L", 2, Class.LEGISLATIVE),
    Type("Pháp lệnh", "PL", 3, Class.LEGISLATIVE),
    Type("Nghị định", "NĐ", 7, Class.LEGISLATIVE),
    Type("Thông tư", "TT", 9, Class.LEGISLATIVE),
    Type("Thông tư liên tịch", "TTLT", 10, Class.LEGISLATIVE),
    Type("Văn bản hợp nhất", "VBHN", None, Class.LEGISLATIVE),
)

#: the Party and many businesses write CV where the State writes the unit that drafted it
_BY_ABBREVIATION = {type_.abbreviation: type_ for type_ in TYPES if type_.abbreviation} | {"CV": OFFICIAL_LETTER}
_BY_FOLDED_NAME = {fold(type_.name): type_ for type_ in TYPES}

#: the same keys typed without accents name one type each, except these: ĐA or DA, HĐ or HD
_AMBIGUOUS = frozenset({"DA", "HD"})


def by_abbreviation(head: str) -> Type | None:
    """The type that the first group of a notation names, exactly as the decree writes it."""
    return _BY_ABBREVIATION.get(head)


def by_plain_abbreviation(head: str) -> Type | None:
    """The same for a notation typed without accents; None where two types would collide (never guessed)."""
    if head in _AMBIGUOUS:
        return None
    return next((t for t in TYPES if t.abbreviation and t.abbreviation.replace("Đ", "D") == head), None)


def by_name(title: str) -> Type | None:
    """The type whose name is `title`, whatever its case and accents' spelling."""
    return _BY_FOLDED_NAME.get(fold(title)) or _BY_FOLDED_NAME.get(fold(_without_remark(title)))


def _without_remark(title: str) -> str:
    """`Nghị quyết (cá biệt)` without what is in brackets."""
    return title.split("(", maxsplit=1)[0]
