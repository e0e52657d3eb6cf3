"""Programs of others as clients: swaks, smtp-source, and the standard library's."""

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

from tests.servers.clients import smtp_source, swaks
from tests.wire.served import Served


def test_swaks_sends_in_a_pipeline(door: Served) -> None:
    heard = swaks(
        door.port,
        *("--from", "a@b.example", "--to", "x@ours.example,y@ours.example", "--pipeline"),
        *("--header", "Subject: Công văn số 35", "--body", ".một dấu chấm\n..hai"),
    )
    assert heard.code == 0, heard.transcript
    (mail,) = door.store.mails()
    assert "\r\n\r\n.một dấu chấm\r\n..hai\r\n".encode() in mail.content
    assert [path.address for path in mail.origin.rcpt_to] == ["x@ours.example", "y@ours.example"]


def test_swaks_hears_that_an_address_is_unknown(shared_door: Served) -> None:
    heard = swaks(shared_door.port, "--from", "a@b.example", "--to", "nobody@theirs.example")
    assert heard.code == 24, heard.transcript  # swaks: no recipient was accepted
    assert "550 5.1.1" in heard.transcript


def test_smtp_source_sends_many_at_once(door: Served) -> None:
    smtp_source(door.port, sender="a@b.example", recipient="x@ours.example", messages=60, sessions=10, length=10_000)
    smtp_source(door.port, sender="a@b.example", recipient="x@ours.example", messages=4, sessions=2, length=2_000_000)
    sizes = sorted(len(mail.content) for mail in door.store.mails())
    assert len(sizes) == 64
    assert sizes[0] >= 10_000
    assert sizes[-4] >= 2_000_000


def test_smtplib_sends_a_mail_beyond_ascii_byte_for_byte(door: Served) -> None:
    mail = EmailMessage(policy=SMTP.clone(utf8=True))
    mail["From"], mail["To"], mail["Subject"] = "gửi@bộ.example", "phòng@vanthư.example", "V/v báo cáo"
    mail.set_content("Kính gửi: Phòng Văn thư\n.\n..\n")
    with smtplib.SMTP("127.0.0.1", door.port, timeout=20) as client:
        assert client.send_message(mail) == {}
    (kept,) = door.store.mails()
    assert kept.content == mail.as_bytes()
    assert kept.origin.smtputf8
