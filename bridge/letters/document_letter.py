"""A document on its way out by mail: one letter to one receiver, the files byte for byte as the packet carried them.

Promise: the subject names issuer, number, date and matter as official mail does; the text says what is attached, each
file with its SHA-256, and how to check the signature; a field that the packet lacks is left out, never made up.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from bridge.edxml.packet import Business, DocumentPacket, New, PacketSigner, Recall, Replace, Update
from bridge.letters.texts import in_html, one_line, render, shown_date
from bridge.settings.sections import Letters, Office
from outbound.letter import Letter, LetterFile

_UNPLAIN = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_PLAIN = 50
_LONGEST_SUMMARY = 150  # a subject is read in a list; the whole of it stands in the text


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """A file as the text tells of it."""

    name: str
    size: int
    sha256: str


def document_letter(
    packet: DocumentPacket,
    recipient: str,
    office: Office,
    *,
    sender: str,
    message_id: str,
    reply_to: str,
    date: datetime,
    own: Path | None = None,
    letters: Letters | None = None,
) -> Letter:
    """The letter that brings `packet` to `recipient`; `sender` is our address in From, `own` the office's templates."""
    name, letters = one_line(office.name), letters or Letters()
    files = tuple(
        LetterFile(_file_name(file.name), file.media_type, file.read(), plain_name(letters.file_names, packet, number))
        for number, file in enumerate(packet.files, 1)
    )
    title, values = subject(packet, name), _values(packet, files, office, sender)
    text = render("document.txt", values, own)
    return Letter(
        sender=sender,
        sender_name=name,
        recipient=recipient,
        subject=title,
        text=text,
        html=in_html("document.txt", text, values, own, title),
        attachments=files,
        message_id=message_id,
        reply_to=reply_to,
        # RFC 8098 section 2.1: to an address that knows the letter, as its answers do.
        notify_to=reply_to if letters.ask_displayed else "",
        date=date,
    )


def subject(packet: DocumentPacket, office: str) -> str:
    """[<Cơ quan>] <số/ký hiệu> <ngày> - V/v <trích yếu>, of what the packet knows."""
    head = f"[{one_line(packet.sender.name, 100) or office}]"
    parts = [
        head,
        _kind(packet.business),
        one_line(packet.code.compound or packet.code.notation, 60),
        shown_date(packet.issued) if packet.issued else "",
    ]
    start = " ".join(part for part in parts if part)
    matter = one_line(packet.subject, _LONGEST_SUMMARY)
    if not matter:
        return start
    return f"{start} - {matter if matter.lower().startswith('v/v') else f'V/v {matter}'}"


def plain_name(pattern: str, packet: DocumentPacket, number: int) -> str:
    """The plain ASCII name of the file of that number, for readers that know no other."""
    stem, dot, ending = packet.files[number - 1].name.rpartition(".")
    known = {
        "code": packet.code.compound or packet.code.notation,
        "date": packet.issued.strftime("%Y%m%d") if packet.issued else "",
        "subject": packet.subject[:40],
        "name": stem or packet.files[number - 1].name,
        "number": str(number),
    }
    folded = {key: _UNPLAIN.sub("_", _bare(one_line(value))).strip("_") for key, value in known.items()}
    made = re.sub(r"_{2,}", "_", pattern.format(**folded)).strip("_. ") or folded["name"] or "tep"
    # Two files of one packet are told apart by their number, where the pattern does not tell them.
    several = len(packet.files) > 1 and "{name}" not in pattern and "{number}" not in pattern
    made = f"{made[:_LONGEST_PLAIN]}_{number}" if several and number > 1 else made[:_LONGEST_PLAIN]
    return f"{made}.{_UNPLAIN.sub('', ending)}" if dot and len(ending) <= 10 else made


def _bare(text: str) -> str:
    """Letters without their marks."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _values(packet: DocumentPacket, files: Sequence[LetterFile], office: Office, sender: str) -> Mapping[str, object]:
    enclosed = [_Enclosed(file.name, len(file.content), hashlib.sha256(file.content).hexdigest()) for file in files]
    return {
        "opening": _opening(packet.business, one_line(office.name)),
        "code": one_line(packet.code.compound or packet.code.notation),
        "issued": shown_date(packet.issued) if packet.issued else "",
        "type_name": one_line(packet.type.name),
        "summary": one_line(packet.subject, 1000),
        "issuer": one_line(packet.sender.name),
        "signer": _signer(packet.signer),
        "due": shown_date(packet.due) if packet.due else "",
        "reason": one_line(packet.business.reason, 1000),
        "others": [one_line(other) for other in _others(packet.business)],
        "files": enclosed,
        "office": one_line(office.name),
        "organ_id": office.organ_id,
        "address": sender,
    }


def _kind(business: Business) -> str:
    match business:
        case New():
            return ""
        case Recall():
            return "Thu hồi"
        case Update():
            return "Cập nhật"
        case Replace():
            return "Thay thế"
        case _:
            assert_never(business)


def _opening(business: Business, office: str) -> str:
    match business:
        case New():
            return f"{office} gửi văn bản điện tử sau đây."
        case Recall():
            # Decree 30/2020 Art. 18.4.b: the receiver cancels the document and tells the sender.
            return (
                f"{office} thông báo thu hồi văn bản điện tử sau đây. Theo điểm b khoản 4 Điều 18 Nghị định số "
                "30/2020/NĐ-CP, đề nghị hủy bỏ văn bản đã nhận và thông báo lại cho bên gửi."
            )
        case Update():
            return f"{office} gửi bản cập nhật của văn bản điện tử sau đây."
        case Replace():
            return f"{office} gửi văn bản điện tử sau đây, thay thế văn bản đã gửi trước."
        case _:
            assert_never(business)


def _others(business: Business) -> tuple[str, ...]:
    match business:
        case New():
            return ()
        case Recall(document_id=one) | Update(document_id=one):
            return (one,) if one else ()
        case Replace(replaced=many):
            return tuple(one.document_id for one in many)
        case _:
            assert_never(business)


def _signer(signer: PacketSigner) -> str:
    return one_line(", ".join(part for part in (signer.name, signer.competence, signer.position) if part))


def _file_name(name: str) -> str:
    """A name that may stand in a header; the packet's reader has made it safe for disks already."""
    plain = one_line(name.replace("/", "_").replace("\\", "_"), 1000) or "tep-dinh-kem"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:180]}{dot}{ending}" if dot and len(ending) <= 10 else plain[:190]
