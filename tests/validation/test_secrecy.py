"""What counts as a sign of a state secret, and what only looks like one."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.message import read
from validation.secrecy import Suspicion, in_headers, in_name, in_sidecar, in_text, may_hold

Form = Literal["NFC", "NFD"]
NONE, WEAK, STRONG = Suspicion.NONE, Suspicion.WEAK, Suspicion.STRONG

MARKS = {
    "the lowest level": "MẬT",
    "the middle level": "TỐI MẬT",
    "the highest level": "TUYỆT MẬT",
    "in brackets": "[TỐI MẬT]",
    "in a drawn frame": "| MẬT |",
    "between stars": "*** MẬT ***",
    "quoted in an answer": "> TUYỆT MẬT",
    "letters set apart": "T Ố I  M Ậ T",
    "its one word set apart": "M Ậ T",
    "a space that does not break": "TỐI\u00a0MẬT",
    "something invisible inside": "TỐI M\u200bẬT",
    "a level named by the form": "Độ mật: Tối mật",
    "the same at more length": "MỨC ĐỘ MẬT: MẬT",
    "in a TCVN3 font": "tuyÖt mËt",
    "in a VNI font": "TOÁI MAÄT",
}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("line", MARKS.values(), ids=MARKS)
def test_a_mark_alone_on_its_line_is_strong(line: str, form: Form) -> None:
    if "Ë" in line or "ë" in line or "Ä" in line or "Ö" in line:
        form = "NFC"  # letters of an old font are octets, not letters that could be taken apart
    text = f"ỦY BAN NHÂN DÂN\nSố: 35/BC\n{line}\nKính gửi: Bộ Nội vụ\n"
    written = unicodedata.normalize(form, text)
    assert in_text(written) is STRONG
    assert may_hold(written)


@pytest.mark.parametrize(
    "text",
    [
        "Gửi công văn MẬT số 5 của Bộ.",
        "Văn bản được đóng dấu Tối mật theo quy định.",
        "Đây là tài liệu mật, không sao chụp.",
        "Báo cáo (Mật) về tình hình",
        "Mật",
        "TOI MAT",
        "MAT",
        "Gửi báo cáo TUYET MAT của Sở",
        "QUY CHẾ BẢO\nMẬT",
    ],
)
def test_a_sign_inside_a_sentence_or_without_accents_is_weak(text: str) -> None:
    assert in_text(text) is WEAK


ORDINARY = [
    "BẢO MẬT",
    "QUY CHẾ BẢO MẬT THÔNG TIN",
    "BÍ MẬT KINH DOANH",
    "bí mật nhà nước",
    "Luật Bảo vệ bí mật nhà nước",
    "mật khẩu",
    "ĐỔI MẬT KHẨU",
    "MẬT MÃ DÂN SỰ",
    "CƠ MẬT",
    "Mặt trận Tổ quốc",
    "MẶT TRẬN TỔ QUỐC VIỆT NAM",
    "có mặt",
    "mặt bằng",
    "GIẢI PHÓNG MẶT BẰNG",
    "bề mặt",
    "mất cắp",
    "ra mắt",
    "mật độ xây dựng",
    "MẬT ĐỘ DÂN SỐ",
    "mật ong",
    "MẬT ONG RỪNG",
    "thân mật",
    "sỏi mật",
    "quy định về bảo\nmật",
    "giữ bí\nmật.",
]


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_ordinary_word_is_no_sign(text: str, form: Form) -> None:
    written = unicodedata.normalize(form, text)
    assert (in_text(written), in_name(written)) == (NONE, NONE)


@pytest.mark.parametrize(
    "name",
    ["CV_MAT", "CV-12-MAT", "MAT_CV12", "TOI MAT", "toi mat", "BC_TOI_MAT_2026", "TuyetMat01", "CV 123 Tối mật",
     "vb_mat", "V/v gui tai lieu mat", "[MẬT] Báo cáo", "(mật) gửi Sở", "Công văn mật số 5"],
)  # fmt: skip
def test_a_name_or_subject_is_a_weak_sign_accents_or_not(name: str) -> None:
    assert in_name(name) is WEAK


@pytest.mark.parametrize(
    "name",
    ["bao mat", "BAO MAT", "MAT KHAU", "doi mat khau", "V/v co mat tai cuoc hop", "giai phong mat bang",
     "GIAI_PHONG_MAT_BANG", "Mat tran To quoc", "MTTQ - MAT TRAN", "be mat", "cccd_mat_truoc", "CCCD_MAT_SAU",
     "tien mat", "Don bao mat the CCCD", "yoga mat", "Mat, see attached", "format", "matlab", "Bảo mật thông tin",
     "Quyết định bí mật kinh doanh"],
)  # fmt: skip
def test_a_name_or_subject_with_an_ordinary_word_is_none(name: str) -> None:
    assert in_name(name) is NONE


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("X-Do-Mat: =?utf-8?B?VOG7kWkgbeG6rXQ=?=", STRONG),
        ("X-Secrecy: TOP SECRET", STRONG),
        ("X-Classification: Mat", STRONG),
        ("X-Classification: normal", NONE),
        ("X-Secrecy: none", NONE),
        ("Sensitivity: Company-Confidential", WEAK),
        ("Sensitivity: Personal", NONE),
        ("X-Spam-Classification: secret", NONE),
    ],
)
def test_fields_of_a_mail(field: str, found: Suspicion) -> None:
    assert in_headers(read(f"From: a@b.example\r\n{field}\r\n\r\n".encode()).headers) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<edXML:DoMat>Tối mật</edXML:DoMat>", STRONG),
        ('<Secrecy unit="x">2</Secrecy>', STRONG),
        ('{"doMat": "MẬT"}', STRONG),
        ("<SecretLevel>0</SecretLevel>", NONE),
        ("<DoMat/>", NONE),
        ("<DoMat>Thường</DoMat>", NONE),
        ("<Subject>Bảo mật</Subject>", NONE),
    ],
)
def test_fields_of_a_sidecar(text: str, found: Suspicion) -> None:
    assert in_sidecar(text) is found


LINES = st.text(st.characters(codec="utf-8"), max_size=60)


@given(st.lists(LINES), st.lists(LINES), st.sampled_from(list(MARKS.values())))
def test_a_mark_is_found_between_any_lines(above: list[str], below: list[str], mark: str) -> None:
    # A line that ends in "bảo" or "bí" makes of what follows the second half of a word; then it is weak.
    assert in_text("\n".join([*above, "Số: 1", mark, *below])) is STRONG


@given(st.text())
def test_whatever_the_text_there_is_an_answer_and_the_cheap_look_misses_nothing(text: str) -> None:
    assert in_text(text) is NONE or may_hold(text)
    assert in_name(text) < STRONG


@given(st.text(alphabet="MẬTỐIUYỆẢOBÍ mậtốibảo\n|[]()_-.", max_size=80))
def test_words_of_the_same_letters_never_raise_and_are_the_same_however_they_are_composed(text: str) -> None:
    assert in_text(unicodedata.normalize("NFD", text)) is in_text(unicodedata.normalize("NFC", text))
