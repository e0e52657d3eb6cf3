"""What a document says of itself is found on its pages; what it does not say stays absent."""

import io

import pikepdf
import pytest

from bridge.demo import documents
from bridge.fields.fields import Fields, Key, Source
from bridge.fields.identify import WORD, identify
from tests.fields.sheets import BOLD, ITALIC, TEXT, Sheets, annex, decision, foot, letter, motto
from validation.signature import Carrier, Coverage, Integrity, Signature, Signer

PDF = "application/pdf"


def values(fields: Fields, *keys: str) -> dict[str, str]:
    """The values under `keys`, those alone that were found."""
    return {key: fields.value(key) for key in keys if key in fields}


def signed_by(name: str, organisation: str = "", *, sound: bool | None = True) -> Signature:
    return Signature(
        Carrier.PDF,
        "Signature1",
        sound,
        (),
        Integrity.INTACT,
        Coverage.WHOLE,
        signer=Signer(name=name, organisation=organisation),
    )


@pytest.mark.parametrize("scaled", [False, True], ids=["a font of its size", "a font scaled by the matrix"])
def test_a_decision_is_read_whole(scaled: bool) -> None:
    fields = identify(decision(scaled=scaled).bytes(), PDF)
    assert values(fields, *Key) == {
        "CodeNumber": "1835",
        "CodeNotation": "QĐ-UBND",
        "IssuedDate": "2026-06-05",
        "Place": "Thí Dụ",
        "OrganName": "ỦY BAN NHÂN DÂN TỈNH THÍ DỤ",
        "TypeName": "Quyết định",
        "Subject": "Về việc ban hành Quy định tiếp nhận văn bản điện tử trên địa bàn tỉnh Thí Dụ",
        "Language": "Tiếng Việt",
        "PageAmount": "1",
        "SignerInfo.FullName": "Lê Thị Ánh Ví Dụ",
        "SignerInfo.Position": "PHÓ CHỦ TỊCH",
        "SignerInfo.Competence": "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH",
        "ToPlaces": "Như trên\nSở Tài chính tỉnh Thí Dụ và các đơn vị liên quan\nLưu: VT, NV",
    }
    sure = [fields[key] for key in ("CodeNumber", "CodeNotation", "IssuedDate", "OrganName", "TypeName", "Subject")]
    assert all(field.confidence >= 0.95 and field.source is Source.PDF_PAGE_1 for field in sure)


def test_an_official_letter_with_close_columns_is_read_whole() -> None:
    fields = identify(letter().bytes(), PDF)
    assert values(fields, *list(Key)[:9]) == {
        "CodeNumber": "07",
        "CodeNotation": "STD-VP",
        "IssuedDate": "2025-12-31",
        "Place": "Thành phố Hồ Thí Dụ",
        "OrganName": "SỞ THÍ DỤ",
        "OrganizationInCharge": "ỦY BAN NHÂN DÂN TỈNH THÍ DỤ",
        "TypeName": "Công văn",
        "Subject": "báo cáo tình hình gửi nhận văn bản năm 2025",
    }
    assert fields.value("SignerInfo.FullName") == "Đỗ Văn Thử"
    assert fields.value("SignerInfo.Competence") == "TL. GIÁM ĐỐC"
    assert fields.value("SignerInfo.Position") == "CHÁNH VĂN PHÒNG"


@pytest.mark.parametrize(
    ("paper", "number", "type_name", "subject"),
    [
        (documents.official_letter(), "12/SM-VP", "Công văn", documents.OFFICIAL_LETTER.subject),
        (documents.decision(), "35/QĐ-SM", "Quyết định", documents.DECISION.subject),
        (documents.report(), "08/BC-SM", "Báo cáo", documents.REPORT.subject),
        (documents.business_letter(), "05/CV-VD", "Công văn", documents.BUSINESS_LETTER.subject),
    ],
    ids=["an official letter", "a decision", "a report", "a business's letter"],
)
def test_the_sample_documents_are_identified(paper: bytes, number: str, type_name: str, subject: str) -> None:
    fields = identify(paper, PDF)
    assert f"{fields.value('CodeNumber')}/{fields.value('CodeNotation')}" == number
    assert fields.value("TypeName") == type_name
    assert fields.value("Subject") == subject
    assert fields.value("SignerInfo.FullName")


def test_a_number_stamped_beside_its_label_is_read_with_it() -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD)
    sheet.at(120, 105, "Số:").at(143, 103, "278", 14).at(170, 105, "/BC-STD")
    fields = identify(sheet.body(200, *TEXT).bytes(), PDF)
    assert values(fields, "CodeNumber", "CodeNotation", "TypeName") == {
        "CodeNumber": "278",
        "CodeNotation": "BC-STD",
        "TypeName": "Báo cáo",
    }


