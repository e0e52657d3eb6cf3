"""Pages drawn for the tests by position alone: nothing here knows how the extractor reads them."""

from __future__ import annotations

import io
from importlib import resources

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PLAIN, BOLD, ITALIC = (f"Sheet-{style}" for style in ("Regular", "Bold", "Italic"))


def _fonts() -> None:
    folder = resources.files("bridge.demo") / "fonts"
    for name in (PLAIN, BOLD, ITALIC):
        file = folder / name.replace("Sheet", "CongvanSerif")
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(file.with_suffix(".ttf").read_bytes())))  # type: ignore[attr-defined]


class Sheets:
    """A PDF in the making; heights are points from the top of an A4 page."""

    def __init__(self, *, scaled: bool = False) -> None:
        if PLAIN not in pdfmetrics.getRegisteredFontNames():
            _fonts()
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=(595.28, 841.89))
        self._scaled = scaled

    def at(self, x: float, down: float, text: str, size: float = 13, font: str = PLAIN) -> Sheets:
        """Text that begins at `x`."""
        line = self._canvas.beginText()
        if self._scaled:  # a font of size 1, made large by the matrix, as some printers' drivers write
            line.setTextTransform(size, 0, 0, size, x, 841.89 - down)
            line.setFont(font, 1)
        else:
            line.setTextOrigin(x, 841.89 - down)
            line.setFont(font, size)
        line.textOut(text)
        self._canvas.drawText(line)
        return self

    def centre(self, x: float, down: float, text: str, size: float = 13, font: str = PLAIN) -> Sheets:
        """Text around `x`."""
        return self.at(x - pdfmetrics.stringWidth(text, font, size) / 2, down, text, size, font)

    def body(self, down: float, *lines: str) -> Sheets:
        """Lines of running text."""
        for number, line in enumerate(lines):
            self.at(113 if number == 0 else 85, down + 19 * number, line, 13.5)
        return self

    def next_page(self) -> Sheets:
        """A new page."""
        self._canvas.showPage()
        return self

    def bytes(self) -> bytes:
        """The finished file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()


TEXT = (
    "Thực hiện chỉ đạo của cấp trên về việc tiếp nhận và xử lý hồ sơ bằng",
    "phương thức điện tử, theo Quyết định số 99/QĐ-TTg ngày 01 tháng 02 năm 2026,",
    "đề nghị các cơ quan, đơn vị khẩn trương tổ chức triển khai thực hiện./.",
)


def motto(sheet: Sheets, left: float = 300, size: float = 12) -> Sheets:
    """The national name and motto in the right column."""
    sheet.at(left, 60, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size, BOLD)
    return sheet.centre(left + 122, 76, "Độc lập - Tự do - Hạnh phúc", 13, BOLD)


def foot(sheet: Sheets, titles: tuple[str, ...], name: str, down: float = 560) -> Sheets:
    """Recipients on the left, the signer on the right."""
    sheet.at(85, down, "Nơi nhận:", 12, BOLD)
    for number, line in enumerate(
        ("- Như trên;", "- Sở Tài chính tỉnh Thí Dụ và các", "đơn vị liên quan;", "- Lưu: VT, NV.")
    ):
        sheet.at(85, down + 14 + 13 * number, line, 11)
    for number, line in enumerate(titles):
        sheet.centre(430, down + 15 * number, line, 13, BOLD)
    return sheet.centre(430, down + 120, name, 14, BOLD)


def decision(*, scaled: bool = False, sheet: Sheets | None = None) -> Sheets:
    """A decision of a provincial committee: its name on two bold lines, a subject of two lines."""
    sheet = motto(sheet or Sheets(scaled=scaled))
    sheet.centre(165, 60, "ỦY BAN NHÂN DÂN", 13, BOLD).centre(165, 76, "TỈNH THÍ DỤ", 13, BOLD)
    sheet.centre(165, 105, "Số: 1835/QĐ-UBND").centre(422, 105, "Thí Dụ, ngày 05 tháng 6 năm 2026", 13, ITALIC)
    sheet.centre(316, 150, "QUYẾT ĐỊNH", 14, BOLD)
    sheet.centre(316, 168, "Về việc ban hành Quy định tiếp nhận văn bản điện tử", 14, BOLD)
    sheet.centre(316, 186, "trên địa bàn tỉnh Thí Dụ", 14, BOLD)
    sheet.centre(316, 215, "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH THÍ DỤ", 13, BOLD)
    sheet.body(250, "Căn cứ Luật Tổ chức chính quyền địa phương;", *TEXT)
    return foot(sheet, ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Lê Thị Ánh Ví Dụ")


def letter(*, number: str = "Số: 07/STD-VP", about: str = "V/v báo cáo tình hình") -> Sheets:
    """An official letter whose columns come close to each other."""
    sheet = motto(Sheets(), left=292)
    sheet.at(92, 60, "ỦY BAN NHÂN DÂN TỈNH THÍ DỤ", 11.5).centre(165, 76, "SỞ THÍ DỤ", 13, BOLD)
    sheet.centre(165, 105, number).centre(420, 107, "Thành phố Hồ Thí Dụ, ngày 31 tháng 12 năm 2025", 13, ITALIC)
    sheet.centre(165, 121, about, 12).centre(165, 135, "gửi nhận văn bản năm 2025", 12)
    sheet.at(180, 170, "Kính gửi: Ủy ban nhân dân các xã, phường.", 13.5)
    sheet.body(205, *TEXT)
    return foot(sheet, ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"), "TS. Đỗ Văn Thử")


def annex() -> Sheets:
    """A separate annex: it names its document and has no number of its own."""
    sheet = Sheets().centre(316, 60, "PHỤ LỤC", 14, BOLD).centre(316, 78, "DANH MỤC HỒ SƠ", 14, BOLD)
    sheet.centre(300, 96, "(Kèm theo Quyết định số 1835/QĐ-UBND ngày 05 tháng 6 năm 2026", 13, ITALIC)
    sheet.centre(300, 112, "của Ủy ban nhân dân tỉnh Thí Dụ)", 13, ITALIC)
    return sheet.body(150, *TEXT)
