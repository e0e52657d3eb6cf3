"""How numbers, dates and marks are written in official documents (Decree 30/2020 Annex I.II; Party form beside it).

All patterns want text that went through `tidy`.
"""

import re
from dataclasses import dataclass
from datetime import date

from bridge.fields import days

_UPPER = "A-ZĂÂĐÊÔƠƯ"
_GROUP = rf"[{_UPPER}][{_UPPER}a-zđ0-9]*(?:[.&+][{_UPPER}a-zđ0-9]+|\([{_UPPER}a-zđ0-9]+\))*"
_STATE = re.compile(
    rf"(?<![\w/])(?P<number>\d{{1,6}}[a-zđ]?)\s*/\s*(?:(?P<year>(?:19|20)\d{{2}})\s*/\s*)?"
    rf"(?P<notation>{_GROUP}(?:\s?-\s?{_GROUP}){{0,4}})(?!\w)"
)
#: a legislature's laws number the term in the head: 20/2023/QH15 needs no hyphen and is matched by the above
_PARTY = re.compile(
    rf"(?<![\w/-])(?P<number>\d{{1,5}})\s?-\s?(?P<type>[{_UPPER}][{_UPPER}a-z]{{0,4}})\s*/\s*"
    rf"(?P<organ>{_GROUP}(?:-{_GROUP})*)(?!\w)"
)
#: a draft: the notation is printed, the number is not there yet
_DRAFT = re.compile(rf"(?i:Số)\s*:?[\s.…_]*/\s*(?P<notation>{_GROUP}(?:\s?-\s?{_GROUP}){{0,4}})(?!\w)")
_LABEL = re.compile(r"(?<!\w)S[ốôo]\s*:?", re.IGNORECASE)
_PLACE = re.compile(r"(?P<place>[^\W\d_]\w*(?:[ .\-]+\w+){0,7}?)\s*,\s*(?=ngày)", re.IGNORECASE)
ABOUT = re.compile(r"^\W*V\s*/\s*v\s*[:.]?\s*", re.IGNORECASE)
_URGENT = re.compile(r"HỎA TỐC HẸN GIỜ|HOẢ TỐC HẸN GIỜ|HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN")
_PRIORITIES = {"HẸN GIỜ": 4, "TỐC": 3, "THƯỢNG KHẨN": 2, "KHẨN": 1}
#: the State writes a full stop (Annex I.II.7a), the Party a stroke
AUTHORITY = re.compile(r"(?:(?:TM|Q|KT|TL|TUQ)\s?\.|(?:T|K)\s?/\s?(?:M|T|L|UQ)\b\.?)\s*\S")
ACTING = re.compile(r"Q\s?\.\s*")
# H'Hen, K'Tiên: names of the Central Highlands have a stroke
_NAME_WORD = (
    rf"[{_UPPER}ÀÁẢÃẠẰẮẲẴẶẦẤẨẪẬÈÉẺẼẸỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌỒỐỔỖỘỜỚỞỠỢÙÚỦŨỤỪỨỬỮỰỲÝỶỸỴ]"
    r"(?:['’][^\W\d_]+|[^\W\d_]*)"
)
_TITLES = re.compile(r"^(?:(?:GS|PGS|TS|ThS|Th\.S|BS|KS|LS|CN|DS|NGND|NGƯT|TSKH|BSCK\w*|CK\w*)\s*\.?\s*[.,]\s*)+")
_PERSON = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{1,6}}")


@dataclass(frozen=True, slots=True)
class Designation:
    """Number and notation as read."""

    number: str  #: "" on a draft
    notation: str
    labelled: bool  #: did "Số" stand before it?
    clear: bool = True  #: False where something else stood between "Số" and the number

    @property
    def groups(self) -> tuple[str, ...]:
        """The notation's groups; a year before them is none of them.  The Party's form divides by `/`: QC/VPTW."""
        return tuple(re.split(r"[-/]", re.sub(r"^\d{4}/", "", self.notation)))

    @property
    def legislative(self) -> bool:
        """Laws and their like carry the year (or the legislature's term) in the number."""
        return re.match(r"(?:19|20)\d{2}/", self.notation) is not None


def designation(text: str) -> Designation | None:
    """The first number and notation in `text`, preferably after "Số"."""
    if draft := _DRAFT.search(text):
        return Designation("", _joined(draft["notation"]), labelled=True)
    label = _LABEL.search(text)
    if label and (found := _after(text[label.end() :])):
        number, notation, before = found
        return Designation(number, notation, labelled=True, clear=not re.search(r"\w", before))
    found = _after(text)
    return Designation(found[0], found[1], labelled=False) if found else None


def _after(text: str) -> tuple[str, str, str] | None:
    """Number, notation, and what stands before them."""
    state, party = _STATE.search(text), _PARTY.search(text)
    if party and (state is None or party.start() <= state.start()):
        return party["number"], f"{party['type']}/{_joined(party['organ'])}", text[: party.start()]
    if state is None:
        return None
    year = f"{state['year']}/" if state["year"] else ""
    return state["number"], year + _joined(state["notation"]), text[: state.start()]


def _joined(notation: str) -> str:
    return re.sub(r"\s*-\s*", "-", notation)


def place_and_date(text: str) -> tuple[str, date] | None:
    """`Hà Nội, ngày 05 tháng 01 năm 2020` anywhere in `text`."""
    for found in _PLACE.finditer(text):
        if day := days.at(text, found.end()):
            return " ".join(found["place"].split()), day
    return None


def priority(line: str) -> int | None:
    """The urgency when a line is nothing but its mark."""
    mark = line.strip(" *|[]().")
    if not _URGENT.fullmatch(mark):
        return None
    return next(value for word, value in _PRIORITIES.items() if word in mark)


def person(line: str) -> str | None:
    """A person's name without academic titles (Decree 30/2020 Annex I.II.7b); None when the line is no name."""
    name = _TITLES.sub("", line.strip())
    if not _PERSON.fullmatch(name) or name.isupper():
        return None
    return name


def shouted_person(line: str) -> str | None:
    """A name printed in capitals, as some do against Annex I.II.7b, in the case that names have; None = no name."""
    name = _TITLES.sub("", line.strip())
    if not name.isupper() or AUTHORITY.match(name):
        return None
    return person(" ".join(word.capitalize() for word in name.split()))
