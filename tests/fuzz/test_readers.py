"""Whatever the bytes are, the readers answer: mail, files, packets, SMTP parameters. Run by `make fuzz`, time-boxed."""

import contextlib
import random
import warnings
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from bridge.demo import documents, pki, signing
from bridge.edxml.packet import Code, DocumentPacket, PacketFile, Party
from bridge.edxml.read import NotEdxml
from bridge.edxml.read import read as read_packet
from bridge.edxml.write import write as write_packet
from smtp_in.parameters import read_mail, read_rcpt
from tests.fuzz.mutation import fuzz, mutated
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment
from validation.message import read as read_message

MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Files as offices send them: plain and signed PDF, docx, xlsx, csv."""
    minted = pki.mint(tmp_path_factory.mktemp("pki"), MOMENT)
    letter = documents.official_letter()
    signed = signing.sign_as_agency(letter, minted.official, minted.agency)
    return [letter, signed, documents.statement(), documents.inventory(), documents.table_as_csv()]


@pytest.fixture(scope="module")
def mails(files: list[bytes]) -> list[bytes]:
    """Mails as offices send them: with one file, with several, one within another, one of 8-bit text."""
    made = []
    for attached in (files[:1], files[2:], files):
        mail = EmailMessage()
        mail["From"], mail["To"] = "Văn thư <vanthu@somau.thunghiem.test>", "congvan@office.test"
        mail["Subject"] = "V/v triển khai thử nghiệm"
        mail.set_content("Kính gửi Quý cơ quan.")
        for number, content in enumerate(attached):
            mail.add_attachment(content, "application", "pdf", filename=f"Công văn {number}.pdf")
        made.append(mail.as_bytes())
    outer = EmailMessage()
    outer["Subject"] = "Chuyển tiếp"
    inner = EmailMessage()
    inner["Subject"] = "Bên trong"
    inner.set_content("<p>Kính gửi</p>", subtype="html")
    outer.add_attachment(inner)
    uu = b"Subject: u\r\n\r\nbegin 644 a.pdf\r\n#0V%T\r\n`\r\nend\r\n"
    return [*made, outer.as_bytes(), uu, "Subject: Tiếng Việt\r\n\r\nKính gửi\r\n".encode("cp1258", "replace")]


def test_reading_a_mail_answers_whatever_it_is(mails: list[bytes]) -> None:
    def read(raw: bytes) -> None:
        message = read_message(raw)
        for part in message.parts:
            part.content()
        assert message.subject is not None
        assert message.mailboxes("From") is not None

    assert fuzz(read, mails) > 0


def test_judging_a_file_answers_whatever_it_is(files: list[bytes]) -> None:
    def judge(content: bytes) -> None:
        inspect(Attachment(("mail.eml", "a.pdf"), "application/pdf", content), Evidence(MOMENT))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about what the file is
        assert fuzz(judge, files) > 0


def test_reading_a_packet_gives_a_packet_or_the_reason(files: list[bytes], tmp_path: Path) -> None:
    packet = DocumentPacket(
        sender=Party("H99.1", name="Sở Mẫu"),
        receivers=(Party("H99.12", name="Văn phòng"),),
        code=Code("35", "QĐ-UBND"),
        files=(PacketFile("a.pdf", files[0][:2000], "application/pdf"), PacketFile("b.csv", files[4], "text/csv")),
    )
    out = BytesIO()
    write_packet(packet, out)

    def read(content: bytes) -> None:
        with contextlib.suppress(NotEdxml):
            read_packet(content)

    read_packet(out.getvalue())
    assert fuzz(read, [out.getvalue()]) > 0


def test_reading_smtp_parameters_gives_a_path_or_a_reply() -> None:
    seeds = [
        b"FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=QQ314159",
        b"TO:<b@c.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bd@c.example",
        "FROM:<nguyễn@b.example> SMTPUTF8".encode(),
        b'TO:<"a b"@[127.0.0.1]>',
        b"TO:<@a.example,@b.example:c@d.example>",
    ]

    def read(line: bytes) -> None:
        text = line.decode("utf-8", "replace")  # the door answers lines of other octets itself
        read_mail(text, extended=True)
        read_rcpt(text, extended=True, smtputf8=True)

    assert fuzz(read, seeds) > 0


def test_the_same_dice_throw_the_same_inputs() -> None:
    first, second = ([mutated(random.Random(7), [b"abc" * 50]) for _ in range(2)] for _ in range(2))
    assert first == second
