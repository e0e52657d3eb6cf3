"""The head of page 1: issuing body, number, place and date, type and subject, from where they stand.

Decree 30/2020 Annex I.IV: body, number and `V/v` in the left column, national name, place and date in the right one,
type and subject centred below.  The national name's left edge tells where the right column begins.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import pairwise

from bridge.fields import days
from bridge.fields.fields import Field, Key
from bridge.fields.fold import fold
from bridge.fields.page import Line, Page
from bridge.fields.patterns import ABOUT, Designation, designation, place_and_date, priority
from bridge.fields.types import OFFICIAL_LETTER, Class, Type, by_abbreviation, by_name, by_plain_abbreviation

#: beginnings, for wide letters break them; those of the State, the Party, the Youth Union
_MOTTOES = ("conghoaxahoi", "doclaptudo", "dangcongsanvietnam", "doantncshochiminh")
_DATE_BEGUN = re.compile(r"ngày\s*\d{1,2}\s*tháng", re.IGNORECASE)
_PLACE_WORDS = 8
_HEAD = 0.55  # the share of the page, from its top, in which a head can be
_BODY = re.compile(r"(?:can cu|kinh gui|noi nhan|dieu \d|phan|chuong|xet|theo de nghi|thuc hien|ngay \d|so)\b")
_RULE = re.compile(r"[\s_\-–—=*.•…]*")
_GOES_ON = re.compile(r"(?:^| )(?:TỈNH|THÀNH PHỐ|XÃ|PHƯỜNG|ĐẶC KHU|VÀ|CỦA|BAN|SỞ|BỘ)$")
_COMPETENT = re.compile(r"(?:chu tich|giam doc|bo truong|thu tuong|hieu truong|cuc truong|chanh|uy ban|hoi dong)\b")
_PLACES = re.compile(
    r"(?:TỈNH|THÀNH PHỐ|TP\.?|QUẬN|HUYỆN|THỊ XÃ|THỊ TRẤN|XÃ|PHƯỜNG|ĐẶC KHU|VÀ|CỦA|VIỆT NAM|NHÂN DÂN)(?: |$)"
)


class Columns(Enum):
    """How the columns of a head were told apart."""

    SURE = "by the national name"
    ONE = "there is one: the national name stands in the middle"
    GUESSED = "by the middle of the page"


@dataclass(frozen=True, slots=True)
class Head:
    """The parts of a head as lines."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    below: tuple[Line, ...]  #: what follows, over the whole width
    columns: Columns


