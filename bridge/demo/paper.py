"""Draw an administrative document on A4 as Decree 30/2020 Annex I lays it out.

Two columns at the head (body and number left, national name and date right), then type and subject or
addressees, the text, and at the foot recipients left, authority and signer right. The serif font is
embedded, so that the text can be extracted as the Vietnamese it is.
"""

import io
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR, BOLD, ITALIC, BOLD_ITALIC = (f"CongvanSerif-{style}" for style in ("Regular", "Bold", "Italic", "BoldItalic"))
WIDTH, HEIGHT = 595.28, 841.89  #: A4 in points
LEFT, RIGHT = 85.0, 550.0  #: margins of Annex I section I.1: 30-35 mm left, 15-20 mm right
LEFT_AXIS, RIGHT_AXIS = 165.0, 420.0  #: the middles of the two columns of the head
BODY_SIZE = 13.5
LEADING = 19.0
FOOT = 300.0  #: below this line stand recipients and signer


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on one administrative document."""

    superior: str  #: the superior body, "" = none
    body: str
    number: str  #: number and notation: 35/QĐ-SM
    place: str
    issued: date
    subject: str
    type_name: str = ""  #: "" = a công văn: the subject stands as V/v below the number
    addressees: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()  #: ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")
    signer: str = ""


@cache
def _register_fonts() -> None:
    folder = resources.files("bridge.demo") / "fonts"
    for name in (REGULAR, BOLD, ITALIC, BOLD_ITALIC):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO((folder / f"{name}.ttf").read_bytes())))


def issued_line(place: str, issued: date) -> str:
    """`Hà Nội, ngày 05 tháng 01 năm 2020`: days below 10 and months 1, 2 padded (Annex I, II.4)."""
    month = f"{issued.month:02d}" if issued.month <= 2 else str(issued.month)
    return f"{place}, ngày {issued.day:02d} tháng {month} năm {issued.year}"


class _Page:
    """A canvas that knows the fonts and writes NFC."""

    def __init__(self, title: str) -> None:
        _register_fonts()
        self.output = io.BytesIO()
        self.canvas = Canvas(self.output, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
        self.canvas.setTitle(unicodedata.normalize("NFC", title))

    def line(self, text: str, x: float, y: float, font: str, size: float, *, centred: bool = False) -> None:
        """One line of text at `x`, or centred on it."""
        self.canvas.setFont(font, size)
        draw = self.canvas.drawCentredString if centred else self.canvas.drawString
        draw(x, y, unicodedata.normalize("NFC", text))

    def centred(self, text: str, at: tuple[float, float], font: str, size: float, width: float) -> float:
        """Lines centred `at` an axis and a baseline, broken at `width`; the next free baseline."""
        axis, y = at
        for part in simpleSplit(unicodedata.normalize("NFC", text), font, size, width):
            self.line(part, axis, y, font, size, centred=True)
            y -= size * 1.2
        return y

    def rule(self, axis: float, y: float, width: float) -> None:
        """A short horizontal rule."""
        self.canvas.setLineWidth(0.8)
        self.canvas.line(axis - width / 2, y, axis + width / 2, y)


def _head(page: _Page, paper: Paper) -> float:
    y = left = HEIGHT - 60
    if paper.superior:
        left = page.centred(paper.superior.upper(), (LEFT_AXIS, left), REGULAR, 12, 185)
    left = page.centred(paper.body.upper(), (LEFT_AXIS, left), BOLD, 12, 185)
    page.rule(LEFT_AXIS, left + 9, 60)
    left = page.centred(f"Số: {paper.number}", (LEFT_AXIS, left - 10), REGULAR, 13, 185)
    if not paper.type_name:
        left = page.centred(f"V/v {paper.subject}", (LEFT_AXIS, left), REGULAR, 12, 185)
    right = page.centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (RIGHT_AXIS, y), BOLD, 12, 280)
    right = page.centred("Độc lập - Tự do - Hạnh phúc", (RIGHT_AXIS, right - 2), BOLD, 13, 280)
    page.rule(RIGHT_AXIS, right + 9, 160)
    right = page.centred(issued_line(paper.place, paper.issued), (RIGHT_AXIS, right - 10), ITALIC, 13, 280)
    return min(left, right) - 18


def _opening(page: _Page, paper: Paper, y: float) -> float:
    middle = (LEFT + RIGHT) / 2
    if paper.type_name:
        y = page.centred(paper.type_name.upper(), (middle, y), BOLD, 14, 420)
        y = page.centred(paper.subject, (middle, y - 2), BOLD, 14, 400)
        page.rule(middle, y + 9, 90)
        y -= 14
    if len(paper.addressees) == 1:
        y = page.centred(f"Kính gửi: {paper.addressees[0]}", (middle, y), REGULAR, BODY_SIZE, 420) - 8
    elif paper.addressees:
        page.line("Kính gửi:", LEFT + 60, y, REGULAR, BODY_SIZE)
        last = len(paper.addressees) - 1
        for index, addressee in enumerate(paper.addressees):
            y -= LEADING
            page.line(f"- {addressee}{'.' if index == last else ';'}", LEFT + 90, y, REGULAR, BODY_SIZE)
        y -= LEADING + 8
    return y


def _text(page: _Page, paper: Paper, y: float) -> float:
    for paragraph in paper.paragraphs:
        indent = "      "
        text = unicodedata.normalize("NFC", indent + paragraph)
        for index, part in enumerate(simpleSplit(text, REGULAR, BODY_SIZE, RIGHT - LEFT - 28)):
            if y < 80:
                page.canvas.showPage()
                y = HEIGHT - 70
            page.line(part.strip(), LEFT + (28 if index == 0 else 0), y, REGULAR, BODY_SIZE)
            y -= LEADING
        y -= 5
    return y


def _foot(page: _Page, paper: Paper, y: float) -> None:
    if y < FOOT:
        page.canvas.showPage()
    page.line("Nơi nhận:", LEFT, FOOT - 10, BOLD_ITALIC, 12)
    for index, recipient in enumerate(paper.recipients):
        last = index == len(paper.recipients) - 1
        page.line(f"- {recipient}{'.' if last else ';'}", LEFT, FOOT - 24 - 13 * index, REGULAR, 11)
    top = FOOT - 10
    for line in paper.authority:
        page.line(line, RIGHT_AXIS, top, BOLD, 13, centred=True)
        top -= 16
    page.line(paper.signer, RIGHT_AXIS, FOOT - 125, BOLD, 14, centred=True)


def draw(paper: Paper) -> bytes:
    """`paper` as a PDF.  The same paper gives the same bytes."""
    page = _Page(f"{paper.number} {paper.subject}")
    y = _head(page, paper)
    y = _opening(page, paper, y)
    y = _text(page, paper, y)
    _foot(page, paper, y)
    page.canvas.save()
    return page.output.getvalue()
