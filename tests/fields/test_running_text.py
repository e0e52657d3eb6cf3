"""What running text says outright is taken; what merely resembles it is not."""

from datetime import date

import pytest

from bridge.fields import days
from bridge.fields.body import answered, documents_in
from bridge.fields.clerk import BadField, with_clerk
from bridge.fields.fields import Fields
from bridge.fields.identify import identify
from tests.fields.sheets import BOLD, ITALIC, PLAIN, TEXT, Sheets, foot, letter, motto

PDF = "application/pdf"


def letter_with(*lines: str, about: str = "V/v báo cáo tình hình") -> Fields:
    """The fields of a letter of 5 June 2026 with these lines in it."""
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).centre(165, 105, "Số: 07/STD-VP")
    sheet.centre(422, 105, "Thí Dụ, ngày 05 tháng 6 năm 2026", 13, ITALIC).centre(165, 121, about, 12)
    sheet.body(170, "Kính gửi: Ủy ban nhân dân các xã, phường.").body(200, *lines).body(300, *TEXT)
    return identify(foot(sheet, ("GIÁM ĐỐC",), "Đỗ Văn Thử").bytes(), PDF)


@pytest.mark.parametrize(
    ("lines", "answers"),
    [
        (("Trả lời Công văn số 1835/UBND-VX ngày 12/5/2026 của Ủy ban", "nhân dân tỉnh"), "1835/UBND-VX 2026-05-12"),
        (("Phúc đáp Công văn số 12/STC-VP ngày 01 tháng 02 năm 2026",), "12/STC-VP 2026-02-01"),
        (("Trả lời Công văn số 12/STC-VP của Sở Tài chính",), "12/STC-VP"),
        (
            ("Trả lời Công văn số 12/STC-VP ngày 01/02/2026 và Công văn số", "13/SNV-VP ngày 03/02/2026 của các sở"),
            "12/STC-VP 2026-02-01\n13/SNV-VP 2026-02-03",
        ),
        (("Trả lời Công văn số 12/STC-VP về dự thảo thay Quyết định số 9/QĐ-UBND,",), "12/STC-VP"),
        (("Căn cứ Công văn số 12/STC-VP ngày 01/02/2026 của Sở Tài chính,",), ""),
        (("Thực hiện Công văn số 12/STC-VP ngày 01/02/2026 của Sở Tài chính,",), ""),
        (("Đề nghị các đơn vị trả lời Công văn số 12/STC-VP ngày 01/02/2026.",), ""),
        (("Trả lời ý kiến của cử tri về Quyết định số 9/QĐ-UBND như sau:",), ""),
    ],
    ids=[
        "with the date in figures",
        "with the date in words of the form",
        "without a date",
        "two documents",
        "not what it is about",
        "not the grounds",
        "not what is carried out",
        "not what others are to answer",
        "not what voters ask",
    ],
)
def test_the_document_answered_is_read(lines: tuple[str, ...], answers: str) -> None:
    assert letter_with(*lines).value("ResponseFor") == answers


def test_a_subject_that_answers_names_the_document() -> None:
    about = "V/v trả lời Công văn số 12/STC-VP"
    assert letter_with(about=about).value("ResponseFor") == "12/STC-VP"
    assert documents_in("Công văn số 3/4 của Sở") == ()


@pytest.mark.parametrize(
    ("lines", "due", "believed"),
    [
        (("Đề nghị gửi báo cáo về Sở trước ngày 15/7/2026.",), "2026-07-15", True),
        (
            (
                "Đề nghị có ý kiến chậm nhất",
                "là ngày 20 tháng 6 năm 2026 để tổng hợp.",
            ),
            "2026-06-20",
            True,
        ),
        (("Đề nghị gửi về Sở trước 17 giờ 00 ngày 30/6/2026.",), "2026-06-30", True),
        (("Các đơn vị gửi báo cáo trước ngày 15/7/2026.",), "2026-07-15", False),
        (("Công trình hoàn thành trước ngày 30/12/2026.",), "", False),
        (("Đề nghị gửi báo cáo trước ngày 15/5/2026.",), "", False),
        (("Đề nghị gửi lần một trước ngày 15/7/2026, lần hai trước ngày 15/8/2026.",), "", False),
        (("Giấy này có giá trị đến hết ngày 30/12/2026.",), "", False),
    ],
    ids=[
        "a request with a day",
        "over a line's end",
        "with an hour",
        "a sentence that does not ask is a proposal",
        "not when a work is done",
        "not a day before the letter",
        "not one of two",
        "not how long it is valid",
    ],
)
def test_the_time_limit_is_read(lines: tuple[str, ...], due: str, believed: bool) -> None:
    fields = letter_with(*lines)
    assert fields.value("DueDate") == due
    assert not due or (fields["DueDate"].confidence >= 0.8) is believed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("ngày 05 tháng 01 năm 2020", date(2020, 1, 5)),
        ("ngày 0 5 tháng 1 năm 2 0 2 6", date(2026, 1, 5)),
        ("ngày mười lăm tháng sáu năm hai nghìn không trăm hai mươi sáu", date(2026, 6, 15)),
        ("ngày mồng năm tháng tư năm hai nghìn không trăm hai mươi lăm", date(2025, 4, 5)),
        ("ngày hai mươi mốt tháng mười hai năm một nghìn chín trăm chín mươi chín", date(1999, 12, 21)),
        ("05/12/2018", date(2018, 12, 5)),
        ("ngày 31 tháng 6 năm 2020", None),
        ("ngày      tháng     năm 2026", None),
        ("ngày hai ba tháng sáu năm hai nghìn", None),
    ],
)
def test_days_are_read_in_figures_and_in_words(text: str, day: date | None) -> None:
    assert days.at(text) == day


