"""Documents set in .VnTime and VNI fonts say of themselves what the same documents in Unicode say."""

from __future__ import annotations

import io
import zipfile
from importlib import resources
from xml.sax.saxutils import escape

import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics

from bridge.fields.fields import Fields, Key
from bridge.fields.identify import WORD, identify
from bridge.fields.old_fonts import draws_capitals, in_unicode, page_of, with_horns
from bridge.fields.page import opened
from tests.fields.sheets import BOLD, ITALIC, PLAIN, Sheets, decision
from tests.validation.legacy import tcvn3, vni
from validation.vietnamese_pages import Page

PDF = "application/pdf"
FACES = {PLAIN: "Helvetica", BOLD: "Helvetica-Bold", ITALIC: "Helvetica-Oblique"}
WRITERS = {"tcvn3": tcvn3, "vni": vni}


class OldSheets(Sheets):
    """Pages in a font whose codes are drawn as Vietnamese; a PDF holds the codes alone."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._write = WRITERS[page]

    def at(self, x: float, down: float, text: str, size: float = 13, font: str = PLAIN) -> Sheets:
        """The codes of `text`."""
        return super().at(x, down, self._write(text).decode("cp1252"), size, FACES.get(font, font))

    def centre(self, x: float, down: float, text: str, size: float = 13, font: str = PLAIN) -> Sheets:
        """The codes of `text`, around `x`."""
        wide = pdfmetrics.stringWidth(self._write(text).decode("cp1252"), FACES.get(font, font), size)
        return self.at(x - wide / 2, down, text, size, font)


def named(content: bytes, name: str) -> bytes:
    """The file with its fonts called `name`, bold ones `name,Bold`, embedded as Word embeds them."""
    out = io.BytesIO()
    face = (resources.files("bridge.demo") / "fonts" / "CongvanSerif-Regular.ttf").read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        drawn = pdf.make_stream(face)
        width = pdfmetrics.getFont(PLAIN).face.getCharWidth
        widths = [width(ord(bytes([code]).decode("cp1252", "replace"))) for code in range(256)]
        for sheet in pdf.pages:
            for font in dict(sheet.Resources.Font).values():
                font.FirstChar, font.LastChar, font.Widths = 0, 255, pikepdf.Array(widths)
                font.Subtype = pikepdf.Name.TrueType
                font.BaseFont = pikepdf.Name(f"/{name}{',Bold' if 'Bold' in str(font.BaseFont) else ''}")
                font.FontDescriptor = pikepdf.Dictionary(
                    Type=pikepdf.Name.FontDescriptor, FontName=font.BaseFont, Flags=32, FontFile2=drawn
                )
        pdf.save(out)
    return out.getvalue()


def plain(fields: Fields) -> dict[str, str]:
    """The values, without what the page's capitals cannot tell."""
    return {key: fields.value(key) for key in fields}


FONTS = {
    "TCVN3 in a font with a name of its own": ("tcvn3", ".VnTime"),
    "TCVN3 in a font that does not say so": ("tcvn3", ""),
    "VNI in a font with a name of its own": ("vni", "VNI-Times"),
    "VNI in a font that does not say so": ("vni", ""),
}


@pytest.mark.parametrize(("page", "font"), FONTS.values(), ids=FONTS.keys())
def test_a_decision_in_an_old_font_is_read_whole(page: str, font: str) -> None:
    """The same fields as in Unicode, each with the page it was read from, and a little less sure."""
    content = decision(sheet=OldSheets(page)).bytes()
    fields = identify(named(content, font) if font else content, PDF)
    wanted = identify(decision().bytes(), PDF)
    # TCVN3 has no Á, and `ánh` is no name; whoever needs one changes the font for a letter.
    missing = {Key.SIGNER_NAME} if page == "tcvn3" else set()
    assert plain(fields) == {key: value for key, value in plain(wanted).items() if key not in missing}
    assert fields.code_pages == (page,)
    assert max(field.confidence for field in fields.values() if field.code_page) <= 0.9
    assert wanted.code_pages == ()


def test_a_page_of_capitals_drawn_for_small_letters() -> None:
    """`.VnTimeH` has no small letters."""
    content = OldSheets("tcvn3").at(85, 60, "tối mật", 13).at(85, 80, "thư ưu tiên: phường", 13).bytes()
    with opened(named(content, "ABCDEF+.VnTimeH")) as pdf:
        assert [line.text for line in pdf.page(0).lines()] == ["TỐI MẬT", "THƯ ƯU TIÊN: PHƯỜNG"]
        assert pdf.text(0).split("\n") == ["TỐI MẬT", "THƯ ƯU TIÊN: PHƯỜNG"]


