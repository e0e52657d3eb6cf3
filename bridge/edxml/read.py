"""Bytes to a packet, liberally: any prefix, any order, the Java and the .NET forms, and what the platform adds.

The platform re-serialises packets on their way, so nothing here depends on how they are spelt.  What had to
be overlooked is noted in the packet; what is no packet at all raises `NotEdxml` with its reason.
"""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bridge.edxml.forms import clean, parse_timestamp
from bridge.edxml.names import safe_names
from bridge.edxml.notes import Notes
from bridge.edxml.packet import (
    Business,
    ChangedReceiver,
    Code,
    Concerned,
    DocumentPacket,
    DocumentType,
    New,
    Packet,
    PacketFile,
    PacketSigner,
    Party,
    Recall,
    Replace,
    Replaced,
    Staff,
    StatusPacket,
    Trace,
    Update,
)
from bridge.edxml.packing import TooLargeWithinError, media_type_of, unpacked
from bridge.edxml.status import StatusCode
from bridge.edxml.tree import Node, NotEdxml, ReadCaps, Reason, tree_of

__all__ = ["NotEdxml", "ReadCaps", "Reason", "read"]

_NO_CAPS_GIVEN = ReadCaps()


def read(source: bytes | BinaryIO, folder: Path | None = None, caps: ReadCaps = _NO_CAPS_GIVEN) -> Packet:
    """The packet in `source`.  With `folder` the attachments are written there as they come, and memory stays flat.

    Raises:
        NotEdxml: it is no packet that we can read, and why.
    """
    root = tree_of(BytesIO(source) if isinstance(source, bytes) else source, folder, caps)
    header = next(root.descendants("MessageHeader"), None)
    if header is None or header.child("From").empty:
        raise NotEdxml(Reason.INCOMPLETE, "MessageHeader or From")
    if header.value("StatusCode"):
        return _status(header)
    return _document(root, header, caps)


def _status(header: Node) -> StatusPacket:
    code = header.value("StatusCode")
    try:
        status = StatusCode(code.zfill(2))
    except ValueError as error:
        raise NotEdxml(Reason.STATUS_UNKNOWN) from error
    notes = Notes()
    return StatusPacket(
        sender=_party(header.child("From")),
        about=_concerned(header.child("ResponseFor"), notes),
        status=status,
        description=_text(header, "Description"),
        moment=notes.parsed("Timestamp", header.value("Timestamp"), parse_timestamp),
        staff=_staff(header.child("StaffInfo")),
        notes=notes.found,
    )


def _document(root: Node, header: Node, caps: ReadCaps) -> DocumentPacket:
    notes = Notes()
    traces = next(root.descendants("TraceHeaderList"), Node("TraceHeaderList"))
    business = traces.child("Bussiness")
    other = header.child("OtherInfo")
    return DocumentPacket(
        sender=_party(header.child("From")),
        receivers=tuple(_party(node) for node in header.all("To") if not node.empty),
        code=Code(_text(header, "Code", "CodeNumber"), _text(header, "Code", "CodeNotation")),
        issued=notes.day("PromulgationDate", header.value("PromulgationInfo", "PromulgationDate")),
        place=_text(header, "PromulgationInfo", "Place"),
        type=DocumentType(
            _text(header, "DocumentType", "TypeName"),
            notes.number("Type", header.value("DocumentType", "Type")),
            notes.number("TypeDetail", header.value("DocumentType", "TypeDetail")),
        ),
        subject=_text(header, "Subject"),
        content=_text(header, "Content"),
        signer=PacketSigner(
            _text(header, "SignerInfo", "FullName"),
            _text(header, "SignerInfo", "Position"),
            _text(header, "SignerInfo", "Competence"),
        ),
        due=notes.day("DueDate", header.value("DueDate")),
        to_places=_texts(header.child("ToPlaces"), "Place"),
        priority=notes.number("Priority", other.value("Priority")),
        sphere=_text(other, "SphereOfPromulgation"),
        typist=_text(other, "TyperNotation"),
        copies=notes.number("PromulgationAmount", other.value("PromulgationAmount")),
        pages=notes.number("PageAmount", other.value("PageAmount")),
        appendixes=_texts(other.child("Appendixes"), "Appendix"),
        answers=tuple(_concerned(node, notes) for node in header.all("ResponseFor") if not node.empty),
        steering=notes.number("SteeringType", header.value("SteeringType")),
        document_id=_text(header, "DocumentId"),
        traces=tuple(
            Trace(_text(node, "OrganId"), notes.parsed("Timestamp", node.value("Timestamp"), parse_timestamp))
            for node in traces.all("TraceHeader")
            if not node.empty
        ),
        business=_business(business, notes),
        paper=notes.number("Paper", business.value("Paper")),
        staff=_staff(business.child("StaffInfo")),
        files=_files(root, notes, caps),
        notes=notes.found,
    )


