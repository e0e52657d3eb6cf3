"""What kind of mail it is: the marks of machines and lists, and the letters that only resemble them."""

import pytest

from validation.classify import classify
from validation.message import read


def kind(headers: str, body: str = "Kính gửi quý cơ quan.") -> str:
    """Of a mail with these header lines."""
    return classify(read(f"From: a@b.example\n{headers}\n\n{body}\n".replace("\n", "\r\n").encode()), "a@b.example")


def report(word: str, part: str) -> str:
    """Header lines and body of a multipart/report."""
    return kind(
        f'Subject: x\nContent-Type: multipart/report; report-type={word}; boundary="b"',
        f"--b\n\nwords\n--b\nContent-Type: {part}\n\nA: b\n--b--",
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Subject: Automatic reply: Gửi văn bản", "auto-reply"),
        ("Subject: Auto: nghỉ phép", "auto-reply"),
        ("Subject: Trả lời tự động: vắng mặt", "auto-reply"),
        ("Subject: Re: x\nAuto-Submitted: auto-replied (vacation)", "auto-reply"),
        ("Subject: Re: x\nX-Autoreply: yes", "auto-reply"),
        ("Subject: Re: x\nPrecedence: auto_reply", "auto-reply"),
        ("Subject: Tin tuần\nList-Id: <tin.b.example>", "other"),
        ("Subject: Tin tuần\nPrecedence: bulk", "other"),
        ("Subject: Khuyến mại\nList-Unsubscribe: <https://b.example/u>", "other"),
        ("Subject: Report Domain: b.example Submitter: c.example Report-ID: 1", "other"),
        ("Subject: Gửi công văn\nAuto-Submitted: auto-generated", "document"),
        ("Subject: Gửi công văn\nAuto-Submitted: no\nX-Auto-Response-Suppress: All", "document"),
        ("Subject: Báo cáo tự động hóa", "document"),
        ("Subject: Undelivered documents of last week", "document"),
        ("Subject: ", "document"),
    ],
)  # fmt: skip
def test_a_mail_is_what_its_header_says(headers: str, expected: str) -> None:
    assert kind(headers) == expected


@pytest.mark.parametrize(
    ("word", "part", "expected"),
    [
        ("delivery-status", "message/delivery-status", "bounce"),
        ("disposition-notification", "message/disposition-notification", "receipt"),
        ("feedback-report", "message/feedback-report", "other"),
        ("tlsrpt", "application/tlsrpt+gzip", "other"),
    ],
)
def test_a_report_is_what_its_type_says(word: str, part: str, expected: str) -> None:
    assert report(word, part) == expected


def test_a_file_in_a_mail_that_can_be_unsubscribed_from_may_be_a_document() -> None:
    headers = 'Subject: Công văn\nList-Unsubscribe: <https://b.example/u>\nContent-Type: multipart/mixed; boundary="b"'
    body = '--b\n\nKính gửi\n--b\nContent-Type: application/pdf; name="cv.pdf"\n\n%PDF-1.4\n--b--'
    assert kind(headers, body) == "document"
