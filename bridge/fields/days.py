"""Days as Vietnamese text writes them: in figures, in words, and with blanks between the figures of a stamp."""

import re
from collections.abc import Iterator
from datetime import date

_DIGITS = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "nhăm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
_TENFOLDS = {"mươi": 10, "trăm": 100, "nghìn": 1000, "ngàn": 1000}
_WORD = "|".join((*_DIGITS, *_TENFOLDS, "mười", "linh", "lẻ"))
_WORDS = rf"(?:{_WORD})(?:\s+(?:{_WORD}))*"
_LONG = re.compile(
    rf"ngày\s*(?P<d>\d\s?\d?|(?:(?:mồng|mùng)\s+)?{_WORDS})\s*tháng\s*(?P<m>\d\s?\d?|{_WORDS})\s*"
    rf"năm\s*(?P<y>\d(?:\s?\d){{3}}(?!\d)|{_WORDS})",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:ngày\s*)?(?<![\d/.-])(?P<d>\d{1,2})([/.-])(?P<m>\d{1,2})\2(?P<y>(?:19|20)\d{2})(?!\d)", re.IGNORECASE
)


def spoken(words: str) -> int | None:
    """The number that Vietnamese words say; None when they say none."""
    total, digit = 0, None
    for word in words.lower().split():
        if word in _DIGITS and digit is None:
            digit = _DIGITS[word]
        elif word in _TENFOLDS and digit is not None:
            total, digit = total + digit * _TENFOLDS[word], None
        elif word == "mười" and digit is None:
            total += 10
        elif word not in {"linh", "lẻ", "mồng", "mùng"}:
            return None
    return total + (digit or 0)


def at(text: str, start: int = 0) -> date | None:
    """The day that is written at `start` of `text`."""
    found = _LONG.match(text, start) or _SHORT.match(text, start)
    return _day(found) if found else None


def within(text: str) -> Iterator[tuple[date, int, int]]:
    """Every day in `text`, with where it begins and ends."""
    for form in (_LONG, _SHORT):
        for found in form.finditer(text):
            if day := _day(found):
                yield day, found.start(), found.end()


def _day(found: re.Match[str]) -> date | None:
    parts = [_number(found[part]) for part in ("y", "m", "d")]
    if None in parts:
        return None
    try:
        return date(*(part or 0 for part in parts))
    except ValueError:
        return None


def _number(text: str) -> int | None:
    figures = "".join(text.split())
    return int(figures) if figures.isascii() and figures.isdigit() else spoken(text)
