"""The readers as targets: mails, the files in them, packets, SMTP parameters, PROXY headers.

Each is promised to answer whatever the octets are; the files are judged as the sandbox judges them, but in this very
process, so that nothing but the readers themselves stands between the octets and us.
"""

import contextlib
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from bridge.demo import documents, pki, signing
from bridge.edxml.packet import Code, DocumentPacket, PacketFile, Party
from bridge.edxml.read import NotEdxml
from bridge.edxml.read import read as read_packet
from bridge.edxml.write import write as write_packet
from smtp_in import proxy_header
from smtp_in.parameters import read_mail, read_rcpt
from tests.fuzz.mutation import mutations
from tests.fuzz.target import Take, Target, alone
from tests.validation import files, outlook_files, signed
from validation.bounce import bounces
from validation.classify import classify
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment
from validation.mapi import OutlookMail
from validation.message import read as read_message
from validation.secrecy import in_headers, in_text
from validation.settings import ReadingCaps
from validation.signatures import mail_signatures
from validation.tnef import read_tnef

MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)
_EVIDENCE = Evidence(MOMENT)
#: What a file may unfold to here: a finding is one that goes beyond, not the megabytes that may be.
_CAPS = ReadingCaps(unpacked_total=20_000_000)
_SINGLE_LINE = re.compile(r"[^\r\n]*")


def _documents() -> list[bytes]:
    """Files as offices send them, plain and signed."""
    with tempfile.TemporaryDirectory() as folder:
        minted = pki.mint(Path(folder), MOMENT)
    letter = documents.official_letter()
    return [letter, signing.sign_as_agency(letter, minted.official, minted.agency), files.pdf()]


def _mails() -> list[bytes]:
    """Mails: with one file, with several, one within another, of 8-bit text, a bounce, signed ones."""
    made = []
    for attached in ([files.pdf()], [files.docx(), documents.table_as_csv(), files.zipped({"a.pdf": files.pdf()})]):
        mail = EmailMessage()
        mail["From"], mail["To"] = "Văn thư <vanthu@somau.thunghiem.test>", "congvan@office.test"
        mail["Subject"], mail["Message-ID"] = "V/v triển khai thử nghiệm", "<1@somau.thunghiem.test>"
        mail.set_content("Kính gửi Quý cơ quan.")
        for number, content in enumerate(attached):
            mail.add_attachment(content, "application", "pdf", filename=f"Công văn {number}.pdf")
        made.append(mail.as_bytes())
    outer, inner = EmailMessage(), EmailMessage()
    outer["Subject"], inner["Subject"] = "Chuyển tiếp", "Bên trong"
    inner.set_content("<p>Kính gửi</p>", subtype="html")
    outer.add_attachment(inner)
    uu = b"Subject: u\r\n\r\nbegin 644 a.pdf\r\n#0V%T\r\n`\r\nend\r\n"
    report = (
        b"From: MAILER-DAEMON@a.test\r\nSubject: failure notice\r\nContent-Type: multipart/report; "
        b'report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nunknown user\r\n--b\r\nContent-Type: '
        b"message/delivery-status\r\n\r\nReporting-MTA: dns; a.test\r\n\r\nFinal-Recipient: rfc822; b@c.test\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <1@office.test>\r\n\r\nhello\r\n--b--\r\n"
    )
    legacy = "Subject: Tiếng Việt\r\n\r\nĐộ mật: không\r\nKính gửi\r\n".encode("cp1258", "replace")
    winmail = EmailMessage()
    winmail.add_attachment(_outlook()[0], "application", "ms-tnef", filename="winmail.dat")
    return [*made, outer.as_bytes(), uu, report, legacy, winmail.as_bytes(), signed.clear_mail(), signed.opaque_mail()]


def _outlook() -> list[bytes]:
    winmail = outlook_files.tnef(
        {0x0037: "Gửi Quyết định", 0x1009: outlook_files.HELLO_RTF, 0x8005: "x"},
        [
            (b"QUYETD~1.PDF", files.pdf(), {0x3707: "Quyết định.pdf"}),
            (b"", b"", {0x3701: (0x0D, bytes(16) + files.docx())}),
        ],
    )
    inner = outlook_files.mail_folder({0x0037: "Trong"}, [outlook_files.file_folder("a.pdf", files.pdf())], 24)
    outer = outlook_files.msg(
        {0x0037: "Ngoài", 0x1000: "Kính gửi"},
        [outlook_files.embedded_folder(inner), outlook_files.file_folder("b.docx", files.docx())],
    )
    return [winmail, outer]


def _archives() -> list[bytes]:
    inner = files.zipped({"Công văn/a.pdf": files.pdf(), "b.eml": files.EML})
    return [
        inner,
        files.zipped({"c.zip": inner, "../d.txt": b"x" * 5000}),
        files.zipped({"a.pdf": files.pdf()}, 0),
        files.encrypted_zip(),
        files.tarred({"a.pdf": files.pdf(), "b.zip": inner}),
        files.RAR,
        files.SEVEN,
        files.EML,
    ]


def _office() -> list[bytes]:
    macro = files.docx(**{"word/vbaProject.bin": files.ole({"VBA": b"x"})})
    ole = files.ole({"WordDocument": b"\xec\xa5" + bytes(600), "Macros": b"x"})
    sheets = [documents.statement(), documents.inventory(), documents.table_as_csv()]
    return [files.docx(), files.odt(), macro, ole, files.RTF, files.png(), files.LNK, files.PE, *sheets]


