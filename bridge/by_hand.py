"""What a person of the office sends by mail: files as a packet to addresses, or a question about a mail.

Promise: pure; a packet made here passes the same gates as one of the province (secrecy above all), and leaves as the
same letters.  Each call is a sending of its own: the same file may go to others later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bridge.edxml.compose import document_packet
from bridge.edxml.packet import DocumentPacket, PacketFile, Party
from bridge.edxml.packing import media_type_of
from bridge.fields.clerk import with_clerk
from bridge.fields.fields import Fields
from bridge.letters.texts import in_html, one_line, render, shown_time
from bridge.our_status import speaker
from bridge.settings.sections import Office
from outbound.letter import Letter
from store.mail import ReceivedMail

#: What the packet's name begins with: its recipients are those that a person of ours named.
NAME = "by-hand-"


def hand_packet(
    files: Sequence[Path], addresses: Sequence[str], entries: Mapping[str, str], office: Office, id_: str, now: datetime
) -> DocumentPacket:
    """The packet that brings `files` to `addresses`; `entries` are fields of the document as a clerk gives them.

    Raises:
        BadField: an unknown key or a malformed value.
    """
    packet = document_packet(
        with_clerk(Fields(), entries),
        speaker(office),
        tuple(Party("", "", email=address) for address in addresses),
        tuple(PacketFile(_name(file), file, media_type_of(_name(file), "")) for file in files),
        now,
        own_id=id_,
    )
    return replace(packet, document_id=id_)


def question_letter(
    mail: ReceivedMail,
    question: str,
    documents: Sequence[str],
    office: Office,
    *,
    sender: str,
    message_id: str,
    reply_to: str,
    references: tuple[str, ...],
    date: datetime,
    own: Path | None = None,
) -> Letter:
    """The letter that asks the sender of `mail`; its answer goes on with the case."""
    name = one_line(office.name)
    values: Mapping[str, object] = {
        "office": name,
        "organ_id": office.organ_id,
        "address": sender,
        "mail_id": mail.id,
        "received": shown_time(mail.received_at, office.time_zone),
        "question": [one_line(row, 1000) for row in question.splitlines()],
        "documents": documents,
    }
    title = f"[{name}] Đề nghị làm rõ - mã thư {mail.id}"
    text = render("question.txt", values, own)
    return Letter(
        sender=sender,
        sender_name=name,
        recipient=mail.origin.mail_from,
        subject=title,
        text=text,
        html=in_html("question.txt", text, values, own, title),
        message_id=message_id,
        reply_to=reply_to,
        in_reply_to=f"<{mail.message_id.strip('<>')}>" if mail.message_id else "",
        references=references,
        date=date,
    )


def _name(file: Path) -> str:
    """The base name; octets in it that are no UTF-8 are shown, not kept."""
    return file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
