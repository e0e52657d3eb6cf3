"""A PDF's text with its places on the page: words, and lines of any part of it.

A two-column head comes out of a PDF interleaved; only coordinates tell its columns apart.  Damaged, encrypted and
image-only files give no words; that is an answer, not an error.
"""

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from bridge.fields.fields import Field, Place, Source
from bridge.fields.fold import fold, tidy
from bridge.fields.old_fonts import in_unicode, raised_words
from validation.vietnamese_pages import Page as CodePage
from validation.vietnamese_syllables import spelling

_MOST_CHARACTERS = 20_000  # of one page; no official page comes near it
_OCR_AT_MOST = 0.6  # what a machine read in a picture is a suggestion, never a key (`ƯBND`, `ỈỈ17`)
_GAP = 0.2  # of the font's size, between two letters of a word from two fonts; a blank is a quarter of it
_WIDE = 0.25
_NEAR = 0.1
_OVERLAP = 0.4
_DRAWN = 200  # objects on a page without words: letters that were made into curves
_INVISIBLE = 3  # text rendering mode (ISO 32000-1, 9.3.6): the words that a scanner lays behind its picture
_SPELT = 0.8  # the share of a page's marked words that are Vietnamese syllables where its text is right
_LINE_END_HYPHENS = (0x2, 0xFFFE)  # what PDFium makes of a hyphen before a line break

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a gap; points from the page's lower left corner."""

    text: str
    left: float
    right: float
    base: float  #: the baseline's height
    size: float  #: of the font
    font: str  #: its name
    bold: bool

    @property
    def middle(self) -> float:
        """Half-way between its edges."""
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Line:
    """Words on one baseline with no wide gap between them."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def folded(self) -> str:
        """The text for comparing."""
        return fold(self.text)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

    @property
    def middle(self) -> float:
        """Half-way between its edges."""
        return (self.left + self.right) / 2

    @property
    def base(self) -> float:
        """Its baseline's height."""
        return self.words[0].base

    @property
    def size(self) -> float:
        """The size of its first word's font."""
        return self.words[0].size

    @property
    def bold(self) -> bool:
        """Are its letters bold?  A few may be drawn from a font that has no bold."""
        bold = sum(len(word.text) for word in self.words if word.bold)
        return bold > 0.6 * sum(len(word.text) for word in self.words)

    @property
    def capitals(self) -> bool:
        """Does it have letters, all of them capitals?"""
        return self.text.isupper()


@dataclass(frozen=True)
class Page:
    """One page's words."""

    width: float
    height: float
    words: tuple[Word, ...]
    code_page: CodePage | None = None  #: of the old fonts that its words were read from
    number: int = 1  #: the first is 1
    source: Source = Source.PDF_PAGE_1  #: what is told of a value that was read here
    pictured: bool = False  #: does it show something and not one word, as a scan does?

    def field(self, value: str, confidence: float, lines: Iterable[Line]) -> Field:
        """A value that `lines` of this page say."""
        if self.source is Source.OCR:
            confidence = min(confidence, _OCR_AT_MOST)
        place = self._place(tuple(lines)) if self.source is not Source.DOCUMENT_TEXT else None
        return Field(value, self.source, round(confidence, 2), place=place)

    def _place(self, lines: tuple[Line, ...]) -> Place | None:
        if not lines:
            return None
        return Place(
            self.number,
            left=round(min(line.left for line in lines), 1),
            bottom=round(min(line.base - 0.25 * line.size for line in lines), 1),
            right=round(max(line.right for line in lines), 1),
            top=round(max(line.base + line.size for line in lines), 1),
        )

    @cached_property
    def whole_lines(self) -> tuple[Line, ...]:
        """The lines where no column is known."""
        return self.lines()

    def lines(self, split_at: float | None = None) -> tuple[Line, ...]:
        """The lines from top to bottom and left to right.

        A gap of more than one and a half letters ends a line; so does `split_at`, where a column is known to begin.
        """
        lines: list[Line] = []
        for row in _rows(self.words):
            start = 0
            for at in range(1, len(row) + 1):
                if at == len(row) or _apart(row[at - 1], row[at], split_at):
                    lines.append(Line(tuple(row[start:at])))
                    start = at
        return tuple(lines)


def _apart(word: Word, following: Word, split_at: float | None) -> bool:
    gap = following.left - word.right
    begins_column = split_at is not None and word.right <= split_at + 1 and following.left >= split_at - 3
    return gap > 1.5 * max(word.size, following.size) or (begins_column and gap > 0.5 * word.size)