def _sealed() -> list[bytes]:
    content = files.pdf()
    return [
        signed.cms(content),
        signed.cms(content, pem=True),
        signed.certificates_alone(),
        files.CMS,
        signed.signed_docx(),
        signed.signed_odt(),
        signed.asic("a.pdf", content),
        signed.xml(),
        signed.clear_mail(),
        signed.opaque_mail(),
    ]


def _packets() -> list[bytes]:
    attached = (PacketFile("a.pdf", files.pdf(), "application/pdf"), PacketFile("b.csv", b"a;b\r\n", "text/csv"))
    party, office = Party("H99.1", name="Sở Mẫu"), Party("H99.12", name="Văn phòng")
    packet = DocumentPacket(sender=party, receivers=(office,), code=Code("35", "QĐ-UBND"), files=attached)
    out = BytesIO()
    write_packet(packet, out)
    return [out.getvalue(), files.EDXML]


def _read_mail(raw: bytes) -> None:
    message = read_message(raw)
    for part in (*message.parts, *message.multiparts):
        part.content()
        part.text(10_000)
    assert message.raw == raw
    assert len(message.parts) <= _CAPS.parts + 1
    assert _SINGLE_LINE.fullmatch(message.subject)
    message.mailboxes("From"), message.date, message.message_id, message.in_reply_to, message.references
    in_headers(message.headers)
    in_text(message.text)
    if classify(message, "") == "bounce":
        bounces(message)
    mail_signatures(message, _EVIDENCE)


@contextlib.contextmanager
def _judging(folder: Path) -> Iterator[Take]:
    """As files that are named and declared for what the octets are not, too: the reader looks at the octets."""

    def judge(content: bytes) -> None:
        seen = inspect(Attachment(("mail.eml", "Công văn.pdf"), "application/pdf", content), _EVIDENCE, _CAPS)
        unfolded = sum(len(inside) for inside in seen.contents.values()) - len(content)
        assert unfolded <= _CAPS.unpacked_total, unfolded

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about what the file is
        yield judge


def _read_winmail(content: bytes) -> None:
    mail = read_tnef(_WINMAIL_HEAD + content, 100, 100_000)
    assert isinstance(mail, OutlookMail)
    assert len(mail.files) <= 100


_WINMAIL_HEAD = _outlook()[0][:6]


def _read_packet(content: bytes) -> None:
    with contextlib.suppress(NotEdxml):
        read_packet(content)


def _read_parameters(line: bytes) -> None:
    text = line.decode("utf-8", "replace")  # the door answers lines of other octets itself
    read_mail(text, extended=True)
    read_rcpt(text, extended=True, smtputf8=True)


def _read_proxy_header(octets: bytes) -> None:
    """As the door reads it: exactly so many octets at a time, which are all there."""
    asked = 0

    async def exactly(count: int) -> bytes:
        nonlocal asked
        assert count > 0 or asked, "nothing was asked for"
        if asked + count > len(octets):
            raise EOFError
        asked += count
        return octets[asked - count : asked]

    coroutine = proxy_header.read(exactly)
    answered: str | None = None
    try:
        coroutine.send(None)
    except StopIteration as end:
        answered = end.value
        read = octets[:asked].endswith(b"\n") or octets[:12] == _PROXY[2][:12]
    except (proxy_header.BadHeaderError, EOFError):
        read = True
    assert read, "octets that are not the header's"
    assert len(answered or "") <= 39
    assert asked <= 16 + 4096


_PROXY = [
    b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\nEHLO a\r\n",
    b"PROXY TCP6 2001:db8::1 2001:db8::2 4711 25\r\n",
    b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12) + b"EHLO",
    b"\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x28" + bytes(40),
    b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00",
    b"PROXY UNKNOWN\r\n",
]
_PARAMETERS: Sequence[bytes] = [
    b"FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=QQ314159",
    b"TO:<b@c.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bd@c.example",
    "FROM:<nguyễn@b.example> SMTPUTF8".encode(),
    b'TO:<"a b"@[127.0.0.1]>',
    b"TO:<@a.example,@b.example:c@d.example>",
    b"FROM:<> AUTH=<>",
]

READERS = (
    Target("mail", "every byte string is a mail, read and classified", _mails, alone(_read_mail), mutations),
    Target("pdf", "a PDF is judged with its signatures", _documents, _judging, mutations),
    Target("archive", "zip, tar, .eml are opened within the caps or told as broken", _archives, _judging, mutations),
    Target("outlook", "winmail.dat and .msg are opened or told as broken", _outlook, _judging, mutations),
    Target(
        "winmail",
        "whatever follows the mark of a winmail.dat is read",
        lambda: [_outlook()[0][6:]],
        alone(_read_winmail),
        mutations,
    ),
    Target("office", "documents, pictures and programs are told apart", _office, _judging, mutations),
    Target("sealed", "CMS, S/MIME, XML and container signatures are judged", _sealed, _judging, mutations),
    Target("packet", "an edXML packet is read, or the reason told", _packets, alone(_read_packet), mutations),
    Target(
        "parameters", "MAIL and RCPT give a path or a reply", lambda: _PARAMETERS, alone(_read_parameters), mutations
    ),
    Target("proxy", "a PROXY header is read to its last octet", lambda: _PROXY, alone(_read_proxy_header), mutations),
)
