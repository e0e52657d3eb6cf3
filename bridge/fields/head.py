"""The head of page 1: issuing body, number, place and date, type and subject, from where they stand.

Decree 30/2020 Annex I.IV: body, number and `V/v` in the left column, national name, place and date in the right one,
type and subject centred below.  The national name's left edge tells where the right column begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bridge.fields.fields import Field, Key, Source
from bridge.fields.fold import fold
from bridge.fields.page import Line, Page
from bridge.fields.patterns import ABOUT, Designation, designation, place_and_date, priority
from bridge.fields.types import OFFICIAL_LETTER, Class, Type, by_abbreviation, by_name, by_plain_abbreviation

_MOTTOES = ("conghoaxahoichunghiavietnam", "doclaptudohanhphuc", "dangcongsanvietnam")
_HEAD = 0.55  # the share of the page, from its top, in which a head can be
_BODY = re.compile(r"(?:can cu|kinh gui|noi nhan|dieu \d|phan|chuong|xet|theo de nghi|thuc hien|ngay \d|so)\b")
_RULE = re.compile(r"[\s_\-–—=*.•…]*")
_PLACES = re.compile(
    r"(?:TỈNH|THÀNH PHỐ|TP\.?|QUẬN|HUYỆN|THỊ XÃ|THỊ TRẤN|XÃ|PHƯỜNG|ĐẶC KHU|VÀ|CỦA|VIỆT NAM|NHÂN DÂN)(?: |$)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The parts of a head as lines."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    below: tuple[Line, ...]  #: what follows, over the whole width
    known: bool  #: the national name was found, so the columns are sure


def head_of(page: Page) -> Head:
    """Divides the upper part of a page into its columns and what is below them."""
    edge = _right_column(page)
    split = edge if edge is not None else page.width / 2
    lines = tuple(line for line in page.lines(split) if line.base > page.height * (1 - _HEAD))
    middle = split - 2
    left = [line for line in lines if line.middle < middle]
    right = [line for line in lines if line.middle >= middle]
    dated = next((line for line in right if place_and_date(line.text)), None)
    floor = dated.base if dated else _lowest_of(left)
    return Head(tuple(left), tuple(right), tuple(line for line in lines if line.base < floor - 2), edge is not None)


def fields_of(page: Page) -> dict[Key, Field]:
    """What the head says.  What it does not say, or not clearly, is not in the answer."""
    head = head_of(page)
    sure = 1.0 if head.known else 0.8
    found: dict[Key, Field] = {}

    def add(key: Key, value: str, confidence: float) -> None:
        if value:
            found[key] = Field(value, Source.PDF_PAGE_1, round(confidence * sure, 2))

    dated = _dated(head.right)
    if dated:
        add(Key.PLACE, dated[0], 0.95)
        add(Key.ISSUED_DATE, dated[1].isoformat(), 0.98)

    numbered = _number_line(head.left)
    number = designation("\n".join(line.text for line in head.left[numbered:])) if numbered is not None else None
    if number:
        add(Key.CODE_NUMBER, number.number, 0.98 if number.labelled else 0.85)
        add(Key.CODE_NOTATION, number.notation, 0.98 if number.labelled else 0.85)
    if number and numbered is not None:
        superior, body, confidence = _bodies(head.left[:numbered])
        add(Key.ORGAN_IN_CHARGE, superior, confidence)
        add(Key.ORGAN_NAME, body, confidence)

    about = _about(head.left, numbered or 0)
    title, subject, clear = _titled(head.below, page)
    type_, certainty = _type(number, title, letter=bool(about))
    if type_:
        add(Key.TYPE_NAME, type_.name, certainty)
    if about:
        add(Key.SUBJECT, about, 0.95)
    elif title and subject:
        add(Key.SUBJECT, subject, 0.95 if clear else 0.75)
    urgent = [value for line in head.left + head.below if (value := priority(line.text)) is not None]
    if len(set(urgent)) == 1:
        add(Key.PRIORITY, str(urgent[0]), 0.95)
    return found


def _right_column(page: Page) -> float | None:
    """Where the national name begins; words are compared without spaces, for these are often spread."""
    edges = []
    for line in page.lines():
        if line.base < page.height * (1 - _HEAD):
            continue
        folded = [fold(word.text).replace(" ", "") for word in line.words]
        for at, word in enumerate(line.words):
            if "".join(folded[at:]).startswith(_MOTTOES):
                edges.append(word.left)
                break
    return min(edges) if edges else None


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


def _dated(right: tuple[Line, ...]) -> tuple[str, date] | None:
    """Place and date from one line of the right column, or from two where a long place takes its own."""
    texts = [line.text for line in right if not fold(line.text).replace(" ", "").startswith(_MOTTOES)]
    pairs = [f"{first} {second}" for first, second in pairwise(texts)]
    return next((found for text in (*texts, *pairs) if (found := place_and_date(text))), None)


def _bodies(lines: tuple[Line, ...]) -> tuple[str, str, float]:
    """The superior body, the issuing body, and how sure that is.

    The issuing body is bold, its superior is not (Annex I.II.2).  Without that difference only a single name is
    sure; names that go on over the line's end are put together.
    """
    named = [line for line in lines if line.capitals and not _RULE.fullmatch(line.text)]
    while named and priority(named[-1].text) is not None:
        named.pop()
    if not named:
        return "", "", 0.0
    bold = [line for line in named if line.bold]
    if bold and bold[0] is not named[0] and bold == named[len(named) - len(bold) :]:
        return _text(named[: len(named) - len(bold)]), _text(bold), 0.96
    names: list[list[Line]] = []
    for line in named:
        if names and _PLACES.match(line.text):
            names[-1].append(line)
        else:
            names.append([line])
    if len(names) == 1:
        return "", _text(names[0]), 0.96 if len(named) == 1 or bold else 0.85
    if len(names) == 2:
        return _text(names[0]), _text(names[1]), 0.7
    return "", "", 0.0


def _about(left: tuple[Line, ...], start: int) -> str:
    """The subject after `V/v`: that line and those that follow it closely, still in the column."""
    for index in range(start, len(left)):
        if not ABOUT.match(left[index].text):
            continue
        taken = [left[index]]
        for line in left[index + 1 :]:
            if _stops(line) or taken[-1].base - line.base > 1.7 * line.size:
                break
            taken.append(line)
        return ABOUT.sub("", _text(taken)).strip(" .;:")
    return ""


def _titled(below: tuple[Line, ...], page: Page) -> tuple[Type | None, str, bool]:
    """The type printed as a title, the subject under it, and whether its end was clear from the print."""
    for index, line in enumerate(below):
        type_ = by_name(line.text) if line.capitals and _centred(line, page) else None
        if type_ is None:
            continue
        taken: list[Line] = []
        for following in below[index + 1 :]:
            gap = (taken[-1] if taken else line).base - following.base
            wide = gap > 2.6 * following.size
            if wide or _stops(following) or following.capitals or not _centred(following, page):
                break
            if line.bold and not following.bold:
                break
            taken.append(following)
        return type_, _text(taken).strip(" .;:"), line.bold and all(taken_line.bold for taken_line in taken)
    return None, "", False


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
        if exact is None or exact.kind is not Class.ADMINISTRATIVE:
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


def _text(lines: list[Line]) -> str:
    return " ".join(line.text for line in lines)


def rules_off(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The lines without rules drawn in characters."""
    return (line for line in lines if not _RULE.fullmatch(line.text))
