"""A Word file (.docx): paragraphs and tables of its main part, with what is bold and what is centred.

ECMA-376 Part 1, 17.3 (paragraphs, runs), 17.4 (tables), 17.7 (styles).  Text boxes are read where they are anchored,
and only once: the same box stands a second time in the fallback for old readers.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from bridge.fields.package import part
from bridge.fields.paragraphs import Cell, Paragraph, Piece, Rough, Row, lines_of, row_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_APP = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_PASSED_OVER = frozenset({_FALLBACK, _BOX, f"{_W}del", f"{_W}moveFrom"})
_BASES = 10  # styles that one style may be based on, one on the other

_Style = tuple[bool | None, bool | None, str]  #: bold, centred, base


def read(content: bytes) -> Rough | None:
    """The rows of its main part; None when there is none that can be read."""
    main, styles, app = part(content, "word/document.xml", "word/styles.xml", "docProps/app.xml")
    body = main.find(f"{_W}body") if main is not None else None
    if body is None:
        return None
    known = _styles(styles)
    pages = app.findtext(f"{_APP}Pages", "") if app is not None else ""
    claimed = int(pages) if pages.isascii() and pages.isdigit() and len(pages) < 5 else 0
    return Rough(tuple(_rows(body, known)), claimed)


def _rows(block: etree._Element, styles: Mapping[str, _Style]) -> Iterator[Row]:
    for child in block:
        if child.tag == f"{_W}p":
            for paragraph in _paragraphs(child, styles):
                yield row_of(paragraph)
        elif child.tag == f"{_W}tbl":
            for row in child.iterfind(f"{_W}tr"):
                yield tuple(_cell(cell, styles) for cell in row.iterfind(f"{_W}tc"))
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}moveTo"}:
            yield from _rows(child, styles)


def _cell(cell: etree._Element, styles: Mapping[str, _Style]) -> Cell:
    outer = (paragraph for paragraph in cell.iter(f"{_W}p") if not _boxed(paragraph))
    return tuple(line for paragraph in outer for line in _paragraphs(paragraph, styles))


def _boxed(paragraph: etree._Element) -> bool:
    return any(above.tag in {_BOX, _FALLBACK} for above in paragraph.iterancestors())


def _paragraphs(paragraph: etree._Element, styles: Mapping[str, _Style]) -> Iterator[Paragraph]:
    """The paragraph, before it those of the boxes that hang on it."""
    for box in paragraph.iter(_BOX):
        if not any(above.tag in {_FALLBACK, _BOX} for above in box.iterancestors()):
            for inner in box.iter(f"{_W}p"):
                yield from _lines(inner, styles)
    yield from _lines(paragraph, styles)


def _lines(paragraph: etree._Element, styles: Mapping[str, _Style]) -> Iterator[Paragraph]:
    style = _value(paragraph, f"{_W}pPr/{_W}pStyle")
    bold, centred = _styled(style, styles)
    aligned = _value(paragraph, f"{_W}pPr/{_W}jc")
    yield from lines_of(_pieces(paragraph, bold, styles), aligned == "center" if aligned else centred)


def _pieces(node: etree._Element, bold: bool, styles: Mapping[str, _Style]) -> Iterator[Piece]:
    for child in node:
        if child.tag == f"{_W}r":
            yield from _run(child, bold, styles)
        elif isinstance(child.tag, str) and child.tag not in _PASSED_OVER:
            yield from _pieces(child, bold, styles)


def _run(run: etree._Element, bold: bool, styles: Mapping[str, _Style]) -> Iterator[Piece]:
    said = run.find(f"{_W}rPr/{_W}b")
    style = _value(run, f"{_W}rPr/{_W}rStyle")
    if said is not None:
        bold = said.get(f"{_W}val", "1") not in {"0", "false", "off"}
    elif style and _styled(style, styles)[0]:
        bold = True
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    font = (fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi") or "") if fonts is not None else ""
    text = "".join(
        child.text or "" if child.tag == f"{_W}t" else _SIGNS.get(child.tag, "")
        for child in run
        if isinstance(child.tag, str)
    )
    if text:
        yield Piece(text, font, bold)


def _styles(root: etree._Element | None) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    for style in root.iterfind(f"{_W}style") if root is not None else ():
        bold = style.find(f"{_W}rPr/{_W}b")
        aligned = _value(style, f"{_W}pPr/{_W}jc")
        found[style.get(f"{_W}styleId", "")] = (
            None if bold is None else bold.get(f"{_W}val", "1") not in {"0", "false", "off"},
            aligned == "center" if aligned else None,
            _value(style, f"{_W}basedOn"),
        )
    return found


def _styled(name: str, styles: Mapping[str, _Style]) -> tuple[bool, bool]:
    """Bold and centred as a style says, or those it is based on."""
    bold: bool | None = None
    centred: bool | None = None
    for _ in range(_BASES):
        if name not in styles:
            break
        own_bold, own_centred, name = styles[name]
        bold = own_bold if bold is None else bold
        centred = own_centred if centred is None else centred
    return bool(bold), bool(centred)


def _value(node: etree._Element, path: str) -> str:
    found = node.find(path)
    return found.get(f"{_W}val", "") if found is not None else ""
