"""Packets to bytes, in the one shape that every deployed receiver is known to read.

The literal prefix `edXML:` on every element of the envelope and none on AttachmentEncoded and Attachment,
because some receivers compare qualified names as text; children in QCVN order; absent values as absent
elements.  Attachments are spliced in as base64 in pieces, so memory stays flat whatever their size.
"""

import re
import uuid
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, assert_never
from xml.sax.saxutils import escape

import pybase64

from bridge.edxml.forms import carries, date_text, timestamp_text
from bridge.edxml.names import safe_names
from bridge.edxml.packet import (
    Business,
    Concerned,
    DocumentPacket,
    New,
    Packet,
    PacketFile,
    Party,
    Recall,
    Replace,
    Staff,
    StatusPacket,
    Update,
)
from bridge.edxml.packing import carried_type, packed
from bridge.edxml.tree import NAMESPACE

_PIECE = 3 << 18  # a multiple of 3, so that the pieces of base64 join without padding between them
_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_-]{0,99}", re.ASCII)
_CONTENT_IDS = uuid.UUID("5b0f3a5e-5d7b-5a5f-9a39-6f3f9c1c1d52")
_SPECIAL = re.compile(r"[^\t\n\x20-%\x27-;=?-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # to be escaped, or refused


def write(packet: Packet, out: BinaryIO) -> None:
    """Write `packet` to `out`.

    Raises:
        ValueError: a value that XML cannot carry or a file name that is not safe: our bug, never the mail's
        fault.
    """
    files = packet.files if isinstance(packet, DocumentPacket) else ()
    if tuple(file.name for file in files) != safe_names(file.name for file in files):
        raise ValueError("a file name that is not safe to hand on")
    marked = tuple(zip(content_ids(packet), files, strict=True)) if isinstance(packet, DocumentPacket) else ()
    out.write(_before(packet, marked).encode())
    if marked:
        out.write(b"\n  <AttachmentEncoded>")
        for content_id, file in marked:
            _write_attachment(content_id, file, out)
        out.write(b"\n  </AttachmentEncoded>")
    out.write(b"\n</edXML>\n")


def content_ids(packet: DocumentPacket) -> tuple[str, ...]:
    """The content id of each file: its own, else one derived from the packet, the same on every retry."""
    return tuple(
        file.content_id or str(uuid.uuid5(_CONTENT_IDS, f"{packet.document_id}\n{index}\n{file.name}"))
        for index, file in enumerate(packet.files)
    )


def _before(packet: Packet, marked: tuple[tuple[str, PacketFile], ...]) -> str:
    match packet:
        case DocumentPacket():
            header = _group("MessageHeader", *_document_header(packet)) + _group("TraceHeaderList", *_traces(packet))
            references = "".join(_reference(content_id, file) for content_id, file in marked)
            manifest = f'<edXML:edXMLManifest version="1.0">{references}</edXML:edXMLManifest>'
            body = _group("edXMLBody", manifest)
        case StatusPacket():
            header, body = _group("MessageHeader", *_status_header(packet)), ""
        case _:
            assert_never(packet)
    envelope = _group("edXMLHeader", header) + body
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{NAMESPACE}">\n'
        f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">{_lined(envelope)}\n</edXML:edXMLEnvelope>'
    )


def _document_header(packet: DocumentPacket) -> Iterator[str]:
    """The children of MessageHeader in the order of QCVN 102:2016, 1.1 to 1.14."""
    yield _party("From", packet.sender)
    for receiver in packet.receivers:
        yield _party("To", receiver)
    yield _group("Code", _leaf("CodeNumber", packet.code.number), _leaf("CodeNotation", packet.code.notation))
    yield _group("PromulgationInfo", _leaf("Place", packet.place), _day("PromulgationDate", packet.issued))
    yield _group(
        "DocumentType",
        _number("Type", packet.type.code),
        _number("TypeDetail", packet.type.detail),
        _leaf("TypeName", packet.type.name),
    )
    yield _leaf("Subject", packet.subject)
    yield _leaf("Content", packet.content)
    yield _group(
        "SignerInfo",
        _leaf("Competence", packet.signer.competence),
        _leaf("Position", packet.signer.position),
        _leaf("FullName", packet.signer.name),
    )
    yield _day("DueDate", packet.due)
    yield _group("ToPlaces", *(_leaf("Place", place) for place in packet.to_places))
    yield _group(
        "OtherInfo",
        _number("Priority", packet.priority),
        _leaf("SphereOfPromulgation", packet.sphere),
        _leaf("TyperNotation", packet.typist),
        _number("PromulgationAmount", packet.copies),
        _number("PageAmount", packet.pages),
        _group("Appendixes", *(_leaf("Appendix", appendix) for appendix in packet.appendixes)),
    )
    for answered in packet.answers:
        yield _concerned(answered)
    yield _number("SteeringType", packet.steering)
    yield _leaf("DocumentId", packet.document_id)


def _status_header(packet: StatusPacket) -> Iterator[str]:
    yield _concerned(packet.about)
    yield _party("From", packet.sender)
    yield _leaf("StatusCode", packet.status)
    yield _leaf("Description", packet.description)
    yield _leaf("Timestamp", timestamp_text(packet.moment) if packet.moment else "")
    yield _staff(packet.staff)


