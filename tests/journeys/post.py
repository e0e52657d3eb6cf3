"""What the journeys send: papers with a number of their own each, signed by the demonstration's PKI, in mails."""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from bridge.demo.documents import BUSINESS_LETTER, DECISION
from bridge.demo.mails import PDF, File, dossier
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY, BUSINESS, Pki
from bridge.demo.signing import SEAL_STAMP, TimeStamping, sign_as_agency, sign_pdf
from tests.journeys.house import AGENCY_DOMAIN, BUSINESS_DOMAIN, DOOR

#: Words of mails that no log line of the service may hold.
SECRETS = ("bí mật", "bí-mật", "bimat", "=?utf-8", "Quyết định", "Nguyễn Văn Mẫu")
NAME = "Quyết định bí mật bimat.pdf"

#: Further header fields.
Headers = Sequence[tuple[str, str]]

_numbers = itertools.count(secrets.randbelow(10**6) + 100)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail ready to be sent, all its addresses its own."""

    raw: bytes
    message_id: str
    mail_from: str  #: reverse path: where a receipt must come


def agency_address() -> str:
    """A reverse path of the agency's domain that no other journey has."""
    return f"vanthu+{secrets.token_hex(4)}@{AGENCY_DOMAIN}"


def business_address() -> str:
    """The same of the business."""
    return f"lienhe+{secrets.token_hex(4)}@{BUSINESS_DOMAIN}"


def decision(subject: str = DECISION.subject) -> bytes:
    """A decision with a number that no other has, unsigned."""
    return draw(replace(DECISION, number=f"{next(_numbers)}/QĐ-SM", subject=subject))


def signed(pki: Pki, paper: bytes | None = None) -> bytes:
    """`paper` (else a decision) with both signatures and time stamps."""
    time = TimeStamping(pki.time_stamper, datetime.now(UTC))
    return sign_as_agency(paper or decision(), pki.official, pki.agency, time)


def dossier_of_business(pki: Pki) -> tuple[File, ...]:
    """A letter of the business under a number of its own, signed, with its annexes."""
    letter = draw(replace(BUSINESS_LETTER, number=f"{next(_numbers)}/CV-VD"))
    time = TimeStamping(pki.time_stamper, datetime.now(UTC))
    return dossier(sign_pdf(letter, pki.business, "ChuKyDoanhNghiep", pades=True, stamp=SEAL_STAMP, time=time))


def written(
    files: Sequence[File],
    mail_from: str,
    sender: str,
    *,
    to: str = DOOR,
    headers: Headers = (),
) -> Mail:
    """A mail from `sender` (From) under the reverse path `mail_from`."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "Gửi văn bản bí mật bimat"
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = message_id = f"<{secrets.token_hex(8)}@journeys.test>"
    for name, value in headers:
        message[name] = value
    message.set_content("Kính gửi quý cơ quan,\n\nXin gửi kèm văn bản bí mật.\n")
    for file in files:
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    return Mail(message.as_bytes(), message_id, mail_from)


def from_agency(content: bytes, name: str = NAME, *, to: str = DOOR, headers: Headers = ()) -> Mail:
    """A mail of the agency with one file."""
    return written((File(name, PDF, content),), agency_address(), AGENCY.email, to=to, headers=headers)


def from_business(files: Sequence[File], *, to: str = DOOR) -> Mail:
    """A mail of the business."""
    return written(files, business_address(), BUSINESS.email, to=to)


def from_person(files: Sequence[File], mail_from: str, *, headers: Headers = ()) -> Mail:
    """A mail of somebody whom nobody knows."""
    return written(files, mail_from, mail_from, headers=headers)