def stamped(content: bytes, stamp: bytes, right: float, down: float) -> bytes:
    """`content` with the first page of `stamp` laid over it as an annotation, its corner moved."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf, pikepdf.open(io.BytesIO(stamp)) as other:
        form = pdf.copy_foreign(other.pages[0].as_form_xobject())
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            F=4,
            Rect=[right, -down, right + 595.28, 841.89 - down],
            AP=pikepdf.Dictionary(N=form),
        )
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(annotation)])
        pdf.save(out)
    return out.getvalue()


def test_a_number_stamped_as_an_annotation_after_signing_is_read() -> None:
    draft = letter(number="Số:          /STD-VP").bytes()
    fields = identify(stamped(draft, Sheets().at(10, 20, "278").bytes(), 120, 85), PDF)
    assert values(fields, "CodeNumber", "CodeNotation", "TypeName") == {
        "CodeNumber": "278",
        "CodeNotation": "STD-VP",
        "TypeName": "Công văn",
    }
    assert fields["CodeNumber"].confidence == 0.9


def test_a_stamp_on_an_annex_does_not_give_it_a_number() -> None:
    stamp = Sheets().at(400, 30, "Số: 1835/QĐ-UBND", 10).bytes()
    assert "CodeNumber" not in identify(stamped(annex().bytes(), stamp, 0, 0), PDF)


def test_a_draft_without_a_number_has_none() -> None:
    fields = identify(letter(number="Số:        /STD-VP").bytes(), PDF)
    assert values(fields, "CodeNumber", "CodeNotation") == {"CodeNotation": "STD-VP"}


def test_an_annex_does_not_take_the_number_of_its_document() -> None:
    found = identify(annex().bytes(), PDF)
    assert set(found) == {"PageAmount", "Language"}


def test_numbers_and_dates_of_the_text_are_not_the_documents_own() -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).body(130, *TEXT)
    assert values(identify(sheet.bytes(), PDF), "CodeNumber", "CodeNotation", "IssuedDate") == {}


def test_the_partys_form_is_read() -> None:
    sheet = Sheets().at(330, 60, "ĐẢNG CỘNG SẢN VIỆT NAM", 14, BOLD).centre(165, 60, "TỈNH ỦY THÍ DỤ", 13, BOLD)
    sheet.centre(165, 90, "Số 06-QC/TU").centre(430, 90, "Thí Dụ, ngày 12 tháng 10 năm 2026", 13, ITALIC)
    sheet.centre(316, 140, "QUY CHẾ", 16, BOLD).centre(316, 160, "phối hợp công tác", 14, BOLD).body(200, *TEXT)
    fields = identify(sheet.bytes(), PDF)
    assert values(fields, "CodeNumber", "CodeNotation", "TypeName", "Subject", "IssuedDate") == {
        "CodeNumber": "06",
        "CodeNotation": "QC/TU",
        "TypeName": "Quy chế",
        "Subject": "phối hợp công tác",
        "IssuedDate": "2026-10-12",
    }


@pytest.mark.parametrize(
    ("mark", "priority"), [("KHẨN", "1"), ("THƯỢNG KHẨN", "2"), ("HỎA TỐC", "3"), ("HOẢ TỐC", "3")]
)
def test_a_mark_of_urgency_is_read(mark: str, priority: str) -> None:
    fields = identify(letter().at(120, 160, mark, 13, BOLD).bytes(), PDF)
    assert fields.value("Priority") == priority
    assert fields.value("Subject") == "báo cáo tình hình gửi nhận văn bản năm 2025"


def test_the_signer_is_found_before_an_annex_in_the_same_file() -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).centre(165, 100, "Số: 01/TB-STD").next_page()
    foot(sheet.body(80, *TEXT), ("GIÁM ĐỐC",), "Ngô Thị Thử", down=200).next_page()
    sheet.centre(316, 60, "PHỤ LỤC", 14, BOLD).at(85, 120, "Người lập").at(400, 120, "NGƯỜI DUYỆT", 13, BOLD)
    fields = identify(sheet.bytes(), PDF)
    assert values(fields, "SignerInfo.FullName", "SignerInfo.Position", "PageAmount") == {
        "SignerInfo.FullName": "Ngô Thị Thử",
        "SignerInfo.Position": "GIÁM ĐỐC",
        "PageAmount": "3",
    }


def test_a_signer_without_a_list_of_recipients_is_found_by_the_authority() -> None:
    sheet = motto(Sheets()).centre(165, 60, "HỘI ĐỒNG THÍ DỤ", 13, BOLD).body(130, *TEXT)
    sheet.centre(430, 300, "TM. HỘI ĐỒNG", 13, BOLD).centre(430, 315, "CHỦ TỊCH", 13, BOLD)
    fields = identify(sheet.centre(430, 400, "Vũ Thị Thử", 14, BOLD).bytes(), PDF)
    assert values(fields, "SignerInfo.FullName", "SignerInfo.Position", "SignerInfo.Competence") == {
        "SignerInfo.FullName": "Vũ Thị Thử",
        "SignerInfo.Position": "CHỦ TỊCH",
        "SignerInfo.Competence": "TM. HỘI ĐỒNG",
    }
    assert fields["SignerInfo.FullName"].confidence == 0.85


def test_two_names_under_one_title_are_left_to_a_clerk() -> None:
    sheet = letter().centre(430, 700, "Vũ Thị Thử", 14, BOLD)
    assert "SignerInfo.FullName" not in identify(sheet.bytes(), PDF)


def test_a_title_that_disagrees_with_the_notation_is_left_to_a_clerk() -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).centre(165, 100, "Số: 01/BC-STD")
    fields = identify(sheet.centre(316, 140, "KẾ HOẠCH", 14, BOLD).body(200, *TEXT).bytes(), PDF)
    assert fields.value("TypeName") == "Kế hoạch"
    assert fields["TypeName"].confidence < 0.75


@pytest.mark.parametrize("notation", ["HD-STD", "DA-STD"])
def test_a_notation_that_could_mean_two_types_without_accents_names_the_accentless_one_or_none(notation: str) -> None:
    sheet = motto(Sheets()).centre(165, 60, "SỞ THÍ DỤ", 13, BOLD).centre(165, 100, f"Số: 01/{notation}")
    fields = identify(sheet.body(200, *TEXT).bytes(), PDF)
    assert "TypeName" not in fields or fields["TypeName"].confidence <= 0.9


def test_a_sound_signature_confirms_the_printed_names() -> None:
    paper = letter().bytes()
    fields = identify(paper, PDF, (signed_by("ĐỖ VĂN THỬ"), signed_by("Sở Thí Dụ")))
    assert (fields["SignerInfo.FullName"].value, fields["SignerInfo.FullName"].source) == (
        "Đỗ Văn Thử",
        Source.PDF_SIGNATURE,
    )
    assert (fields["OrganName"].value, fields["OrganName"].source) == ("Sở Thí Dụ", Source.PDF_SIGNATURE)


@pytest.mark.parametrize("sound", [False, None])
def test_a_signature_that_is_not_sound_confirms_nothing(sound: bool | None) -> None:
    fields = identify(letter().bytes(), PDF, (signed_by("Đỗ Văn Thử", "Sở Thí Dụ", sound=sound),))
    assert fields["SignerInfo.FullName"].source is Source.PDF_PAGE_1
    assert fields["OrganName"].value == "SỞ THÍ DỤ"


def test_the_mails_subject_is_a_proposal_only_where_the_document_has_none() -> None:
    proposed = identify(annex().bytes(), PDF, subject="Fwd: Re:  gửi hồ sơ\n đề nghị")
    assert proposed.value("Subject") == "gửi hồ sơ đề nghị"
    assert proposed["Subject"].source is Source.MAIL_HEADER
    assert proposed["Subject"].confidence < 0.5
    assert identify(letter().bytes(), PDF, subject="khác")["Subject"].source is Source.PDF_PAGE_1


def test_a_word_file_is_read_by_its_paragraphs() -> None:
    fields = identify(documents.statement(), WORD)
    assert fields == {}  # it quotes a number in running text and has none of its own


def _encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter().bytes())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type", "found"),
    [
        (Sheets().bytes(), PDF, {"PageAmount"}),
        (_encrypted(), PDF, set()),
        (letter().bytes()[:300], PDF, set()),
        (b"", PDF, set()),
        (b"PK\x03\x04 no word file", WORD, set()),
        (b"\xff\xd8\xff", "image/jpeg", set()),
    ],
    ids=["an empty page", "a locked PDF", "a PDF cut short", "nothing", "a damaged Word file", "a photo"],
)
def test_what_cannot_be_read_says_nothing(content: bytes, media_type: str, found: set[str]) -> None:
    assert set(identify(content, media_type)) == found
