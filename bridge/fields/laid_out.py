"""Rows of paragraphs set on pages as a printer would, so that one reading of heads and feet serves both.

The places are ours and are told to nobody; what they keep is which column a line is in, what is centred, and what gap
is between two lines.
"""

import textwrap
from collections.abc import Iterator, Sequence

from bridge.fields.fields import Source
from bridge.fields.page import Page, Word
from bridge.fields.paragraphs import Cell, Paragraph, Row

_WIDTH, _HEIGHT = 595.0, 842.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 85.0, 552.0, 786.0, 56.0
_STEP, _SIZE = 16.0, 13.0
_LETTER = 6.0  # wide, as is the blank between two words
_COLUMN = 34  # letters on a line of one of two columns: the national name has as many
_GUTTER = 15.0
_CENTRED, _RUNNING = 74, 58  # letters on a line; running text is set narrow so that it never looks centred
_MOST_LINES = 4_000

_Line = tuple[str, bool, float]  #: text, bold, left edge


def laid_out(rows: Sequence[Row]) -> tuple[Page, ...]:
    """The pages; there is always one."""
    pages: list[list[Word]] = [[]]
    base, lines = _TOP, 0
    for row in rows:
        columns = [list(_set(cell, *edges)) for cell, edges in zip(row, _edges(len(row)), strict=True)]
        height = max(map(len, columns), default=0)
        lines += height
        if lines > _MOST_LINES:
            break
        if base - height * _STEP < _BOTTOM and base < _TOP and height < (_TOP - _BOTTOM) / _STEP:
            pages.append([])
            base = _TOP
        for at in range(height):
            if base < _BOTTOM:
                pages.append([])
                base = _TOP
            for column in columns:
                if at < len(column):
                    pages[-1] += _words(column[at], base)
            base -= _STEP
    return tuple(
        Page(_WIDTH, _HEIGHT, tuple(words), number=number, source=Source.DOCUMENT_TEXT)
        for number, words in enumerate(pages, start=1)
    )


def _edges(columns: int) -> Iterator[tuple[float, float]]:
    width = (_RIGHT - _LEFT) / max(columns, 1)
    for number in range(columns):
        yield _LEFT + number * width, _LEFT + (number + 1) * width - (_GUTTER if columns > 1 else 0)


def _set(cell: Cell, left: float, right: float) -> Iterator[_Line]:
    narrow = right - left < _RIGHT - _LEFT
    for paragraph in cell:
        most = _COLUMN if narrow else _CENTRED if paragraph.centred else _RUNNING
        lines = textwrap.wrap(paragraph.text, most, break_on_hyphens=False) or [""]
        for line in lines:
            yield line, paragraph.bold, _begin(line, paragraph, left, right, narrow=narrow)


def _begin(line: str, paragraph: Paragraph, left: float, right: float, *, narrow: bool) -> float:
    """Where a line begins; what a column holds in capitals or centred stands in its middle."""
    centred = paragraph.centred or (narrow and line.isupper())
    return (left + right - len(line) * _LETTER) / 2 if centred else left


def _words(line: _Line, base: float) -> Iterator[Word]:
    text, bold, left = line
    for word in text.split(" "):
        right = left + len(word) * _LETTER
        if word:
            yield Word(word, left, right, base, _SIZE, "", bold)
        left = right + _LETTER
