"""The card as a page: readable by everybody, alone, printed on A4; what a stranger wrote does nothing in it."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from lxml import html

from bridge.report.card import card_of
from bridge.report.page import page
from bridge.report.pdf import missing, pdf
from bridge.report.places import Picture, Pictures, Place
from bridge.report.settings import Report
from bridge.report.subject import Subject
from tests.report.given import BODY, PERSON, broken, finding, subject, unread, untrusted, valid
from validation.codes import Code
from validation.finding import Severity
from validation.signature import Carrier

PLACES = (Place("Signature1", 0.5, 0.7, 0.2, 0.1), Place("Signature9", 0, 0, 1, 1), Place("Signature1", -1, 0, 9, 9))
SEEN = Pictures(2, (Picture(1, 4, 5, bytes(60), PLACES), Picture(2, 4, 5, b"cut short")))
NOTE = finding(Code.SIGNATURE_TIME_CLAIMED, Severity.NOTE)
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}\u202e.pdf"
SUBJECTS = [
    pytest.param(subject(valid(PERSON), valid(BODY, Carrier.CMS), findings=(NOTE,)), id="green"),
    pytest.param(subject(untrusted(), verdict="held", of_mail=(valid(PERSON, Carrier.SMIME),)), id="amber"),
    pytest.param(subject(broken(), unread(), verdict="rejected"), id="red"),
    pytest.param(subject(sender_class="individual"), id="unsigned"),
    pytest.param(subject(valid(replace(PERSON, name=HOSTILE)), name=HOSTILE), id="with hostile names"),
]


def shown(given: Subject, report: Report = Report(), own: Path | None = None) -> str:  # noqa: B008  frozen
    """The page."""
    return page(given, card_of(given), SEEN, report, "Asia/Ho_Chi_Minh", own)


@pytest.mark.parametrize("given", SUBJECTS)
def test_the_page_can_be_read_by_everybody_and_stands_alone(given: Subject) -> None:
    text = shown(given)
    root = html.document_fromstring(text.encode())
    assert root.get("lang") == "vi"
    assert "Phiếu kiểm tra chữ ký số" in str(root.findtext("head/title"))
    assert [one for one in root.iter("img") if not one.get("alt")] == []
    assert [one for one in root.iter("th") if one.get("scope") not in ("row", "col")] == []
    assert len(list(root.iter("h1"))) == 1
    assert len(list(root.iter("main"))) == 1
    # Nothing of it comes from elsewhere, and nothing runs.
    assert [name for name in ("script", "iframe", "link", "object", "a") if list(root.iter(name))] == []
    assert {str(one.get("src"))[:22] for one in root.iter("img")} == {"data:image/png;base64,"}
    assert "url(" not in text
    assert not [key for one in root.iter("*") for key in one.attrib if str(key).startswith("on")]
    assert "alert(1)</script>" not in text
    assert "49" not in str(root.findtext("head/title"))
    word = card_of(given).word
    assert word in "".join(map(str, root.itertext())), "the colour is said in words, too"


def test_places_are_drawn_where_they_are_and_only_of_signatures_that_were_judged() -> None:
    root = html.document_fromstring(shown(subject(valid(PERSON))).encode())
    (box,) = (one for one in root.iter("div") if str(one.get("class")).startswith("box "))
    assert str(box.get("style")).replace(" ", "") == "left:50.00%;top:70.00%;width:20.00%;height:10.00%"
    assert "".join(map(str, box.itertext())) == "1"
    (image,) = root.iter("img")
    assert "chữ ký 1 của Nguyễn Văn Mẫu nằm trong khung 1" in str(image.get("alt"))


def test_its_colours_can_be_told_from_their_ground() -> None:
    style = shown(subject())
    texts = {name: re.findall(rf"\.{name} {{ color: (#\w+)", style)[0] for name in ("green", "amber", "red", "note")}
    grounds = dict(re.findall(r"\.verdict\.(\w+) \{ background: (#\w+)", style)) | {"note": "#ffffff"}
    for name, colour in texts.items():
        for ground in (grounds[name], "#ffffff"):
            assert contrast(colour, ground) >= 4.5, f"{name} on {ground}: WCAG 2.1 success criterion 1.4.3"


def contrast(first: str, second: str) -> float:
    """As WCAG 2.1 defines it."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative, from a colour of six digits, or of three."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_office_has_its_own_page_and_its_own_words_on_the_law(tmp_path: Path) -> None:
    law = "Luật Giao dịch điện tử, điều khoản do cơ quan chọn."
    assert law in shown(subject(valid()), Report(law_green=law))
    assert law not in shown(subject(broken(), verdict="held"), Report(law_green=law))
    own = tmp_path / "report_card.html"
    own.write_text("<p>Sở Mẫu: {{ card.word }}, {{ subject.name }}</p>", "utf-8")
    assert shown(subject(valid()), own=tmp_path) == "<p>Sở Mẫu: ĐẠT, 35.pdf</p>\n"
    own.write_text("{{ nothing.like.it }}", "utf-8")
    assert "Phiếu kiểm tra" in shown(subject(valid()), own=tmp_path), "a broken one does not silence reports"


def test_the_same_page_is_a_tagged_pdf_on_a4() -> None:
    given = subject(valid(PERSON), valid(BODY, Carrier.CMS), findings=(NOTE,))
    octets = pdf(shown(given))
    with pikepdf.open(io.BytesIO(octets)) as document:
        assert str(document.Root.Lang) == "vi"
        assert bool(document.Root.MarkInfo.Marked)
        assert "pdfuaid" in document.Root.Metadata.read_bytes().decode()
        sizes = {tuple(round(float(edge)) for edge in one.MediaBox) for one in document.pages}
        assert sizes == {(0, 0, 595, 842)}
    with pypdfium2.PdfDocument(octets) as document:
        text = " ".join("".join(one.get_textpage().get_text_range() for one in document).split())
    assert "ĐẠT" in text
    assert "Văn bản có 2 chữ ký số hợp lệ của Nguyễn Văn Mẫu và Sở Mẫu tỉnh Thử Nghiệm." in text
    assert "Nghị định 30/2020/NĐ-CP, Điều 5 khoản 1" in text
    assert pdf(shown(given)) == octets
    assert missing() == ""


_WITHOUT = """
import sys
sys.modules["weasyprint"] = None
from pathlib import Path
from bridge.report.bundle import House, write
from bridge.report.places import Pictures
from tests.report.given import subject, valid
(written,) = write([subject(valid())], lambda request: Pictures(), Path(sys.argv[1]), House())
print(*sorted(name.rpartition(".")[2] for name in written.files), *written.lacking)
"""


def test_without_the_librarys_system_parts_there_is_all_but_the_pdf(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WITHOUT, str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert said.startswith("html json xml no PDF:")
    assert "doctor" in said
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".html", ".json", ".xml"]
