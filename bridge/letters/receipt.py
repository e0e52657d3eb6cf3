"""A receipt: what became of a mail, told to its sender in plain Vietnamese (Decree 30/2020 Art. 21.2).

Promise: several events of one mail make one letter, led by the last; every file is named with its size and SHA-256,
so that the sender can prove what we have; only what was found is said.  Automatic (RFC 3834), under an empty reverse
path, which is the caller's part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge.check_door import CHECKED
from bridge.edxml.status import StatusCode
from bridge.job import STATUS
from bridge.letters.texts import in_html, one_line, render, shown_time
from bridge.settings.sections import Office
from outbound.letter import Letter, LetterFile

OVERDUE = "overdue"  #: event of the notice that tells a sender that nothing has happened by the next working day
#: Event of a notice -> template and what the subject says.
EVENTS: Mapping[str, tuple[str, str]] = {
    "arrived": ("receipt_arrived.txt", "Đã nhận thư"),
    "held": ("receipt_held.txt", "Đã nhận, đang kiểm tra"),
    "postponed": ("receipt_postponed.txt", "Đã nhận, đang xác minh"),
    "accepted": ("receipt_accepted.txt", "Đã tiếp nhận"),
    "released": ("receipt_accepted.txt", "Đã tiếp nhận"),
    "rejected": ("receipt_rejected.txt", "Không tiếp nhận, trả lại"),
    OVERDUE: ("receipt_overdue.txt", "Chậm xử lý"),
    f"{CHECKED}accepted": ("receipt_checked.txt", "Kết quả kiểm tra: đạt"),
    f"{CHECKED}released": ("receipt_checked.txt", "Kết quả kiểm tra: đạt"),
    f"{CHECKED}postponed": ("receipt_checked.txt", "Kết quả kiểm tra: chưa xác minh xong"),
    f"{CHECKED}held": ("receipt_checked.txt", "Kết quả kiểm tra: cần xem xét"),
    f"{CHECKED}rejected": ("receipt_checked.txt", "Kết quả kiểm tra: không đạt"),
}
#: What each result of a mere check means for whoever would hand the document in.
_VERDICTS: Mapping[str, str] = {
    "accepted": "ĐẠT. Nếu gửi tới địa chỉ tiếp nhận, văn bản sẽ được tiếp nhận tự động.",
    "released": "ĐẠT. Nếu gửi tới địa chỉ tiếp nhận, văn bản sẽ được tiếp nhận tự động.",
    "postponed": "CHƯA XÁC MINH XONG. Một số thông tin bên ngoài chưa tra cứu được; hãy kiểm tra lại sau.",
    "held": "CẦN XEM XÉT. Nếu gửi tới địa chỉ tiếp nhận, văn thư sẽ phải xem xét trước khi tiếp nhận.",
    "rejected": "KHÔNG ĐẠT. Nếu gửi tới địa chỉ tiếp nhận, văn bản sẽ bị trả lại.",
}
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """One file of the mail, as the sender is told of it."""

    name: str
    size: int  #: octets
    sha256: str
    pages: int | None = None
    says: tuple[str, ...] = ()  #: sentences of the catalogue about this file; empty = nothing was found amiss
    signature: str = ""  #: a sentence about its signature; "" = none to tell


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found, and what the sender can do about it."""

    says: str  #: a Vietnamese sentence
    mend: str = ""  #: another; "" = nothing


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of the mail."""

    word: str  #: a key of EVENTS, or what a receiver on the axis says (STATUS)
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """All that a receipt may tell."""

    mail_id: str
    received_at: datetime
    recipient: str  #: the reverse path of the mail
    message_id: str  #: of the mail, with or without its angle brackets; "" = none
    events: tuple[Event, ...]  #: oldest first, at least one
    files: tuple[ReceiptFile, ...] = ()
    documents: tuple[str, ...] = ()  #: "35/QĐ-UBND ngày 20/11/2026", as far as known
    remarks: tuple[Remark, ...] = ()  #: worst first
    statuses: tuple[str, ...] = ()  #: what receivers on the axis say, oldest first
    references: tuple[str, ...] = ()  #: Message-IDs of our earlier letters about the mail
    envid: str = ""  #: what the sender's server calls the mail (RFC 3461 section 4.4); "" = nothing


def receipt(
    facts: ReceiptFacts,
    office: Office,
    *,
    sender: str,
    message_id: str,
    reply_to: str = "",
    own: Path | None = None,
    enclosed: tuple[LetterFile, ...] = (),
) -> Letter:
    """The letter that tells `facts`; `sender` is our address in From, `own` the office's template directory."""
    template, title = _told(facts.events[-1].word)
    name = one_line(office.name)
    values = {
        "office": name,
        "organ_id": office.organ_id,
        "address": sender,
        "mail_id": facts.mail_id,
        "received": shown_time(facts.received_at, office.time_zone),
        "documents": facts.documents,
        "files": facts.files[:_MOST_FILES],
        "files_more": max(0, len(facts.files) - _MOST_FILES),
        "remarks": facts.remarks,
        "statuses": facts.statuses,
        "envid": one_line(facts.envid),
        "verdict": _VERDICTS.get(facts.events[-1].word.removeprefix(CHECKED), ""),
        "history": _history(facts.events, office.time_zone),
    }
    # The sender's own subject is not repeated: a stranger could have us carry his words.
    subject = f"[{name}] {title} - mã thư {facts.mail_id}"
    text = render(template, values, own)
    return Letter(
        sender=sender,
        sender_name=name,
        recipient=facts.recipient,
        subject=subject,
        text=text,
        html=in_html(template, text, values, own, subject),
        attachments=enclosed,
        message_id=message_id,
        date=facts.events[-1].at,
        reply_to=reply_to,
        in_reply_to=f"<{facts.message_id.strip('<>')}>" if facts.message_id else "",
        references=facts.references,
        auto_submitted=True,
    )


def _history(events: Sequence[Event], time_zone: str) -> tuple[str, ...]:
    """What came before the last event, when there was anything."""
    if len(events) < 2:
        return ()
    return tuple(f"{shown_time(event.at, time_zone)}: {_told(event.word)[1].lower()}" for event in events)


def title_of(word: str) -> str:
    """What the subject says of an event."""
    return _told(word)[1]


def _told(word: str) -> tuple[str, str]:
    """The template of an event, and what the subject says of it."""
    if word.startswith(STATUS):
        return "receipt_status.txt", StatusCode(word.removeprefix(STATUS).partition(" ")[0]).says
    return EVENTS[word]