def _business(node: Node, notes: Notes) -> Business:
    kind = notes.number("BussinessDocType", node.value("BussinessDocType"))
    reason = _text(node, "BussinessDocReason")
    match kind:
        case 1:
            return Recall(reason, _text(node, "DocumentId"))
        case 2:
            info = node.child("BussinessDocumentInfo")
            return Update(
                reason,
                _text(node, "DocumentId"),
                document_changed=info.value("DocumentInfo") == "1",
                receivers_changed=info.value("DocumentReceiver") == "1",
                receivers=tuple(
                    ChangedReceiver(_text(who, "OrganId"), added=who.value("ReceiverType") == "1")
                    for who in info.child("ReceiverList").all("Receiver")
                ),
            )
        case 3:
            return Replace(
                reason,
                tuple(
                    Replaced(_text(old, "DocumentId"), _texts(old.child("OrganIdList"), "OrganId"))
                    for old in node.child("ReplacementInfoList").all("ReplacementInfo")
                ),
            )
        case 0 | None:
            return New(reason)
        case _:
            raise NotEdxml(Reason.INCOMPLETE, "BussinessDocType is none of 0 to 3")


def _files(root: Node, notes: Notes, caps: ReadCaps) -> tuple[PacketFile, ...]:
    """The attachments in their order, under safe names; the manifest fills in what an attachment does not say."""
    references: dict[str, Node] = {}
    for node in root.descendants("Reference"):
        references.setdefault(_content_id(node), node)
    attachments = [node for carrier in root.descendants("AttachmentEncoded") for node in carrier.all("Attachment")]
    told = [(node, references.get(_content_id(node), Node("Reference"))) for node in attachments]
    names = [_text(node, "AttachmentName") or _text(reference, "AttachmentName") for node, reference in told]
    safe = safe_names(names)
    if tuple(names) != safe:
        notes.add("file-name-changed")
    seen: set[str] = set()
    files: list[PacketFile] = []
    for (node, reference), name in zip(told, safe, strict=True):
        content_type = node.value("ContentType") or reference.value("ContentType")
        carried = node.child("ContentTransferEncoded").content
        if carried is None:
            notes.add("attachment-without-content")
            carried = b""
        try:
            content, note = unpacked(carried, content_type, name, caps.file)
        except TooLargeWithinError as error:
            raise NotEdxml(Reason.TOO_LARGE, "unpacked attachment") from error
        if note:
            notes.add(note)
        content_id = _content_id(node)
        if content_id in seen:
            notes.add("content-id-repeated")
        files.append(
            PacketFile(
                name,
                content,
                media_type_of(name, content_type),
                _text(node, "Description") or _text(reference, "Description"),
                "" if content_id in seen else content_id,
            )
        )
        seen.add(content_id)
    if references.keys() - seen:
        notes.add("reference-without-attachment")
    if seen - references.keys():
        notes.add("attachment-without-reference")
    return tuple(files)


def _content_id(node: Node) -> str:
    """The id without `cid:`, which Java keeps and .NET drops."""
    return clean(node.value("ContentId")).removeprefix("cid:")


def _party(node: Node) -> Party:
    return Party(
        organ_id=_text(node, "OrganId"),
        name=_text(node, "OrganName"),
        in_charge=_text(node, "OrganizationInCharge"),
        address=_text(node, "OrganAdd"),
        email=_text(node, "Email"),
        telephone=_text(node, "Telephone"),
        fax=_text(node, "Fax"),
        website=_text(node, "Website"),
    )


def _concerned(node: Node, notes: Notes) -> Concerned:
    return Concerned(
        _text(node, "OrganId"),
        _text(node, "Code"),
        notes.day("PromulgationDate", node.value("PromulgationDate")),
        _text(node, "DocumentId"),
    )


def _staff(node: Node) -> Staff | None:
    staff = Staff(_text(node, "Department"), _text(node, "Staff"), _text(node, "Mobile"), _text(node, "Email"))
    return None if staff == Staff() else staff


def _text(node: Node, *path: str) -> str:
    return clean(node.value(*path))


def _texts(node: Node, name: str) -> tuple[str, ...]:
    return tuple(text for text in (clean(child.text) for child in node.all(name)) if text)