def test_what_a_clerk_types_of_documents_answered_is_kept_in_one_form() -> None:
    fields = with_clerk(Fields(), {"ResponseFor": "35/UBND-VX 05/06/2026\n 7/STC-VP"})
    assert answered(fields.value("ResponseFor")) == (("35/UBND-VX", date(2026, 6, 5)), ("7/STC-VP", None))
    with pytest.raises(BadField, match="Ghi mỗi văn bản trên một dòng"):
        with_clerk(Fields(), {"ResponseFor": "công văn hôm qua"})


def test_a_letter_with_all_parts_below_one_another_is_read_and_a_little_less_believed() -> None:
    sheet = Sheets().centre(316, 60, "CÔNG TY THÍ DỤ", 13, BOLD)
    sheet.centre(316, 80, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, BOLD).centre(316, 96, "Độc lập - Tự do - Hạnh phúc")
    sheet.at(85, 120, "Số: 15/CV-TD").at(350, 140, "Thí Dụ, ngày 05 tháng 6 năm 2026", 13, ITALIC)
    fields = identify(sheet.body(200, *TEXT).bytes(), PDF)
    assert (fields.value("CodeNumber"), fields.value("CodeNotation")) == ("15", "CV-TD")
    assert fields.value("TypeName") == "Công văn"
    assert fields.value("IssuedDate") == "2026-06-05"
    assert 0.8 < fields["CodeNumber"].confidence < 0.95


@pytest.mark.parametrize(
    ("titles", "competence", "position"),
    [
        (("Q. GIÁM ĐỐC",), "Q.", "Q. GIÁM ĐỐC"),
        (
            ("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"),
            "TL. CHỦ TỊCH KT. CHÁNH VĂN PHÒNG",
            "PHÓ CHÁNH VĂN PHÒNG",
        ),
        (("TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"), "TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"),
        (("T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"), "T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"),
    ],
    ids=["acting", "two authorities", "by delegated power", "the Party's strokes"],
)
def test_the_capacity_of_the_signer_is_read(titles: tuple[str, ...], competence: str, position: str) -> None:
    fields = identify(foot(motto(Sheets()).body(130, *TEXT), titles, "H'Dương Niê").bytes(), PDF)
    assert fields.value("SignerInfo.Competence") == competence
    assert fields.value("SignerInfo.Position") == position
    assert fields.value("SignerInfo.FullName") == "H'Dương Niê"


def test_a_copys_number_and_signer_are_not_the_documents() -> None:
    sheet = letter().at(90, 740, "Số: 77/SY-VP").centre(430, 735, "SAO Y", 13, BOLD)
    sheet.centre(430, 755, "TRƯỞNG PHÒNG", 13, BOLD).centre(430, 800, "Người Sao Thử", 13, BOLD)
    fields = identify(sheet.bytes(), PDF)
    assert (fields.value("CodeNumber"), fields.value("SignerInfo.FullName")) == ("07", "Đỗ Văn Thử")


def test_a_name_in_capitals_is_a_proposal() -> None:
    sheet = foot(motto(Sheets()).body(130, *TEXT), ("GIÁM ĐỐC",), "")
    fields = identify(sheet.centre(430, 680, "ĐỖ VĂN THỬ", 14, BOLD).bytes(), PDF)
    assert fields.value("SignerInfo.FullName") == "Đỗ Văn Thử"
    assert fields["SignerInfo.FullName"].confidence < 0.8


def test_a_word_whose_letters_come_from_two_fonts_is_one_word() -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).at(120, 105, "Số: 07/STD-VP")
    sheet.at(310, 105, "Thí D", 13, PLAIN).at(341.2, 105, "ụ", 13, ITALIC).at(
        348.5, 105, ", ngày 05 tháng 6 năm 2026", 13
    )
    assert identify(sheet.body(200, *TEXT).bytes(), PDF).value("Place") == "Thí Dụ"
