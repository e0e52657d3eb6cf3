"""What is certain is said at the door, where the sender's own server hears it; the rest is taken and judged later."""

import io
import smtplib
import zipfile

import pytest

from bridge.demo.mails import PDF, File
from bridge.demo.tampering import harmless_program
from smtp_in.replies import PROGRAM_REFUSED
from store.mail import MailState
from tests.journeys.house import DOOR, House
from tests.journeys.outcome import receipt_of
from tests.journeys.post import Mail, agency_address, from_agency, written
from tests.servers.postfix import PostfixSink
from validation.codes import Code

_TEXT = "text/plain"


def said_to(bridge: House, mail: Mail) -> tuple[int, str]:
    """Code and text that the mail hears when it has been sent."""
    with smtplib.SMTP("127.0.0.1", bridge.port, timeout=30) as client:
        client.ehlo("client.example")
        client.mail(mail.mail_from)
        client.rcpt(DOOR)
        code, text = client.data(mail.raw)
        return code, text.decode()


PROGRAMS = [
    pytest.param(File("Báo cáo 08-BC-SM.pdf", PDF, harmless_program()), id="under the name of a document"),
    pytest.param(File("bao cao.pdf.bat", _TEXT, b"echo\r\n"), id="by its name alone"),
]


@pytest.mark.parametrize("file", PROGRAMS)
def test_a_program_is_refused_at_the_door_and_leaves_nothing(
    bridge: House, postfix_server: PostfixSink, file: File
) -> None:
    mail = written((file,), agency_address(), agency_address())
    reply = PROGRAM_REFUSED
    assert said_to(bridge, mail) == (reply.code, f"{reply.enhanced} {reply.text}")
    bridge.settled()
    assert bridge.mails(mail.message_id) == []
    assert postfix_server.letters(mail.mail_from) == []


def test_a_program_in_an_archive_is_taken_and_refused_by_a_letter(bridge: House, postfix_server: PostfixSink) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("báo cáo.pdf", harmless_program())
    mail = from_agency(packed.getvalue(), "hồ sơ.zip")
    assert said_to(bridge, mail)[0] == 250
    kept = bridge.judged(mail.message_id, MailState.REJECTED)
    assert Code.FORMAT_EXECUTABLE in bridge.codes(kept)
    receipt_of(postfix_server, mail)


def test_what_only_looks_like_a_program_is_taken(bridge: House) -> None:
    mail = written(
        (File("TV.txt", _TEXT, b"MZ is how a program begins, and this is a text\r\n"),), "", agency_address()
    )
    assert said_to(bridge, mail)[0] == 250
    assert Code.FORMAT_EXECUTABLE not in bridge.codes(bridge.judged(mail.message_id))


def test_a_mail_that_is_no_document_is_taken_whatever_it_carries(bridge: House) -> None:
    headers = (("Auto-Submitted", "auto-replied"),)
    mail = written((File("a.exe", _TEXT, b"x"),), agency_address(), agency_address(), headers=headers)
    assert said_to(bridge, mail)[0] == 250
    bridge.judged(mail.message_id, MailState.FILED)
