"""What the reader had to overlook: names of elements and defects, never their content."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from bridge.edxml.forms import parse_date

T = TypeVar("T")


class Notes:
    """Notes of one reading, each once."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    @property
    def found(self) -> tuple[str, ...]:
        """The notes in the order of their first occurrence."""
        return tuple(self._found)

    def add(self, note: str) -> None:
        """Keep a note."""
        self._found[note] = None

    def parsed(self, element: str, text: str, parse: Callable[[str], T | None]) -> T | None:
        """What `parse` makes of a text; None for none, and a note when there was a text it could not read."""
        value = parse(text) if text else None
        if text and value is None:
            self.add(f"unreadable:{element}")
        return value

    def day(self, element: str, text: str) -> date | None:
        """A date."""
        return self.parsed(element, text, parse_date)

    def number(self, element: str, text: str) -> int | None:
        """A whole number of at most nine digits."""
        return self.parsed(element, text, _whole)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
