"""Wraps accepted documents into edXML packets: one packet for each document and axis, one `To` for each organ.

Nothing is invented: only fields that are believed go in, and what is empty stays out.  An envelope's id derives from
its document and axis, so that wrapping twice makes the same envelope and not a second one.
"""

import uuid
from collections.abc import Mapping
from pathlib import Path

from bridge.edxml.compose import document_packet
from bridge.edxml.names import safe_names
from bridge.edxml.packet import Concerned, PacketFile, Party
from bridge.edxml.write import write
from bridge.fields.body import answered
from bridge.fields.fields import Field, Fields
from bridge.found import Documents, Found
from bridge.job import EnvelopeMade, Job
from bridge.routing import Destination, Routes
from bridge.sending import Sender


def wrap(
    job: Job,
    documents: Documents,
    sender: Sender,
    routes: Routes,
    contents: Mapping[tuple[str, ...], bytes],
    folder: Path,
) -> tuple[EnvelopeMade, ...]:
    """The envelopes of a mail, written into `folder`."""
    return tuple(
        _envelope(job, document, destination, sender, contents, folder)
        for document in documents.found
        for destination in routes.destinations
    )


def believed(fields: Fields, threshold: float, sender: Sender) -> Fields:
    """The fields that may leave the house: those found with enough confidence.

    The sender's own subject line is no guess where he is no agency: it is how he named his letter.
    """
    kept = {key: field for key, field in fields.items() if field.confidence >= threshold}
    subject = fields.get("Subject")
    if subject and sender.sender_class != "agency":
        kept.setdefault("Subject", Field(subject.value, subject.source, subject.confidence))
    return Fields(kept)


def _envelope(
    job: Job,
    document: Found,
    destination: Destination,
    sender: Sender,
    contents: Mapping[tuple[str, ...], bytes],
    folder: Path,
) -> EnvelopeMade:
    axis = next(axis for axis in job.snapshot.axes if axis.name == destination.axis)
    fields = believed(document.fields, job.snapshot.policy.confidence, sender)
    receivers = tuple(Party(organ.organ_id, organ.name) for organ in destination.organs)
    id_ = str(uuid.uuid5(uuid.UUID(document.id), axis.name))
    names = safe_names(tuple(file.path[-1] for file in document.paper.files))
    packet = document_packet(
        fields,
        sender.party(axis, fields.value("OrganName")),
        receivers,
        [
            PacketFile(name, contents[file.path], file.format.media_type)
            for name, file in zip(names, document.paper.files, strict=True)
        ],
        job.evidence.moment,
        own_id=document.id,
        answers=tuple(Concerned(code=code, issued=day) for code, day in answered(fields.value("ResponseFor"))),
    )
    name = f"{id_}.edxml"
    with (folder / name).open("wb") as out:
        write(packet, out)
    return EnvelopeMade(
        id_,
        document.id,
        axis.name,
        name,
        tuple(organ.organ_id for organ in destination.organs),
        destination.rules,
        sender=sender.organ_id(axis),
        known_as=packet.document_id,
    )
