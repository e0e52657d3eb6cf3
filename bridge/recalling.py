"""A packet about earlier ones: a recall, an update, a replacement, or the status that asks for a document back (13).

Promise: nothing is undone by itself.  The letters of the earlier packet that have not left are frozen, and a person
decides: agreed (`mails release`), the recipients of the earlier letters are told and status 15 goes back; refused
(`mails reject`), status 16 goes back with the reason and the frozen letters go on (Decision 28/2018 Art. 9, Decree
30/2020 Art. 18.4.b and Annex VI.III.8: the record of the recall stays).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import assert_never

from bridge.decided import released_by
from bridge.edxml.packet import (
    BUSINESS_WORDS,
    Code,
    Concerned,
    DocumentPacket,
    New,
    Party,
    Recall,
    Replace,
    StatusPacket,
    Update,
)
from bridge.edxml.status import StatusCode
from bridge.job import Earlier, EnvelopeMade, Job, Wanted
from bridge.our_status import answered
from store.judgement import Judged
from validation.codes import Code as Finding
from validation.finding import Observation

#: The last part of the key under which a status that asks for a document back is known.
ASKED = "13"
_FOLLOWED = ("new", "update", "replace")  # what may be taken back, corrected or replaced
_MOST = 20  # documents that one packet replaces


@dataclass(frozen=True, slots=True)
class Follows:
    """What a packet says of earlier ones."""

    code: Finding
    document_ids: tuple[str, ...]  #: of the earlier ones
    sender: str  #: organ id of whoever sent them
    answers: bool = True  #: is it answered with 15 or 16?  A replacement is a document of its own


def follows(packet: DocumentPacket) -> Follows | None:
    """What it says of earlier ones; None = it is new."""
    sender, own = packet.sender.organ_id, packet.document_id
    match packet.business:
        case New():
            return None
        case Recall(document_id=named):
            return Follows(Finding.PACKET_RECALL, _named(named, own), sender)
        case Update(document_id=named):
            return Follows(Finding.PACKET_UPDATE, _named(named, own), sender)
        case Replace(replaced=old):
            ids = tuple(dict.fromkeys(one.document_id for one in old if one.document_id))[:_MOST]
            return Follows(Finding.PACKET_REPLACE, ids, sender, answers=False)
        case _:
            assert_never(packet.business)


def asked_back(packet: StatusPacket) -> Follows:
    """What status 13 says: its sender is the document's, and its addressee is whoever holds it."""
    return Follows(Finding.PACKET_RECALL, _named(packet.about.document_id), packet.sender.organ_id)


def earlier_wanted(job: Job, said: Follows) -> Wanted | None:
    """The question after the earlier packets; None = it was asked."""
    if job.earlier is not None or job.last_round or not said.document_ids:
        return None
    return Wanted(earlier=tuple(key_of(said.sender, id_, word) for id_ in said.document_ids for word in _FOLLOWED))


def key_of(sender: str, document_id: str, word: str) -> str:
    """The key of a packet: what it is about, from whom, of which kind; "" = nothing tells documents apart."""
    return "|".join(("packet", sender.strip().casefold(), document_id, word)) if document_id else ""


def recalls(judged: Judged) -> bool:
    """Does the packet that was judged take a document back, and nothing else?"""
    return bool(judged.documents) and judged.documents[0].key.rpartition("|")[2] in ("recall", ASKED)


def word_of(packet: DocumentPacket) -> str:
    """Its kind, as keys have it."""
    return BUSINESS_WORDS[type(packet.business)]


def doubt(job: Job, said: Follows) -> Observation | None:
    """What a person must decide; None = somebody has agreed."""
    if released_by(job.decisions):
        return None
    letters = sum(len(one.letters) for one in job.earlier or ())
    told = {"document": ", ".join(said.document_ids) or "không ghi mã", "letters": str(letters)}
    return Observation(said.code, evidence=told)


def frozen(job: Job) -> tuple[str, ...]:
    """The mails whose letters wait for a person's word."""
    return tuple(dict.fromkeys(one.mail_id for one in job.earlier or ()))


def notices(
    job: Job, sender: Party, reason: str, but: Sequence[str] = ()
) -> tuple[tuple[DocumentPacket, str, str], ...]:
    """Who must be told that an earlier document is taken back: the packet to tell by, the recipient, the Message-ID.

    Whoever's letter has not left needs no word; `but` are those who are told in another way.
    """
    told: dict[str, tuple[DocumentPacket, str, str]] = {}
    for one in job.earlier or ():
        for letter in one.letters:
            if letter.state in ("done", "queued") and letter.recipient not in but:
                told.setdefault(
                    letter.recipient, (_of_earlier(one, sender, reason), letter.recipient, letter.message_id)
                )
    return tuple(told.values())


def reference(job: Job, recipient: str) -> str:
    """Message-ID of the letter that brought the earlier document to `recipient`; "" = there is none."""
    found = (
        letter.message_id
        for one in job.earlier or ()
        for letter in one.letters
        if letter.recipient == recipient and letter.state == "done"
    )
    return next(found, "")


def agreed(job: Job, about: Concerned, folder: Path) -> tuple[EnvelopeMade, ...]:
    """Status 15, for the axis that asked."""
    decision = released_by(job.decisions)
    says = decision.reason if decision else ""
    return answered(job, about, StatusCode.CHANGE_AGREED, says, folder, word="agreed")


def concerned(packet: DocumentPacket) -> Concerned:
    """The document that a packet speaks of, as its statuses name it."""
    named = packet.business.document_id if isinstance(packet.business, Recall | Update) else ""
    return Concerned(packet.sender.organ_id, packet.code.compound, packet.issued, named or packet.document_id)


def _of_earlier(one: Earlier, sender: Party, reason: str) -> DocumentPacket:
    known = one.fields
    issued = known.get("IssuedDate", "")
    return DocumentPacket(
        sender=replace(sender, name=sender.name or known.get("OrganName", "")),
        receivers=(),
        code=Code(known.get("CodeNumber", ""), known.get("CodeNotation", "")),
        issued=date.fromisoformat(issued) if issued else None,
        subject=known.get("Subject", ""),
        document_id=one.document_id,
        business=Recall(reason, one.document_id),
    )


def _named(*ids: str) -> tuple[str, ...]:
    """The first that is there."""
    return tuple(id_ for id_ in ids if id_)[:1]