@dataclass(frozen=True, slots=True)
class Dated:
    """Place and date as printed."""

    place: str  #: "" where only a date is
    day: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bodies:
    """The superior body, the issuing body, and how sure that is."""

    superior: tuple[Line, ...] = ()
    issuer: tuple[Line, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Titled:
    """The type printed as a title, and the subject under it."""

    type: Type | None = None
    lines: tuple[Line, ...] = ()
    subject: tuple[Line, ...] = ()
    confidence: float = 0.0  #: of the subject: is its end clear from the print?


def head_of(page: Page) -> Head:
    """Divides the upper part of a page into its columns and what is below them."""
    edge = _right_column(page)
    split = edge if edge is not None else page.width / 2
    lines = tuple(line for line in page.lines(split) if line.base > page.height * (1 - _HEAD))
    if edge is not None and (single := _single(lines, page)):
        return single
    middle = split - 2
    left = [line for line in lines if line.middle < middle]
    right = [line for line in lines if line.middle >= middle]
    dated = _dated(right)
    floor = dated.lines[-1].base if dated else _lowest_of(left)
    columns = Columns.GUESSED if edge is None else Columns.SURE
    return Head(tuple(left), tuple(right), tuple(line for line in lines if line.base < floor - 2), columns)


def _single(lines: tuple[Line, ...], page: Page) -> Head | None:
    """The head of a letter that has all its parts below one another: the national name stands in the middle."""
    mottoes = [line for line in lines if _is_motto(line)]
    if not mottoes or not all(_centred(line, page) for line in mottoes):
        return None
    beside = [line for line in lines if any(abs(line.base - motto.base) < 4 for motto in mottoes)]
    dated = _dated(lines)
    if len(beside) > len(mottoes) or dated is None:
        return None
    numbered = _number_line(lines)
    floor = min(dated.lines[-1].base, lines[numbered].base if numbered is not None else float("inf"))
    above = tuple(line for line in lines if line not in mottoes and line not in dated.lines)
    return Head(above, dated.lines, tuple(line for line in above if line.base < floor - 2), Columns.ONE)


def _beheaded(bodies: Bodies, page: Page) -> bool:
    """Does the first name begin below the national name?  Its first line may have been taken for the other column's."""
    first = next(iter((*bodies.superior, *bodies.issuer)), None)
    tops = [line.base for line in page.whole_lines if any(motto in line.folded.replace(" ", "") for motto in _MOTTOES)]
    return first is not None and bool(tops) and first.base < max(tops) - 0.8 * first.size


def _is_motto(line: Line) -> bool:
    return line.folded.replace(" ", "").startswith(_MOTTOES)


def fields_of(page: Page, head: Head | None = None) -> dict[Key, Field]:
    """What the head says.  What it does not say, or not clearly, is not in the answer."""
    head = head or head_of(page)
    sure = {Columns.SURE: 1.0, Columns.ONE: 0.9, Columns.GUESSED: 0.8}[head.columns]
    found: dict[Key, Field] = {}

    def add(key: Key, value: str, confidence: float, lines: Iterable[Line]) -> None:
        if value:
            found[key] = page.field(value, confidence * sure, lines)

    dated = _dated(head.right)
    if dated:
        add(Key.PLACE, dated.place, 0.95, dated.lines)
        add(Key.ISSUED_DATE, dated.day.isoformat(), 0.98 if dated.place else 0.9, dated.lines)

    numbered = _number_line(head.left)
    number, lines = _number(head.left, numbered)
    if number:
        clear = 0.98 if number.labelled else 0.85
        add(Key.CODE_NUMBER, number.number, clear if number.clear else 0.5, lines)
        add(Key.CODE_NOTATION, number.notation, clear, lines)
    bodies = _bodies(head.left[:numbered] if number else ())
    if head.columns is Columns.SURE and _beheaded(bodies, page):
        bodies = replace(bodies, confidence=min(bodies.confidence, 0.6))
    add(Key.ORGAN_IN_CHARGE, _text(bodies.superior), bodies.confidence, bodies.superior)
    add(Key.ORGAN_NAME, _text(bodies.issuer), bodies.confidence, bodies.issuer)

    about = _about(head.left, numbered or 0)
    title = _titled(head.below, page, _text(bodies.issuer))
    type_, certainty = _type(number, title.type, letter=bool(about))
    if type_:
        add(Key.TYPE_NAME, type_.name, certainty, title.lines[:1] or lines)
    if about:
        mixed = _DATE_BEGUN.search(_text(about))  # with the column beside it
        add(Key.SUBJECT, ABOUT.sub("", _text(about)).strip(" .;:"), 0.5 if mixed else 0.95, about)
    else:
        add(Key.SUBJECT, _text(title.subject).strip(" .;:"), title.confidence, title.subject)
    urgent = {value: line for line in head.left + head.below if (value := priority(line.text)) is not None}
    if len(urgent) == 1:
        add(Key.PRIORITY, str(next(iter(urgent))), 0.95, urgent.values())
    return found


def own_lines(head: Head) -> tuple[Line, ...]:
    """The lines that say number and date: what another copy of the same text under another number has otherwise."""
    dated, numbered = _dated(head.right), _number_line(head.left)
    return (*(dated.lines if dated else ()), *(head.left[numbered : numbered + 1] if numbered is not None else ()))


def _right_column(page: Page) -> float | None:
    """Where the right column begins: at the national name, or at a long place and date that begins before it.

    Words are compared without spaces, for these are often spread.
    """
    edges, dates = [], []
    for line in page.whole_lines:
        if line.base < page.height * (1 - _HEAD):
            continue
        folded = [fold(word.text).replace(" ", "") for word in line.words]
        for at, word in enumerate(line.words):
            if "".join(folded[at:]).startswith(_MOTTOES):
                edges.append(word.left)
                break
        if _DATE_BEGUN.search(line.text):
            dates.append(_date_begins(line, folded))
    if not edges:
        return None
    return min([*edges, *(date for date in dates if date > page.width * 0.35)])


def _date_begins(line: Line, folded: list[str]) -> float:
    """The left edge of the place before `ngày`: after the widest gap, where something of the left column is before."""
    day = next((at for at, word in enumerate(folded) if word == "ngay" and at), 1)
    gaps = [(line.words[at].left - line.words[at - 1].right, at) for at in range(max(1, day - _PLACE_WORDS), day)]
    widest, at = max(gaps, default=(0.0, 0))
    others = sorted(gap for gap, _ in gaps)
    return line.words[at].left if gaps and widest > 1.5 * others[len(others) // 2] else line.left


def _lowest_of(left: list[Line]) -> float:
    numbered = _number_line(tuple(left))
    return left[numbered].base if numbered is not None else float("inf")


def _number_line(left: tuple[Line, ...]) -> int | None:
    """The line of the number: the first that says "Số", else the first that reads as number and notation."""
    for index, line in enumerate(left):
        if re.match(r"\W*s[ốôo]\s*[:.]", line.text, re.IGNORECASE) or re.match(r"\W*Số(?:\s|\d|$)", line.text):
            return index
    return next((index for index, line in enumerate(left) if _nothing_but_a_number(line.text)), None)


def _nothing_but_a_number(text: str) -> bool:
    """An annex says "Kèm theo Quyết định số 35/QĐ-UBND" where a document has its own number; that is not its number."""
    found = designation(text)
    return found is not None and len(text) <= len(f"{found.number}/{found.notation}") + 3


def _number(left: tuple[Line, ...], start: int | None) -> tuple[Designation | None, tuple[Line, ...]]:
    """Number and notation with the lines that say them: `Số` may stand on another line than the number."""
    if start is None:
        return None, ()
    for end in (start + 1, start + 2):
        if found := designation("\n".join(line.text for line in left[start:end])):
            return found, left[start:end]
    return None, ()


def _dated(right: Sequence[Line]) -> Dated | None:
    """Place and date from one line of the right column, or from two where a long place takes its own."""
    lines = [line for line in right if not _is_motto(line)]
    groups = [*((line,) for line in lines), *pairwise(lines)]
    for group in groups:
        if found := place_and_date(_text(group)):
            return Dated(*found, group)
    for line in lines:
        if line.folded.startswith("ngay") and (day := days.at(line.text)):
            return Dated("", day, (line,))
    return None


def _bodies(lines: tuple[Line, ...]) -> Bodies:
    """The issuing body is bold, its superior is not (Annex I.II.2).

    Without that difference only a single name is sure; names that go on over the line's end are put together.
    """
    named = [line for line in lines if line.capitals and not _RULE.fullmatch(line.text)]
    while named and priority(named[-1].text) is not None:
        named.pop()
    if not named:
        return Bodies()
    bold = [line for line in named if line.bold]
    if bold and bold[0] is not named[0] and bold == named[len(named) - len(bold) :]:
        superior = named[: len(named) - len(bold)]
        broken = _GOES_ON.search(superior[-1].text)  # in the midst of a name: the print tells nothing then
        return Bodies(tuple(superior), tuple(bold), 0.6 if broken else 0.96)
    names: list[list[Line]] = []
    for line in named:
        if names and _PLACES.match(line.text):
            names[-1].append(line)
        else:
            names.append([line])
    if len(names) == 1:
        return Bodies((), tuple(names[0]), 0.96 if len(named) == 1 or bold else 0.85)
    if len(names) == 2:
        return Bodies(tuple(names[0]), tuple(names[1]), 0.7)
    return Bodies()


def _about(left: tuple[Line, ...], start: int) -> tuple[Line, ...]:
    """The subject after `V/v`: that line and those that follow it closely, still in the column."""
    for index in range(start, len(left)):
        if not ABOUT.match(left[index].text):
            continue
        taken = [left[index]]
        for line in left[index + 1 :]:
            if _stops(line) or taken[-1].base - line.base > 1.7 * line.size:
                break
            taken.append(line)
        return tuple(taken)
    return ()


def _titled(below: tuple[Line, ...], page: Page, issuer: str) -> Titled:
    """The title in capitals, centred, and what stands under it up to the first sign that it is over."""
    for index, line in enumerate(below):
        type_ = by_name(line.text) if line.capitals and _centred(line, page) else None
        if type_ is None:
            continue
        rest = below[index + 1 :]
        if subject := _under(line, rest, page, capitals=False):
            clear = line.bold and all(taken.bold for taken in subject)
            return Titled(type_, (line,), subject, 0.95 if clear else 0.75)
        # Before 2020 subjects were set in capitals too: whoever decides may be named right below.  Others set them in
        # no bold, as the text after them.  Either is no more than a proposal.
        shouted = (each for each in _under(line, rest, page, capitals=True) if not _decides(each, issuer))
        plain = _under(line, rest, page, capitals=False, bold=False)
        proposed = tuple(shouted) or (plain if all(_inset(each, below) for each in plain) else ())
        return Titled(type_, (line,), proposed, 0.6)
    return Titled()


def _inset(line: Line, lines: Sequence[Line]) -> bool:
    """Does it begin clearly after the margin, as running text does not?"""
    return line.left > min(each.left for each in lines) + 45


def _under(
    title: Line, following: Sequence[Line], page: Page, *, capitals: bool, bold: bool = True
) -> tuple[Line, ...]:
    taken: list[Line] = []
    for line in following:
        wide = (taken[-1] if taken else title).base - line.base > 2.6 * line.size
        if wide or _stops(line) or line.capitals is not capitals or not _centred(line, page):
            break
        if bold and title.bold and not line.bold:
            break
        taken.append(line)
    return tuple(taken)


def _decides(line: Line, issuer: str) -> bool:
    """Is it the line that says who decides (Annex III, forms 1.2 and 1.3)?"""
    return line.folded == fold(issuer) or _COMPETENT.match(line.folded) is not None


def _type(number: Designation | None, title: Type | None, *, letter: bool) -> tuple[Type | None, float]:
    """The type by title, notation and `V/v`, surer the more of them agree; collisions are never guessed."""
    head = number.groups[0] if number else ""
    exact = by_abbreviation(head) if head else None
    if exact and exact.kind is Class.COPY:
        exact = None
    named = exact or (by_plain_abbreviation(head) if head else None)
    if title:
        if named is None:
            return title, 0.9
        return title, 0.98 if named is title else 0.7
    if letter:
        if exact is None or exact is OFFICIAL_LETTER or exact.kind is not Class.ADMINISTRATIVE:
            return OFFICIAL_LETTER, 0.97
        return None, 0.0  # a typed notation and `V/v`: one of the two is wrong
    if exact:
        return exact, 0.9
    if named:
        return named, 0.7
    if number and len(number.groups) > 1 and not number.legislative:
        return OFFICIAL_LETTER, 0.7
    return None, 0.0


def _centred(line: Line, page: Page) -> bool:
    """Centred between the margins of Annex I.I.3 (30-35 mm left, 15-20 mm right), give or take 15 mm."""
    return abs(line.middle - (page.width / 2 + 21)) < 43


def _stops(line: Line) -> bool:
    return bool(_RULE.fullmatch(line.text) or _BODY.match(line.folded)) or priority(line.text) is not None


def _text(lines: Iterable[Line]) -> str:
    """Their words; a line that ends in the midst of `57-NQ/TW` goes on without a blank."""
    return re.sub(r"(?<=\w)-\n(?=\w)", "-", "\n".join(line.text for line in lines)).replace("\n", " ")


def rules_off(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The lines without rules drawn in characters."""
    return (line for line in lines if not _RULE.fullmatch(line.text))
