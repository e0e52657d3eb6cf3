"""Composed letters, read back by an independent parser: the standard library's."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.header import UnfitLetterError
from outbound.letter import Letter, LetterFile, compose

_VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_TEXT = st.text(
    st.sampled_from(f"{_VIETNAMESE}{_VIETNAMESE.upper()} 0123456789.,;:()[]=?_-&'\"%*<>@公文"), max_size=300
)
_NAME = (
    st.text(
        st.sampled_from(f"{_VIETNAMESE}{_VIETNAMESE.upper()} 0123456789.,;()[]=_-&'%*\"?"), min_size=1, max_size=180
    )
    .map(str.strip)
    .filter(bool)
)
_FILES = st.lists(
    st.builds(
        LetterFile,
        name=_NAME,
        media_type=st.sampled_from(["application/pdf", "text/plain", "message/rfc822", "nonsense", "image/png"]),
        content=st.binary(max_size=3000),
    ),
    max_size=4,
)


def letter(**changes: object) -> Letter:
    values: dict[str, object] = {
        "sender": "vanthu@snv.example",
        "sender_name": "Sở Nội vụ",
        "recipient": "nguoi.nhan@example.org",
        "subject": "[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức",
        "text": "Kính gửi Quý cơ quan,\n.\nFrom đây trở đi\n",
        "message_id": "<018f-1@snv.example>",
        "date": datetime(2026, 11, 20, 20, 30, tzinfo=UTC),
        "reply_to": "reply+abc@snv.example",
    }
    return Letter(**(values | changes))  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


@settings(max_examples=60, deadline=None)
@given(subject=_TEXT, text=_TEXT, name=_NAME, files=_FILES, html=st.sampled_from(["", "<p>Kính gửi</p>\n"]))
def test_every_part_comes_back(subject: str, text: str, name: str, files: list[LetterFile], html: str) -> None:
    raw = compose(letter(subject=subject, text=text, sender_name=name, attachments=tuple(files), html=html))
    assert raw.isascii()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    message = read(raw)
    assert str(message["Subject"]).strip() == subject.strip()
    # Not by the modern parser: in a phrase it keeps the blank between two encoded words (RFC 2047 section 6.2).
    shown, _ = parseaddr(str(email.message_from_bytes(raw)["From"]))
    assert str(make_header(decode_header(shown))).strip() == name.strip()
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().rstrip("\r\n") == text.rstrip("\r\n")
    found = [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    assert found == [(file.name, file.content) for file in files]
    assert not [defect for part in message.walk() for defect in part.defects]


def test_the_fields_are_ours_and_each_stands_once() -> None:
    message = read(compose(letter(in_reply_to="<their@id.example>", auto_submitted=True)))
    assert [name for name, _ in message.items()] == [
        *("Date", "From", "To", "Subject", "Message-ID", "Reply-To", "In-Reply-To", "References"),
        *("Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    ]
    assert message["Date"] == "Sat, 21 Nov 2026 03:30:00 +0700"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == message["References"] == "<their@id.example>"
    assert [box.addr_spec for box in message["To"].addresses] == ["nguoi.nhan@example.org"]


def test_the_same_letter_gives_the_same_octets() -> None:
    one = letter(attachments=(LetterFile("a.pdf", "application/pdf", b"%PDF-1.7\r\n"),), html="<p>x</p>")
    assert compose(one) == compose(one)


def test_an_old_reader_finds_an_ascii_name() -> None:
    raw = compose(letter(attachments=(LetterFile("Quyết định số 35.pdf", "application/pdf", b"x"),)))
    (part,) = read(raw).iter_attachments()
    assert part.get_filename() == "Quyết định số 35.pdf"
    assert part.get_param("name") == "Quyet dinh so 35.pdf"


def test_a_name_in_decomposed_letters_is_sent_composed() -> None:
    raw = compose(letter(subject="Quye\u0302\u0301t đi\u0323nh"))
    assert read(raw)["Subject"] == "Quyết định"


def test_an_address_beyond_ascii_stands_in_utf8_and_its_domain_in_ascii() -> None:
    raw = compose(letter(recipient="người.nhận@công-ty.example"))
    assert "To: người.nhận@xn--cng-ty-ixa.example\r\n".encode() in raw


def test_a_message_id_of_a_stranger_that_is_not_one_is_left_out() -> None:
    message = read(compose(letter(in_reply_to="<a b>\r\nBcc: x@y.example")))
    assert message["In-Reply-To"] is None
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"subject": "a\r\nBcc: x@y.example"}, id="CR LF in the subject"),
        pytest.param({"subject": "a\x00b"}, id="NUL in the subject"),
        pytest.param({"subject": "a\u2028b"}, id="line separator in the subject"),
        pytest.param({"sender_name": "a\nb"}, id="LF in the name of the sender"),
        pytest.param({"recipient": "a@b.example, c@d.example"}, id="two recipients"),
        pytest.param({"recipient": "a@b.example\r\nBcc: c@d.example"}, id="a field in the recipient"),
        pytest.param({"recipient": ""}, id="no recipient"),
        pytest.param({"reply_to": "a@b"}, id="an unfit Reply-To"),
        pytest.param({"message_id": "<a@b>\r\nX: y"}, id="a field in the Message-ID"),
        pytest.param({"message_id": "a@b.example"}, id="a Message-ID without brackets"),
        pytest.param({"date": datetime(2026, 1, 1)}, id="a date without a zone"),  # noqa: DTZ001
        pytest.param({"text": "a\x1b[2Jb"}, id="a control character in the text"),
        pytest.param({"attachments": (LetterFile("a\r\nX: y", "text/plain", b""),)}, id="CR LF in a file name"),
        pytest.param({"attachments": (LetterFile("../a", "text/plain", b""),)}, id="a path as a file name"),
        pytest.param({"attachments": (LetterFile(" ", "text/plain", b""),)}, id="a file without a name"),
    ],
)
def test_what_cannot_be_written_is_named(change: dict[str, object]) -> None:
    with pytest.raises(UnfitLetterError):
        compose(letter(**change))


def test_the_case_stands_in_references_once_and_in_order() -> None:
    case = ("<1@office.example>", "<not well formed", "<2@office.example>", "<their@id.example>")
    message = read(compose(letter(references=case, in_reply_to="<their@id.example>")))
    assert message["References"] == "<1@office.example> <2@office.example> <their@id.example>"


def test_whoever_wants_to_know_of_the_display_is_named() -> None:
    message = read(compose(letter(notify_to="reply+t@office.example")))
    assert message["Disposition-Notification-To"] == "reply+t@office.example"
    assert read(compose(letter()))["Disposition-Notification-To"] is None
