"""The sample mails of the demonstration, as the bytes that go through SMTP.

Each shows one end that a mail can have: accepted, refused for a broken signature, unsigned, a program under the
name of a document, a dossier of several files.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bridge.demo import documents
from bridge.demo.authority import Identity
from bridge.demo.pki import AGENCY, BUSINESS, Pki
from bridge.demo.signing import SEAL_STAMP, TimeStamping, sign_as_agency, sign_pdf
from bridge.demo.tampering import append_page_text, change_one_byte, harmless_program

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """One attachment."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail of the demonstration."""

    key: str  #: stable, ASCII: correct, tampered-byte...
    title: str  #: what it shows, Vietnamese
    mail_from: str
    rcpt_to: str
    raw: bytes  #: RFC 5322, CR LF


def mail(key: str, sender: str, recipient: str, subject: str, now: datetime, files: Sequence[File]) -> bytes:
    """One mail with a Vietnamese subject, a short text and `files`; the same arguments give the same bytes."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}.{now:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>"
    message.set_content("Kính gửi quý cơ quan,\n\nXin gửi kèm theo thư này các tệp văn bản.\n\nTrân trọng.\n")
    for file in files:
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    if files:
        message.set_boundary(f"=_docbridge-demo-{key}")
    return message.as_bytes()


def dossier(letter: bytes) -> tuple[File, ...]:
    """The files of a business's dossier: the signed letter, a statement and an inventory."""
    return (
        File("Đơn đề nghị.pdf", PDF, letter),
        File("Thuyết minh.docx", DOCX, documents.statement()),
        File("Bảng kê thiết bị.xlsx", XLSX, documents.inventory()),
    )


def packed(files: Sequence[File]) -> bytes:
    """`files` in one zip archive, their names in UTF-8."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            member = zipfile.ZipInfo(file.name, (2026, 11, 21, 8, 0, 0))
            archive.writestr(member, file.content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def signed_decision(pki: Pki, now: datetime) -> bytes:
    """The sample decision with both signatures and time stamps of `now`."""
    return sign_as_agency(documents.decision(), pki.official, pki.agency, TimeStamping(pki.time_stamper, now))


def _signed_letter(business: Identity, time: TimeStamping) -> bytes:
    return sign_pdf(documents.business_letter(), business, "ChuKyDoanhNghiep", pades=True, stamp=SEAL_STAMP, time=time)


def samples(pki: Pki, recipient: str, now: datetime) -> tuple[Sample, ...]:
    """All mails of the demonstration, to `recipient`, dated and time-stamped `now`."""
    agency, business = AGENCY.email, BUSINESS.email
    name = "Quyết định 35-QĐ-SM.pdf"
    signed = signed_decision(pki, now)
    files = dossier(_signed_letter(pki.business, TimeStamping(pki.time_stamper, now)))
    plan: tuple[tuple[str, str, str, str, tuple[File, ...]], ...] = (
        ("correct", "Văn bản đúng, đủ hai chữ ký số", agency, "Gửi Quyết định 35/QĐ-SM", (File(name, PDF, signed),)),
        (
            "tampered-byte",
            "Văn bản bị đổi một byte sau khi ký",
            agency,
            "Gửi Quyết định 35/QĐ-SM (bản 2)",
            (File(name, PDF, change_one_byte(signed)),),
        ),
        (
            "tampered-page",
            "Văn bản bị thêm nội dung vào trang sau khi ký",
            agency,
            "Gửi Quyết định 35/QĐ-SM (bản 3)",
            (File(name, PDF, append_page_text(signed)),),
        ),
        (
            "unsigned",
            "Văn bản chưa ký số",
            agency,
            "Gửi Công văn 12/SM-VP",
            (File("Công văn 12-SM-VP.pdf", PDF, documents.official_letter()),),
        ),
        (
            "program",
            "Chương trình chạy được mang tên .pdf",
            agency,
            "Gửi Báo cáo 08/BC-SM",
            (File("Báo cáo 08-BC-SM.pdf", PDF, harmless_program()),),
        ),
        ("dossier", "Hồ sơ nhiều tệp của doanh nghiệp", business, "Nộp hồ sơ đề nghị cấp giấy xác nhận", files),
        (
            "dossier-zip",
            "Hồ sơ của doanh nghiệp trong một tệp nén",
            business,
            "Nộp hồ sơ (tệp nén)",
            (File("Hồ sơ.zip", "application/zip", packed(files)),),
        ),
    )
    return tuple(
        Sample(key, title, sender, recipient, mail(key, sender, recipient, subject, now, attached))
        for key, title, sender, subject, attached in plan
    )