def _rows(words: tuple[Word, ...]) -> Iterator[list[Word]]:
    """Words of one height: a stamped number may stand a little above or below the line it belongs to."""
    row: list[Word] = []
    for word in sorted(words, key=lambda word: -word.base):
        if row and row[0].base - word.base > 0.35 * min(row[0].size, word.size):
            yield sorted(row, key=lambda word: word.left)
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda word: word.left)


class Pdf:
    """An open PDF; pages are read when asked for."""

    def __init__(self, document: pdfium.PdfDocument | None) -> None:
        self._document = document
        self.pages = len(document) if document is not None else 0

    def page(self, number: int) -> Page:
        """Page `number`, counted from 0; without words when it cannot be read."""
        if self._document is None:
            return Page(0, 0, ())
        try:
            page = self._document[number]
            try:
                width, height = page.get_size()
                text = page.get_textpage()
                try:
                    blanks: list[_Point] = []
                    drawn = tuple(_words(text.raw, text.count_chars(), blanks))
                    words, code_page = _readable(_mended(drawn, blanks))
                    source = Source.OCR if words and _behind_a_picture(text.raw) else Source.PDF_PAGE_1
                    pictured = not words and _shows(page)
                    return Page(width, height, words, code_page, number + 1, source, pictured)
                finally:
                    text.close()
            finally:
                page.close()
        except pdfium.PdfiumError:
            return Page(0, 0, ())

    def text(self, number: int) -> str:
        """The words of page `number` as PDFium strings them together: fast, and without places.

        Where they are not spelt as words are, an old font may be the reason, and they are read one by one.
        """
        text = self._bare_text(number)
        if text.isascii() or spelling(text, _MOST_CHARACTERS).share > _SPELT:
            return text
        return "\n".join(line.text for line in self.page(number).lines())

    def _bare_text(self, number: int) -> str:
        if self._document is None:
            return ""
        try:
            page = self._document[number]
            try:
                text = page.get_textpage()
                try:
                    return str(text.get_text_range(0, min(text.count_chars(), _MOST_CHARACTERS), errors="replace"))
                finally:
                    text.close()
            finally:
                page.close()
        except pdfium.PdfiumError:
            return ""

    def stamp(self, number: int) -> bool:
        """Make what was stamped on page `number` (annotations) part of the page; False when there is nothing.

        Only this reading's copy changes.  No other handle on the page may be open: PDFium would keep the old content.
        """
        if self._document is None:
            return False
        try:
            page = self._document[number]
            try:
                flattened = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
                return bool(flattened == pdfium_c.FLATTEN_SUCCESS)
            finally:
                page.close()
        except pdfium.PdfiumError:
            return False


@contextmanager
def opened(content: bytes) -> Iterator[Pdf]:
    """The PDF in `content`; without pages when it cannot be opened."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        yield Pdf(None)
        return
    try:
        yield Pdf(document)
    finally:
        document.close()


def _shows(page: pdfium.PdfPage) -> bool:
    """Is there a picture on the page, or enough lines to be one?"""
    if pdfium_c.FPDFPage_CountObjects(page.raw) > _DRAWN:
        return True
    return any(True for _ in page.get_objects((pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _behind_a_picture(text: pdfium_c.FPDF_TEXTPAGE) -> bool:
    """Is the page's first text invisible?  Who prints a document shows it."""
    first = next(
        (index for index in range(_MOST_CHARACTERS) if pdfium_c.FPDFText_GetUnicode(text, index) > ord(" ")), 0
    )
    found = pdfium_c.FPDFText_GetTextObject(text, first)
    return bool(found) and pdfium_c.FPDFTextObj_GetTextRenderMode(found) == _INVISIBLE


