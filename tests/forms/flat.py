"""Flat OpenDocument text written by hand: paragraphs, tables and pages as a typist would set them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
)


@dataclass(frozen=True)
class Look:
    """How a paragraph is set."""

    size: float = 13
    bold: bool = False
    italic: bool = False
    align: str = "start"
    before: float = 0  #: points
    after: float = 0
    indent: float = 0  #: of its first line
    new_page: bool = False
    font: str = ""  #: "" = the sheet's
    boxed: bool = False


@dataclass
class Sheet:
    """A document in the making."""

    font: str = "Liberation Serif"
    left: float = 30  #: margins in millimetres
    right: float = 18
    kept: bool = True  #: are the rows of tables kept on one page?
    columns: int = 1  #: of the running text
    coded: Callable[[str], str] | None = None  #: how an old font's codes write it
    _styles: dict[Look, str] = field(default_factory=dict)
    _tables: list[str] = field(default_factory=list)
    _body: list[str] = field(default_factory=list)

    def paragraph(self, text: str, look: Look) -> str:
        """One paragraph; a line feed in it breaks the line."""
        if self.coded:
            text = self.coded(text)
        style = self._styles.setdefault(look, f"P{len(self._styles) + 1}")
        inner = "<text:line-break/>".join(escape(line) for line in text.split("\n"))
        return f"<text:p text:style-name={quoteattr(style)}>{inner}</text:p>"

    def add(self, text: str, look: Look) -> None:
        """A paragraph of running text."""
        self._body.append(self.paragraph(text, look))

    def table(self, widths: tuple[float, ...], rows: list[list[list[tuple[str, Look]]]]) -> None:
        """A table without borders; each cell holds paragraphs."""
        name = f"T{len(self._tables) + 1}"
        columns = "".join(
            f'<style:style style:name="{name}.{at}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width}mm"/></style:style>'
            for at, width in enumerate(widths)
        )
        self._tables.append(
            f'<style:style style:name="{name}" style:family="table"><style:table-properties '
            f'style:width="{sum(widths)}mm" table:align="center"/></style:style>{columns}'
        )
        cells = "".join(
            '<table:table-row table:style-name="Row">'
            + "".join(
                "<table:table-cell>" + "".join(self.paragraph(*each) for each in cell) + "</table:table-cell>"
                for cell in row
            )
            + "</table:table-row>"
            for row in rows
        )
        heads = "".join(f'<table:table-column table:style-name="{name}.{at}"/>' for at in range(len(widths)))
        self._body.append(f'<table:table table:name="{name}" table:style-name="{name}">{heads}{cells}</table:table>')

    def section(self, inner: list[tuple[str, Look]]) -> None:
        """Running text in as many columns as the sheet has."""
        text = "".join(self.paragraph(*each) for each in inner)
        if self.columns > 1:
            text = f'<text:section text:style-name="Columns" text:name="S{len(self._body)}">{text}</text:section>'
        self._body.append(text)

    def xml(self) -> str:
        """The whole file."""
        styles = "".join(_style(name, look) for look, name in self._styles.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2" '
            'office:mimetype="application/vnd.oasis.opendocument.text"><office:styles>'
            '<style:default-style style:family="paragraph"><style:text-properties '
            f'fo:font-family={quoteattr(self.font)} fo:language="vi" fo:country="VN" fo:hyphenate="false"/>'
            "</style:default-style></office:styles><office:automatic-styles>"
            '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="210mm" '
            f'fo:page-height="297mm" fo:margin-top="20mm" fo:margin-bottom="20mm" fo:margin-left="{self.left}mm" '
            f'fo:margin-right="{self.right}mm"/></style:page-layout>'
            '<style:style style:name="Columns" style:family="section"><style:section-properties>'
            f'<style:columns fo:column-count="{self.columns}" fo:column-gap="8mm"/></style:section-properties>'
            '</style:style><style:style style:name="Row" style:family="table-row"><style:table-row-properties '
            f'fo:keep-together="{"always" if self.kept else "auto"}"/>'
            f"</style:style>{styles}{''.join(self._tables)}</office:automatic-styles><office:master-styles>"
            '<style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles>'
            f"<office:body><office:text>{''.join(self._body)}</office:text></office:body></office:document>"
        )


def _style(name: str, look: Look) -> str:
    family = f" fo:font-family={quoteattr(look.font)}" if look.font else ""
    broken = ' fo:break-before="page"' if look.new_page else ""
    box = ' fo:border="0.75pt solid #c00000" fo:padding="2pt"' if look.boxed else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties '
        f'fo:text-align="{look.align}" fo:margin-top="{look.before}pt" fo:margin-bottom="{look.after}pt" '
        f'fo:text-indent="{look.indent}mm"{broken}{box}/><style:text-properties fo:font-size="{look.size}pt" '
        f'fo:font-weight="{"bold" if look.bold else "normal"}" '
        f'fo:font-style="{"italic" if look.italic else "normal"}"{family}/></style:style>'
    )
