"""A text that was written but not printed: the rows, cells and paragraphs of an office file, in Unicode.

A two-column head is a table there, so columns are known without coordinates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.fields import written_doc, written_docx, written_odt
from bridge.fields.fold import tidy
from bridge.fields.old_fonts import in_unicode
from bridge.fields.paragraphs import Cell, Paragraph, Piece, Rough, Row
from validation.rtf import rtf_text
from validation.vietnamese_capitals import raised

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
OLD_WORD = "application/msword"
RICH = frozenset({"application/rtf", "text/rtf"})


@dataclass(frozen=True, slots=True)
class Written:
    """An office file's text."""

    rows: tuple[Row, ...]
    code_page: str = ""  #: of the old fonts that it was set in
    pages: int = 0  #: as the file itself claims; 0 = it does not

    @property
    def text(self) -> str:
        """Its paragraphs, one a line."""
        return "\n".join(paragraph.text for row in self.rows for cell in row for paragraph in cell)


def written(content: bytes, media_type: str) -> Written | None:
    """What the file says; None when it is of another type or cannot be read."""
    rough: Rough | None = None
    if media_type in {WORD, TEMPLATE}:
        rough = written_docx.read(content)
    elif media_type == OPEN_TEXT:
        rough = written_odt.read(content)
    elif media_type == OLD_WORD:
        rough = written_doc.read(content)
    elif media_type in RICH:
        lines = rtf_text(content).splitlines()
        rough = Rough(tuple(((Paragraph((Piece(line),)),),) for line in lines if line.strip()))
    return _in_unicode(rough) if rough and rough.rows else None


def word_text(content: bytes) -> tuple[str, str]:
    """The paragraphs of a .docx, one a line, in Unicode, and the code page of the old fonts they were set in.

    "" when it cannot be read, and "" where no font was old.
    """
    read = written(content, WORD)
    return (read.text, read.code_page) if read else ("", "")


def _in_unicode(rough: Rough) -> Written:
    """The same with the codes of old fonts read as what they show, run by run."""
    pieces = [piece for paragraph in _paragraphs(rough.rows) for piece in paragraph.pieces]
    texts, code_page = in_unicode([(piece.text, piece.font) for piece in pieces])
    read = iter(texts)
    rows = tuple(
        tuple(tuple(_with(paragraph, [next(read) for _ in paragraph.pieces]) for paragraph in cell) for cell in row)
        for row in rough.rows
    )
    if code_page:
        rows = _raised(rows)
    return Written(rows, str(code_page or ""), rough.pages)


def _paragraphs(rows: Iterable[Row]) -> Iterable[Paragraph]:
    return (paragraph for row in rows for cell in row for paragraph in cell)


def _with(paragraph: Paragraph, texts: Sequence[str]) -> Paragraph:
    pieces = (Piece(tidy(text), piece.font, piece.bold) for text, piece in zip(texts, paragraph.pieces, strict=True))
    return Paragraph(tuple(pieces), paragraph.centred)


def _raised(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Headings that were typed in a font of capitals, in capitals again."""
    before = [paragraph.text for paragraph in _paragraphs(rows)]
    after = raised("\n".join(before)).split("\n")
    if len(after) != len(before):
        return rows
    lines = iter(after)

    def again(cell: Cell) -> Cell:
        return tuple(Paragraph((Piece(next(lines), bold=paragraph.bold),), paragraph.centred) for paragraph in cell)

    return tuple(tuple(again(cell) for cell in row) for row in rows)