def _words(text: pdfium_c.FPDF_TEXTPAGE, count: int, blanks: list[_Point]) -> Iterator[Word]:
    """The words in the order of the file; where blanks are written goes into `blanks`."""
    x, y = ctypes.c_double(), ctypes.c_double()
    box = pdfium_c.FS_RECTF()
    letters: list[str] = []
    begin = end = base = size = 0.0
    first = 0
    blank = guessed = False
    told_at = (0.0, 0.0)
    for index in range(min(count, _MOST_CHARACTERS)):
        code = pdfium_c.FPDFText_GetUnicode(text, index)
        character = "-" if code in _LINE_END_HYPHENS else chr(code) if code else " "
        if character.isspace():
            guessed = pdfium_c.FPDFText_IsGenerated(text, index) == 1
            pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
            told_at = (x.value, y.value)
            if not guessed:
                blank = True
                blanks.append(told_at)
            continue
        pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
        # The loose box is as wide as the letter takes, not as its ink: between the letters of a word it leaves no gap.
        pdfium_c.FPDFText_GetLooseCharBox(text, index, box)
        level = abs(y.value - told_at[1]) < _NEAR * size
        if guessed and letters and level and _GAP * size < box.left - told_at[0] < 0.35 * size:
            blank = True  # no guess at all: it has a width of its own
            blanks.append(told_at)
        # Where a word's letters come from two fonts PDFium guesses a blank that is none.
        told = blank or (guessed and bool(letters) and _font(text, index)[0] == _font(text, first)[0])
        if letters and (told or abs(y.value - base) > 0.3 * size or not -0.5 * size < box.left - end < _WIDE * size):
            yield Word("".join(letters), begin, end, base, size, *_font(text, first))
            letters = []
        if not letters:
            begin, base, first = box.left, y.value, index
            size = _size(text, index)
        end = max(box.right, box.left)
        letters.append(character)
        blank = guessed = False
    if letters:
        yield Word("".join(letters), begin, end, base, size, *_font(text, first))


def _mended(words: tuple[Word, ...], blanks: Sequence[_Point]) -> tuple[Word, ...]:
    """The words whole: letters that a font lacks are drawn from another, apart from the rest of their word."""
    if len({word.font for word in words}) < 2:
        return words
    written = sorted(blanks, key=lambda point: -point[1])
    heights = [-base for _, base in written]
    whole: list[Word] = []
    for row in _rows(words):
        near = _NEAR * row[0].size
        low = bisect_left(heights, -max(word.base for word in row) - near)
        high = bisect_right(heights, -min(word.base for word in row) + near)
        across = sorted(x for x, _ in written[low:high])
        start = len(whole)
        for word in row:
            before = whole[-1] if len(whole) > start else None
            if before and _one_word(before, word, across):
                longer = max(before, word, key=lambda piece: len(piece.text))
                joined = replace(before, text=before.text + word.text, right=word.right)
                whole[-1] = replace(joined, font=longer.font, bold=longer.bold)
            else:
                whole.append(word)
    return tuple(whole)


def _one_word(before: Word, word: Word, blanks: Sequence[float]) -> bool:
    gap = (word.left - before.right) / word.size
    if not -_OVERLAP < gap < _GAP or abs(before.base - word.base) > _NEAR * word.size:
        return False
    at = bisect_right(blanks, word.left + 0.02 * word.size) - 1
    return at < 0 or blanks[at] < before.middle


def _readable(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], CodePage | None]:
    """The words in Unicode, tidy, and the code page of the old fonts that they were set in."""
    texts, code_page = in_unicode([(word.text, word.font) for word in words])
    if code_page:
        pairs = zip(words, (*words[1:], None), strict=True)
        ends = [after is None or after.base != word.base or _apart(word, after, None) for word, after in pairs]
        texts = raised_words(texts, ends)
    tidied = zip(words, map(tidy, texts), strict=True)
    return tuple(word if word.text == text else replace(word, text=text) for word, text in tidied), code_page


def _font(text: pdfium_c.FPDF_TEXTPAGE, index: int) -> tuple[str, bool]:
    """Its name, and whether it is bold: by the name, which survives embedding; a weight is seldom set."""
    name = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    length = pdfium_c.FPDFText_GetFontInfo(text, index, name, len(name), flags)
    named = name.raw[: max(0, length)].rstrip(b"\0").decode("utf-8", "replace")
    return named, "bold" in named.lower() or pdfium_c.FPDFText_GetFontWeight(text, index) >= 600


def _size(text: pdfium_c.FPDF_TEXTPAGE, index: int) -> float:
    """The font's height as drawn: some writers set a size of 1 and scale it by the matrix."""
    matrix = pdfium_c.FS_MATRIX()
    scale = abs(matrix.d) if pdfium_c.FPDFText_GetMatrix(text, index, matrix) else 1.0
    return float(pdfium_c.FPDFText_GetFontSize(text, index) * (scale or 1.0)) or 1.0