def _traces(packet: DocumentPacket) -> Iterator[str]:
    for trace in packet.traces:
        moment = timestamp_text(trace.moment) if trace.moment else ""
        yield _group("TraceHeader", _leaf("OrganId", trace.organ_id), _leaf("Timestamp", moment))
    yield _business(packet)


def _business(packet: DocumentPacket) -> str:
    kind: Business = packet.business
    match kind:
        case New():
            document_id, number, detail = "", 0, ""
        case Recall():
            document_id, number, detail = kind.document_id, 1, ""
        case Update():
            document_id, number = kind.document_id, 2
            detail = _group(
                "BussinessDocumentInfo",
                _number("DocumentInfo", int(kind.document_changed)),
                _number("DocumentReceiver", int(kind.receivers_changed)),
                _group(
                    "ReceiverList",
                    *(
                        _group(
                            "Receiver",
                            _number("ReceiverType", int(who.added)),
                            _leaf("OrganId", who.organ_id),
                        )
                        for who in kind.receivers
                    ),
                ),
            )
        case Replace():
            document_id, number = "", 3
            detail = _group(
                "ReplacementInfoList",
                *(
                    _group(
                        "ReplacementInfo",
                        _leaf("DocumentId", old.document_id),
                        _group("OrganIdList", *(_leaf("OrganId", organ_id) for organ_id in old.organ_ids)),
                    )
                    for old in kind.replaced
                ),
            )
        case _:
            assert_never(kind)
    return _group(
        "Bussiness",
        _leaf("DocumentId", document_id),
        _number("BussinessDocType", number),
        _leaf("BussinessDocReason", kind.reason),
        detail,
        _number("Paper", packet.paper),
        _staff(packet.staff),
    )


def _party(element: str, party: Party) -> str:
    return _group(
        element,
        _leaf("OrganId", party.organ_id),
        _leaf("OrganizationInCharge", party.in_charge),
        _leaf("OrganName", party.name),
        _leaf("OrganAdd", party.address),
        _leaf("Email", party.email),
        _leaf("Telephone", party.telephone),
        _leaf("Fax", party.fax),
        _leaf("Website", party.website),
    )


def _concerned(document: Concerned) -> str:
    return _group(
        "ResponseFor",
        _leaf("OrganId", document.organ_id),
        _leaf("Code", document.code),
        _day("PromulgationDate", document.issued),
        _leaf("DocumentId", document.document_id),
    )


def _staff(staff: Staff | None) -> str:
    if staff is None:
        return ""
    return _group(
        "StaffInfo",
        _leaf("Department", staff.department),
        _leaf("Staff", staff.name),
        _leaf("Mobile", staff.mobile),
        _leaf("Email", staff.email),
    )


def _reference(content_id: str, file: PacketFile) -> str:
    return _group(
        "Reference",
        _leaf("ContentId", f"cid:{content_id}"),
        _leaf("ContentType", carried_type(file.name)),
        _leaf("Description", file.description),
        _leaf("AttachmentName", file.name),
    )


def _write_attachment(content_id: str, file: PacketFile, out: BinaryIO) -> None:
    with packed(file, _member(content_id)) as (content_type, content):
        description = f"\n      <Description>{_escaped(file.description)}</Description>" if file.description else ""
        out.write(
            (
                f"\n    <Attachment>\n      <ContentId>cid:{_escaped(content_id)}</ContentId>"
                f"\n      <AttachmentName>{_escaped(file.name)}</AttachmentName>{description}"
                f"\n      <ContentType>{content_type}</ContentType>"
                f'\n      <edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">'
            ).encode()
        )
        while piece := content.read(_PIECE):
            out.write(pybase64.b64encode(piece))
        out.write(b"</edXML:ContentTransferEncoded>\n    </Attachment>")


def _member(content_id: str) -> str:
    """Its name inside a ZIP: an id that others gave may hold a path, and receivers write members as they are named."""
    return content_id if _NAME.fullmatch(content_id) else str(uuid.uuid5(_CONTENT_IDS, content_id))


def _group(element: str, *children: str) -> str:
    inside = "".join(children)
    return f"<edXML:{element}>{inside}</edXML:{element}>" if inside else ""


def _leaf(element: str, text: str) -> str:
    return f"<edXML:{element}>{_escaped(text)}</edXML:{element}>" if text else ""


def _number(element: str, value: int | None) -> str:
    return "" if value is None else _leaf(element, str(value))


def _day(element: str, day: date | None) -> str:
    return "" if day is None else _leaf(element, date_text(day))


def _escaped(text: str) -> str:
    if _SPECIAL.search(text) is None:
        return text
    if not carries(text):
        raise ValueError("a character that XML 1.0 cannot carry")
    return escape(text, {"\r": "&#13;"})


def _lined(envelope: str) -> str:
    """One element a line: a person can read it, and no receiver minds."""
    return "\n" + envelope.replace("><edXML:", ">\n<edXML:")
