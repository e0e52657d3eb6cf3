"""Receipts: what the sender reads, from the facts alone."""

import unicodedata
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.letters.receipt import EVENTS, Event, ReceiptFacts, ReceiptFile, Remark, receipt
from bridge.settings.sections import Office
from outbound.letter import Letter, compose

_AT = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
_OFFICE = Office("H42.9", "Sở Nội vụ tỉnh Ninh Bình")
_FILES = (
    ReceiptFile("Quyết định số 35.pdf", 1_234_567, "ab" * 32, 3, signature="Chữ ký số hợp lệ."),
    ReceiptFile("phu-luc.xlsm", 123, "cd" * 32, says=("Tệp “phu-luc.xlsm” có chứa macro.",)),
)
_REMARK = Remark("Tệp “phu-luc.xlsm” có chứa macro.", "Lưu lại tệp không có macro rồi gửi lại.")


def made(*events: str, own: Path | None = None, files: tuple[ReceiptFile, ...] = _FILES) -> Letter:
    facts = ReceiptFacts(
        mail_id="01936b2e-7f00-7abc-8def-0123456789ab",
        received_at=_AT,
        recipient="a@sender.example",
        message_id="their@id.example",
        events=tuple(Event(word, _AT + timedelta(minutes=number)) for number, word in enumerate(events)),
        files=files,
        documents=("35/QĐ-UBND ngày 20/11/2026",),
        remarks=(_REMARK,),
    )
    return receipt(
        facts, _OFFICE, sender="vanthu@snv.example", message_id="<1@snv.example>", reply_to="r@snv.example", own=own
    )


@pytest.mark.parametrize(
    ("event", "subject", "sentence"),
    [
        pytest.param("accepted", "Đã tiếp nhận", "đã tiếp nhận văn bản điện tử", id="accepted"),
        pytest.param("released", "Đã tiếp nhận", "đã tiếp nhận văn bản điện tử", id="released by a clerk"),
        pytest.param("held", "Đã nhận, đang kiểm tra", "Văn bản CHƯA được tiếp nhận", id="held"),
        pytest.param("postponed", "Đã nhận, đang xác minh", "chưa cần làm gì thêm", id="postponed"),
        pytest.param(
            "rejected", "Không tiếp nhận, trả lại", "điểm b khoản 2 Điều 21 Nghị định số 30/2020/NĐ-CP", id="refused"
        ),
    ],
)
def test_each_event_has_its_words(event: str, subject: str, sentence: str) -> None:
    letter = made(event)
    assert letter.subject == f"[{_OFFICE.name}] {subject} - mã thư 01936b2e-7f00-7abc-8def-0123456789ab"
    assert sentence in letter.text
    assert "09 giờ 15 phút, ngày 20/11/2026" in letter.text
    assert _REMARK.says in letter.text
    assert f"Cách khắc phục: {_REMARK.mend}" in letter.text
    assert "35/QĐ-UBND ngày 20/11/2026" in letter.text
    assert "Diễn biến" not in letter.text


def test_that_a_mail_arrived_names_nothing_of_it() -> None:
    text = made("arrived").text
    assert "đã nhận được thư" in text
    assert not [word for word in ("Quyết định", "SHA-256", "Cách khắc phục") if word in text]


@pytest.mark.parametrize("event", sorted(set(EVENTS) - {"arrived"}))
def test_every_file_is_named_with_its_size_digest_pages_and_result(event: str) -> None:
    text = made(event).text
    assert "1. Quyết định số 35.pdf\n   Dung lượng: 1,2 MB (1234567 byte); số trang: 3\n" in text
    assert f"SHA-256: {'ab' * 32}\n   Chữ ký số: Chữ ký số hợp lệ.\n   Kết quả kiểm tra: không phát hiện" in text
    assert f"2. phu-luc.xlsm\n   Dung lượng: 123 byte\n   SHA-256: {'cd' * 32}\n" in text
    assert "Kết quả kiểm tra: Tệp “phu-luc.xlsm” có chứa macro." in text
    assert text == unicodedata.normalize("NFC", text)
    assert "\n\n\n" not in text


def test_several_events_are_one_letter_led_by_the_last() -> None:
    letter = made("postponed", "held", "accepted")
    assert "Đã tiếp nhận" in letter.subject
    assert letter.text.index("đã nhận, đang xác minh") < letter.text.index("đã nhận, đang kiểm tra")
    assert letter.text.count("Kính gửi") == 1


def test_the_message_is_automatic_and_answers_the_mail() -> None:
    message = message_from_bytes(compose(made("accepted")), policy=policy.default)
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<their@id.example>"
    assert message["To"] == "a@sender.example"
    assert message["Reply-To"] == "r@snv.example"
    assert message["Precedence"] is None


def test_a_hostile_file_name_stays_in_its_line() -> None:
    hostile = ReceiptFile("a\r\n\r\nBạn đã trúng thưởng\x1b[2J\u202efdp.exe" + "x" * 5000, 1, "ef" * 32)
    text = made("held", files=(hostile,)).text
    (line,) = [line for line in text.split("\n") if line.startswith("1. a ")]
    assert len(line) <= 210
    assert not any(unicodedata.category(letter) in ("Cf", "Cc") for letter in line)
    compose(made("held", files=(hostile,)))


def test_hundreds_of_files_are_cut_and_counted() -> None:
    text = made("held", files=_FILES * 100).text
    assert "... và 100 tệp khác." in text


def test_the_offices_own_template_stands_before_ours(tmp_path: Path) -> None:
    (tmp_path / "receipt_foot.txt").write_text("Điện thoại: 0229 3 871 234\n", encoding="utf-8")
    (tmp_path / "receipt_accepted.txt").write_text("Đã nhận.\n{% include 'receipt_foot.txt' %}\n", encoding="utf-8")
    assert made("accepted", own=tmp_path).text == "Đã nhận.\nĐiện thoại: 0229 3 871 234\n"
    assert "điểm b khoản 2 Điều 21" in made("rejected", own=tmp_path).text


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("{{ nothing_of_that_name }}", id="an unknown value"),
        pytest.param("{% if %}", id="a syntax error"),
    ],
)
def test_a_broken_template_of_the_office_is_told_and_ours_is_used(tmp_path: Path, broken: str) -> None:
    (tmp_path / "receipt_held.txt").write_text(broken)
    with capture_logs() as told:
        letter = made("held", own=tmp_path)
    assert "Văn bản CHƯA được tiếp nhận" in letter.text
    assert [line["template"] for line in told] == ["receipt_held.txt"]


def test_what_the_senders_server_calls_the_mail_is_told_on_one_line() -> None:
    facts = ReceiptFacts("01936b2e", _AT, "a@sender.example", "", (Event("accepted", _AT),), envid="QQ\r\n314")
    text = receipt(facts, _OFFICE, sender="vanthu@snv.example", message_id="<1@snv.example>").text
    assert "(ENVID): QQ 314\n" in text
    assert "ENVID" not in made("accepted").text
