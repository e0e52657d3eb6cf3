"""Packets composed from what docbridge knows: a document going to the axis, a status going back.

What the fields do not say stays out of the packet; nothing is cut to a length.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bridge.edxml.forms import clean, document_id
from bridge.edxml.names import safe_names
from bridge.edxml.packet import (
    Business,
    Code,
    Concerned,
    DocumentPacket,
    DocumentType,
    New,
    PacketFile,
    PacketSigner,
    Party,
    Staff,
    StatusPacket,
    Trace,
)
from bridge.edxml.packing import media_type_of
from bridge.edxml.status import StatusCode
from bridge.fields.fields import Fields, Key
from bridge.fields.types import by_name


def document_packet(
    fields: Fields,
    sender: Party,
    receivers: Sequence[Party],
    files: Sequence[PacketFile],
    moment: datetime,
    *,
    own_id: str,
    business: Business | None = None,
    answers: Sequence[Concerned] = (),
    staff: Staff | None = None,
) -> DocumentPacket:
    """The packet of one document for all its receivers; the first file is the main one.

    `sender` is the issuer with the organ id that it bears on the axis; the name printed on the document stands when the
    register knows none.  The document id is the form that others parse; where the document has no number or date it is
    `own_id`, the id under which docbridge keeps it.
    """
    issued = _day(fields.value(Key.ISSUED_DATE))
    code = Code(fields.value(Key.CODE_NUMBER), fields.value(Key.CODE_NOTATION))
    type_name = fields.value(Key.TYPE_NAME)
    type_ = by_name(type_name) if type_name else None
    subject = fields.value(Key.SUBJECT)
    named = _cleaned(sender)
    return DocumentPacket(
        sender=named if named.name else replace(named, name=fields.value(Key.ORGAN_NAME)),
        receivers=tuple(_cleaned(receiver) for receiver in receivers),
        code=code,
        issued=issued,
        place=fields.value(Key.PLACE),
        type=DocumentType(type_name, type_.number if type_ else None, 0 if type_ and type_.number else None),
        subject=subject,
        content=subject,
        signer=PacketSigner(
            fields.value(Key.SIGNER_NAME), fields.value(Key.SIGNER_POSITION), fields.value(Key.SIGNER_COMPETENCE)
        ),
        due=_day(fields.value(Key.DUE_DATE)),
        to_places=tuple(line for line in fields.value(Key.TO_PLACES).splitlines() if line.strip()),
        priority=_whole(fields.value(Key.PRIORITY)),
        pages=_whole(fields.value(Key.PAGE_AMOUNT)),
        answers=tuple(answers),
        document_id=_document_id(sender, issued, code) or clean(own_id),
        traces=(Trace(sender.organ_id, moment),),
        business=business or New(),
        paper=0,
        staff=staff,
        files=_packet_files(files),
    )


def status_packet(
    original: DocumentPacket, reporter: Party, status: StatusCode, description: str, moment: datetime
) -> StatusPacket:
    """What became of `original` at `reporter`, for the one who sent it."""
    return StatusPacket(
        sender=_cleaned(reporter),
        about=Concerned(original.sender.organ_id, original.code.compound, original.issued, original.document_id),
        status=status,
        description=clean(description),
        moment=moment,
    )


def _document_id(sender: Party, issued: date | None, code: Code) -> str:
    known = issued and code.compound and sender.organ_id
    return document_id(sender.organ_id, issued, code.number, code.notation) if issued and known else ""


def _packet_files(files: Sequence[PacketFile]) -> tuple[PacketFile, ...]:
    names = safe_names(file.name for file in files)
    return tuple(
        replace(
            file,
            name=name,
            media_type=file.media_type or media_type_of(name, ""),
            description=clean(file.description),
        )
        for name, file in zip(names, files, strict=True)
    )


def _cleaned(party: Party) -> Party:
    return Party(
        clean(party.organ_id),
        clean(party.name),
        clean(party.in_charge),
        clean(party.address),
        clean(party.email),
        clean(party.telephone),
        clean(party.fax),
        clean(party.website),
    )


def _day(text: str) -> date | None:
    """A field's date; fields hold only well-formed ones."""
    return date.fromisoformat(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None