def test_a_page_in_two_fonts() -> None:
    """What is in Unicode beside an old font stays as it is."""
    sheet = OldSheets("tcvn3").at(85, 60, "Đề nghị phê duyệt kế hoạch chuyển đổi số", 13)
    Sheets.at(sheet, 85, 80, "Đã ký số: Sở Thí Dụ", 13, PLAIN)
    with opened(sheet.bytes()) as pdf:
        texts = [line.text for line in pdf.page(0).lines()]
        assert texts == ["Đề nghị phê duyệt kế hoạch chuyển đổi số", "Đã ký số: Sở Thí Dụ"]
        assert pdf.text(0).split("\n") == texts


@pytest.mark.parametrize("text", ["Réunion à Paris, l'été", "Thông báo", "Grüße aus München"])
def test_a_page_in_western_letters_stays(text: str) -> None:
    """No font and no spelling says that it is anything else."""
    sheet = Sheets().at(85, 60, text, 13, "Helvetica")
    with opened(sheet.bytes()) as pdf:
        assert pdf.text(0).strip() == text
        assert pdf.page(0).code_page is None


NAMES = {
    ".VnTime": (Page.TCVN3, False),
    ".VnTimeH": (Page.TCVN3, True),
    "ABCDEF+.VnArial NarrowH,Bold": (Page.TCVN3, True),
    ".VnTeknical": (Page.TCVN3, False),
    "VNI-Times": (Page.VNI, False),
    "VNI Helve": (Page.VNI, False),
    "Times New Roman": (None, False),
    "VnTime": (None, False),
    "Avnir": (None, False),
}


@pytest.mark.parametrize(("font", "told"), NAMES.items(), ids=NAMES.keys())
def test_what_a_font_s_name_tells(font: str, told: tuple[Page | None, bool]) -> None:
    """Its code page, and whether it draws capitals."""
    assert (page_of(font), draws_capitals(font)) == told


HORNS = {
    "ư within": ("ph-ờng ch-ơng", "phường chương"),
    "ư at the end": ("th-", "thư"),
    "ư at the beginning": ("-u tiên", "ưu tiên"),
    "a notation": ("QĐ-UBND", "QĐ-UBND"),
    "a dash": ("Độc lập - Tự do", "Độc lập - Tự do"),
    "two words": ("thể-thao", "thể-thao"),
    "a list": ("-Sở Nội vụ", "-Sở Nội vụ"),
    "many hyphens": ("a-b-c-d-e-f-g", "a-b-c-d-e-f-g"),
}


@pytest.mark.parametrize(("read", "meant"), HORNS.values(), ids=HORNS.keys())
def test_a_hyphen_that_was_a_letter(read: str, meant: str) -> None:
    """ư where that makes a syllable of what is none."""
    assert with_horns(read) == meant


def test_a_right_text_in_a_font_called_old_stays() -> None:
    """Fonts keep their names when somebody gives them Unicode."""
    assert in_unicode([("hòa bình ", ".VnTime"), ("ở Việt Nam", ".VnTime")]) == (["hòa bình ", "ở Việt Nam"], None)


def word_file(*runs: tuple[str, str]) -> bytes:
    """A .docx of one run a paragraph, each in its font; "" = that of the style."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = ""
    for text, font in runs:
        called = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>' if font else ""
        body += f"<w:p><w:r>{called}<w:t>{escape(text)}</w:t></w:r></w:p>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


PARAGRAPHS = (
    "SỞ THÍ DỤ",
    "Số: 35/STD-VP",
    "Thí Dụ, ngày 05 tháng 6 năm 2026",
    "V/v báo cáo tình hình gửi nhận văn bản",
)
WORD_FONTS = {
    "TCVN3, the font named": (tcvn3, ".VnTime", "tcvn3"),
    "TCVN3, named nowhere": (tcvn3, "", "tcvn3"),
    "VNI, the font named": (vni, "VNI-Times", "vni"),
    "VNI, named nowhere": (vni, "", "vni"),
}


@pytest.mark.parametrize("case", WORD_FONTS.values(), ids=WORD_FONTS.keys())
def test_a_word_file_in_an_old_font(case: tuple[object, str, str]) -> None:
    """Run by run."""
    write, font, page = case
    assert callable(write)
    fields = identify(word_file(*((write(text).decode("cp1252"), font) for text in PARAGRAPHS)), WORD)
    keys = (Key.CODE_NUMBER, Key.CODE_NOTATION, Key.ISSUED_DATE, Key.SUBJECT)
    assert [fields.value(key) for key in keys] == ["35", "STD-VP", "2026-06-05", "báo cáo tình hình gửi nhận văn bản"]
    assert fields.code_pages == (page,)
