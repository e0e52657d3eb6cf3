"""What an office file's text is made of: pieces in one font, then paragraphs, cells, rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one font."""

    text: str
    font: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a cell, however long."""

    pieces: tuple[Piece, ...]
    centred: bool = False

    @property
    def text(self) -> str:
        """Its words with one space between them."""
        return " ".join("".join(piece.text for piece in self.pieces).split())

    @property
    def bold(self) -> bool:
        """Is every word bold?"""
        worded = [piece.bold for piece in self.pieces if piece.text.strip()]
        return bool(worded) and all(worded)


Cell = tuple[Paragraph, ...]
Row = tuple[Cell, ...]  #: running text is a row of one cell


@dataclass(frozen=True, slots=True)
class Rough:
    """A file's rows before old fonts are read as Unicode."""

    rows: tuple[Row, ...]
    pages: int = 0  #: as the file claims; 0 = it does not


_APART = re.compile(r"\t+| {4,}")


def lines_of(pieces: Iterable[Piece], centred: bool) -> Iterator[Paragraph]:
    """The paragraphs that line breaks make of one."""
    line: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        line.append(Piece(first, piece.font, piece.bold))
        for other in others:
            yield Paragraph(tuple(line), centred)
            line = [Piece(other, piece.font, piece.bold)]
    yield Paragraph(tuple(line), centred)


def row_of(paragraph: Paragraph) -> Row:
    """A paragraph of running text; tabs or a run of blanks inside make two columns of it, as typists do."""
    parts: list[list[Piece]] = [[]]
    for piece in paragraph.pieces:
        first, *others = _APART.split(piece.text)
        parts[-1].append(Piece(first, piece.font, piece.bold))
        parts += ([Piece(other, piece.font, piece.bold)] for other in others)
    worded = [part for part in parts if any(piece.text.strip() for piece in part)]
    if len(worded) != 2:
        return ((paragraph,),)
    return tuple((Paragraph(tuple(part), paragraph.centred),) for part in worded)
