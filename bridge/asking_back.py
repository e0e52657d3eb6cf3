"""Asking for a document back that went out: status 13 to each of its receivers (Decree 30/2020 Art. 18.4.b).

Composed of what is on record, without reading the packet again.  What each answers, 15 or 16, comes as a status of its
own and is kept with the others; what has not left yet is stopped instead, and nobody needs to be asked.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from bridge.edxml.forms import clean, document_id
from bridge.edxml.packet import Party, StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.letters.concerned import concerned
from store.deliveries import NotNowError
from store.delivery import Queued
from store.judgement import DocumentRecord, EnvelopeRecord, NewDelivery
from store.papers import KeptEnvelope
from store.register import folded
from store.statuses import Said
from store.store import Store


class NotToAskError(Exception):
    """Nobody can be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was done."""

    stopped: bool  #: it had not left, and will not
    receivers: tuple[str, ...] = ()  #: organ ids that were asked


def ask_back(
    store: Store, envelope: KeptEnvelope, only: Sequence[str], reason: str, actor: str, now: datetime
) -> Asked:
    """Asks the receivers of an envelope (`only` these, if any are named) to give its document back.

    Raises:
        NotToAskError: it is no document of ours on an axis, or names no such receiver, or is on its way just now.
    """
    document = _document(store, envelope)
    for delivery in store.deliveries.list(Queued, content_id=envelope.id):
        try:
            store.deliveries.cancel(delivery.id, reason, now, actor)
        except NotNowError as error:
            raise NotToAskError("it is on its way just now; ask again in a minute") from error
        return Asked(stopped=True)
    receivers = [organ for organ in envelope.summary.get("receivers", "").split(", ") if organ]
    wanted = {organ.casefold() for organ in only}
    asked = [organ for organ in receivers if not wanted or organ.casefold() in wanted]
    if not asked or wanted - {organ.casefold() for organ in asked}:
        raise NotToAskError(f"its receivers are {', '.join(receivers) or 'unknown'}")
    for organ in asked:
        _ask(store, envelope, document, organ, reason, actor, now)
    return Asked(stopped=False, receivers=tuple(asked))


def _document(store: Store, envelope: KeptEnvelope) -> DocumentRecord:
    judged = store.mails.judgements.current(envelope.mail_id) if envelope.mail_id else None
    documents = judged.documents if judged and not judged.sealed else ()
    document = next((one for one in documents if one.id == envelope.document_id), None)
    if envelope.kind != "document" or document is None or not envelope.known_as:
        raise NotToAskError("it brings no document that can be named to its receivers")
    return document


def _named(envelope: KeptEnvelope, document: DocumentRecord, sender: str) -> str:
    """The document's id letter for letter as the packet had it: on record it is folded."""
    said = concerned(document.fields)
    number, _, notation = said.code.partition("/")
    spelt = document_id(sender, said.issued, number, notation) if said.issued and said.code else ""
    return spelt if folded(spelt) == envelope.known_as else envelope.known_as


def _ask(
    store: Store, envelope: KeptEnvelope, document: DocumentRecord, organ: str, reason: str, actor: str, now: datetime
) -> None:
    sender, axis = envelope.summary.get("from", ""), envelope.summary.get("axis", "")
    name = document.fields.get("OrganName")
    # For 13 the one who is asked stands where a status has its addressee.
    about = replace(concerned(document.fields), organ_id=organ, document_id=_named(envelope, document, sender))
    packet = StatusPacket(
        sender=Party(sender, clean(name.value) if name else ""),
        about=about,
        status=StatusCode.RECALL_ASKED,
        description=clean(reason) or StatusCode.RECALL_ASKED.says,
        moment=now,
    )
    out = BytesIO()
    write(packet, out)
    times = sum(row.code == StatusCode.RECALL_ASKED for row in store.statuses.of(envelope.id))
    id_ = str(uuid.uuid5(uuid.UUID(envelope.id), f"13/{organ}/{times}"))
    summary = {"axis": axis, "status": StatusCode.RECALL_ASKED.value, "from": sender, "receivers": organ}
    store.deliveries.add(
        [NewDelivery(id_, "envelope", id_, axis, now)],
        now,
        mail_id=envelope.mail_id,
        envelope_records=[EnvelopeRecord(id_, "", out.getvalue(), "status", summary)],
        actor=actor,
    )
    said = Said((envelope.known_as,), organ, StatusCode.RECALL_ASKED.value, packet.description, now)
    store.statuses.note(envelope.id, said, now, actor=actor)
