"""Whatever the octets are, winmail.dat, .msg and .p7m are opened or told as broken. Run by `make fuzz`, time-boxed."""

from datetime import UTC, datetime

from tests.fuzz.mutation import fuzz
from tests.validation import files, outlook_files, signed
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment
from validation.mapi import OutlookMail
from validation.tnef import read_tnef

EVIDENCE = Evidence(datetime(2026, 11, 22, 3, tzinfo=UTC))
WINMAIL = outlook_files.tnef(
    {0x0037: "Gửi Quyết định", 0x1009: outlook_files.HELLO_RTF, 0x8005: "x"},
    [
        (b"QUYETD~1.PDF", files.pdf(), {0x3707: "Quyết định.pdf"}),
        (b"", b"", {0x3701: (0x0D, bytes(16) + files.docx())}),
    ],
)
INNER = outlook_files.mail_folder({0x0037: "Trong"}, [outlook_files.file_folder("a.pdf", files.pdf())], 24)
OUTER = outlook_files.msg(
    {0x0037: "Ngoài", 0x1000: "Kính gửi"},
    [outlook_files.embedded_folder(INNER), outlook_files.file_folder("b.docx", files.docx())],
)


def test_opening_what_outlook_wraps_answers_whatever_it_is() -> None:
    def judge(content: bytes) -> None:
        inspect(Attachment(("mail.eml", "winmail.dat"), "", content), EVIDENCE)

    assert fuzz(judge, [WINMAIL, OUTER, signed.cms(files.pdf())]) > 0


def test_reading_winmail_dat_answers_whatever_follows_its_mark() -> None:
    def read(content: bytes) -> None:
        mail = read_tnef(WINMAIL[:6] + content[6:], 100, 100_000)
        assert isinstance(mail, OutlookMail)
        assert len(mail.files) <= 100

    assert fuzz(read, [WINMAIL]) > 0
