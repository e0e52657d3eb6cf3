"""An OpenDocument text (.odt): paragraphs and tables, with what is bold and what is centred.

ODF 1.2 Part 1, 5 (paragraphs), 9 (tables), 16 and 20 (styles and their properties).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bridge.fields.package import part
from bridge.fields.paragraphs import Cell, Paragraph, Piece, Rough, Row, lines_of, row_of

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _STYLE = (f"{{{_NS}{name}:1.0}}" for name in ("office", "text", "table", "style"))
_FO = f"{{{_NS}xsl-fo-compatible:1.0}}"
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_PASSED_OVER = frozenset({f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}tracked-changes"})
_BASES = 10


@dataclass(frozen=True, slots=True)
class _Look:
    """What a style says; None = nothing."""

    bold: bool | None = None
    centred: bool | None = None
    font: str = ""
    base: str = ""


def read(content: bytes) -> Rough | None:
    """The rows of its text; None when there is none that can be read."""
    root, common, meta = part(content, "content.xml", "styles.xml", "meta.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}text") if root is not None else None
    if body is None:
        return None
    looks = {**_looks(common), **_looks(root)}
    counted = meta.find(f".//{{{_NS}meta:1.0}}document-statistic") if meta is not None else None
    pages = counted.get(f"{{{_NS}meta:1.0}}page-count", "") if counted is not None else ""
    claimed = int(pages) if pages.isascii() and pages.isdigit() and len(pages) < 5 else 0
    return Rough(tuple(_rows(body, looks)), claimed)


def _rows(block: etree._Element, looks: Mapping[str, _Look]) -> Iterator[Row]:
    for child in block:
        if child.tag in _PARAGRAPHS:
            # Frames first: their paragraphs hang on this one.
            for node in (*child.iterdescendants(*_PARAGRAPHS), child):
                for paragraph in _lines(node, looks):
                    yield row_of(paragraph)
        elif child.tag == f"{_TABLE}table":
            for row in child.iter(f"{_TABLE}table-row"):
                if next(row.iterancestors(f"{_TABLE}table")) is not child:
                    continue  # of a table within a cell, which is read with its cell
                yield tuple(_cell(cell, looks) for cell in row.iterfind(f"{_TABLE}table-cell"))
        elif isinstance(child.tag, str) and child.tag not in _PASSED_OVER:
            yield from _rows(child, looks)


def _cell(cell: etree._Element, looks: Mapping[str, _Look]) -> Cell:
    return tuple(line for paragraph in cell.iter(*_PARAGRAPHS) for line in _lines(paragraph, looks))


def _lines(paragraph: etree._Element, looks: Mapping[str, _Look]) -> Iterator[Paragraph]:
    look = _look(paragraph.get(f"{_TEXT}style-name", ""), looks)
    yield from lines_of(_pieces(paragraph, look, looks), bool(look.centred))


def _pieces(node: etree._Element, look: _Look, looks: Mapping[str, _Look]) -> Iterator[Piece]:
    if node.text:
        yield _piece(node.text, look)
    for child in node:
        if child.tag == f"{_TEXT}s":
            count = child.get(f"{_TEXT}c", "1")
            yield _piece(" " * min(int(count) if count.isascii() and count.isdigit() else 1, 200), look)
        elif child.tag == f"{_TEXT}tab":
            yield _piece("\t", look)
        elif child.tag == f"{_TEXT}line-break":
            yield _piece("\n", look)
        elif child.tag in _PARAGRAPHS:
            continue  # of a frame: a paragraph of its own
        elif isinstance(child.tag, str) and child.tag not in _PASSED_OVER:
            own = _look(child.get(f"{_TEXT}style-name", ""), looks) if child.tag == f"{_TEXT}span" else _Look()
            yield from _pieces(child, _Look(_first(own.bold, look.bold), look.centred, own.font or look.font), looks)
        if child.tail:
            yield _piece(child.tail, look)


def _piece(text: str, look: _Look) -> Piece:
    # Line ends of the file itself are blanks (6.1.2); only text:line-break ends a line.
    return Piece(text if text == "\n" else " ".join(text.split("\n")), look.font, bool(look.bold))


def _looks(root: etree._Element | None) -> dict[str, _Look]:
    found: dict[str, _Look] = {}
    for style in root.iter(f"{_STYLE}style") if root is not None else ():
        text, paragraph = style.find(f"{_STYLE}text-properties"), style.find(f"{_STYLE}paragraph-properties")
        weight = text.get(f"{_FO}font-weight") if text is not None else None
        align = paragraph.get(f"{_FO}text-align") if paragraph is not None else None
        font = (text.get(f"{_STYLE}font-name") or text.get(f"{_FO}font-family") or "") if text is not None else ""
        found[style.get(f"{_STYLE}name", "")] = _Look(
            None if weight is None else weight in {"bold", "600", "700", "800", "900"},
            None if align is None else align == "center",
            font,
            style.get(f"{_STYLE}parent-style-name", ""),
        )
    return found


def _look(name: str, looks: Mapping[str, _Look]) -> _Look:
    """A style with what it leaves to those it is based on."""
    look = _Look()
    for _ in range(_BASES):
        own = looks.get(name)
        if own is None:
            break
        bold, centred = _first(look.bold, own.bold), _first(look.centred, own.centred)
        look, name = _Look(bold, centred, look.font or own.font), own.base
    return look


def _first(one: bool | None, other: bool | None) -> bool | None:
    return other if one is None else one
