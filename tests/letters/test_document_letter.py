"""A packet of the province as a letter."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest

from bridge.edxml.packet import (
    Business,
    Code,
    DocumentPacket,
    DocumentType,
    PacketFile,
    PacketSigner,
    Party,
    Recall,
    Replace,
    Replaced,
    Update,
)
from bridge.letters.document_letter import document_letter, plain_name, subject
from bridge.settings.sections import Office
from outbound.letter import Letter, compose

_ID = "H42.9.1,2026/11/20,35/QĐ-SNV"
_OFFICE = Office("H42.9", "Trung tâm liên thông tỉnh Ninh Bình")
_PDF = b"%PDF-1.7\r\n" + bytes(range(256))
_PACKET = DocumentPacket(
    Party("H42.9.1", "Sở Nội vụ"),
    (Party("H42.DN.1", "Công ty A"),),
    Code("35", "QĐ-SNV"),
    date(2026, 11, 20),
    type=DocumentType("Quyết định"),
    subject="kiện toàn tổ chức bộ máy",
    signer=PacketSigner("Nguyễn Văn An", "Giám đốc"),
    due=date(2026, 12, 1),
    files=(
        PacketFile("Quyết định số 35.pdf", _PDF, "application/pdf"),
        PacketFile("Phụ lục.doc", b"PK\x03\x04", "application/msword"),
    ),
)


def made(packet: DocumentPacket = _PACKET) -> Letter:
    return document_letter(
        packet,
        "congty@example.org",
        _OFFICE,
        sender="vanthu@snv.example",
        message_id="<1@snv.example>",
        reply_to="reply+t@snv.example",
        date=datetime(2026, 11, 20, 3, tzinfo=UTC),
    )


def test_the_letter_brings_the_files_byte_for_byte_and_says_what_they_are() -> None:
    message = message_from_bytes(compose(made()), policy=policy.default)
    assert message["Subject"] == "[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức bộ máy"
    assert message["Auto-Submitted"] is None
    files = [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    assert files == [("Quyết định số 35.pdf", _PDF), ("Phụ lục.doc", b"PK\x03\x04")]
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for line in (
        "- Số, ký hiệu: 35/QĐ-SNV",
        "- Ngày ban hành: 20/11/2026",
        "- Trích yếu: kiện toàn tổ chức bộ máy",
        "- Cơ quan ban hành: Sở Nội vụ",
        "- Người ký: Nguyễn Văn An, Giám đốc",
        "- Hạn trả lời: 01/12/2026",
        f"   SHA-256: {hashlib.sha256(_PDF).hexdigest()}",
    ):
        assert line in text.splitlines()
    assert "Cách kiểm tra chữ ký số" in text


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param({"subject": "V/v tuyển dụng"}, "[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v tuyển dụng", id="V/v once"),
        pytest.param({"issued": None}, "[Sở Nội vụ] 35/QĐ-SNV - V/v kiện toàn tổ chức bộ máy", id="no date"),
        pytest.param({"code": Code()}, "[Sở Nội vụ] 20/11/2026 - V/v kiện toàn tổ chức bộ máy", id="no number"),
        pytest.param({"subject": ""}, "[Sở Nội vụ] 35/QĐ-SNV 20/11/2026", id="no matter"),
        pytest.param(
            {"sender": Party("H42.9.1")},
            "[Trung tâm liên thông tỉnh Ninh Bình] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức bộ máy",
            id="an issuer without a name",
        ),
        pytest.param(
            {"subject": "a\r\nBcc: x@y.example"},
            "[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v a Bcc: x@y.example",
            id="a field hidden in the matter",
        ),
    ],
)
def test_the_subject_says_what_the_packet_knows(changes: dict[str, object], wanted: str) -> None:
    packet = replace(_PACKET, **changes)  # type: ignore[arg-type]
    assert subject(packet, _OFFICE.name) == wanted
    compose(made(packet))


@pytest.mark.parametrize(
    ("business", "word", "sentence"),
    [
        pytest.param(Recall("ban hành nhầm", _ID), "Thu hồi", "khoản 4 Điều 18", id="recall"),
        pytest.param(Update("sửa lỗi", _ID), "Cập nhật", "bản cập nhật", id="update"),
        pytest.param(Replace("thay", (Replaced(_ID),)), "Thay thế", "thay thế văn bản", id="replace"),
    ],
)
def test_a_change_of_an_earlier_document_says_so(business: Business, word: str, sentence: str) -> None:
    letter = made(replace(_PACKET, business=business))
    assert letter.subject.startswith(f"[Sở Nội vụ] {word} 35/QĐ-SNV")
    assert sentence in letter.text
    assert f"- Văn bản liên quan: {_ID}" in letter.text
    assert f"- Lý do: {business.reason}" in letter.text


def test_an_endless_name_keeps_its_ending_and_a_path_is_none() -> None:
    packet = replace(_PACKET, files=(PacketFile("../" + "đ" * 400 + ".pdf", _PDF, "application/pdf"),))
    (file,) = made(packet).attachments
    assert file.name.endswith("đ.pdf")
    assert "/" not in file.name
    compose(made(packet))


@pytest.mark.parametrize(
    ("pattern", "number", "name"),
    [
        pytest.param("{code}_{date}_{subject}", 1, "35_QD-SNV_20261120_kien_toan_to_chuc_bo_may.pdf", id="the default"),
        pytest.param("{code}_{date}_{subject}", 2, "35_QD-SNV_20261120_kien_toan_to_chuc_bo_may_2.doc", id="an annex"),
        pytest.param("{number}-{name}", 2, "2-Phu_luc.doc", id="the name of the file itself"),
        pytest.param("vanban", 1, "vanban.pdf", id="a pattern of words alone"),
    ],
)
def test_old_readers_are_given_a_name_in_ascii(pattern: str, number: int, name: str) -> None:
    assert plain_name(pattern, _PACKET, number) == name


def test_the_html_says_what_the_text_says_and_nothing_of_it_is_code() -> None:
    letter = made(replace(_PACKET, subject="<script>alert(1)</script>"))
    assert "&lt;script&gt;" in letter.html
    assert "<script>" not in letter.html
    assert letter.text.count("SHA-256") == letter.html.count("SHA-256")
