"""Turns an Outcome and the files of its job into the Judgement that the store records in one transaction.

The child that made them has read hostile bytes: names and sizes are taken as its word, and only files that it named
and that are plain and bearable are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from bridge.fields.fields import Field, Key
from bridge.job import SEALED, DocumentMade, EnvelopeMade, LetterMade, Outcome
from bridge.sandbox.outcome import Files
from bridge.settings import Settings
from store.delivery import Learnt
from store.evidence import used
from store.judgement import (
    NORMAL,
    DocumentRecord,
    EnvelopeRecord,
    FieldRecord,
    Judgement,
    LetterRecord,
    NewDelivery,
)
from store.mail import MailState
from validation.evidence import Evidence

_URGENT = ("1", "2", "3", "4")


def judgement_of(
    outcome: Outcome,
    files: Files,
    settings: Settings,
    before: MailState | None,
    now: datetime,
    evidence: Evidence | None = None,
    learnt: tuple[Learnt, ...] = (),
) -> Judgement:
    """Everything that is to be recorded of one outcome; `before` is what the judgement before it said, if any.

    Of the `evidence` what it was made by is kept: the lists of the trust directory that no signature rests on are not.

    A mail that is judged again with the same end is no news: its sender is told once that it waits.
    """
    at_most = settings.sandbox.file_size
    news = outcome.notice and outcome.state is not before
    due = now + settings.policy.postpone_every if outcome.state is MailState.POSTPONED else None
    rank = _rank(outcome)
    return Judgement(
        state=outcome.state,
        classification=outcome.classification,
        message_id=outcome.message_id,
        findings=outcome.findings,
        attachments=outcome.attachments,
        documents=tuple(map(document_record, outcome.documents)),
        envelopes=tuple(_envelope(made, files, at_most) for made in outcome.envelopes),
        letters=tuple(_letter(made, files, at_most) for made in outcome.letters),
        deliveries=(
            *(_to_axis(made, now, rank) for made in outcome.envelopes),
            *(
                NewDelivery(made.slot.delivery_id, "letter", made.slot.letter_id, made.recipient, now, rank)
                for made in outcome.letters
            ),
        ),
        notices=(
            *((outcome.notice,) if news and settings.receipts.enabled else ()),
            *((SEALED,) if outcome.sealed else ()),
        ),
        due=due,
        explanation=tuple(asdict(step) for step in outcome.steps),
        learnt=learnt,
        continues=outcome.continues,
        supersedes=outcome.supersedes,
        vouched=outcome.vouched,
        evidence=used(evidence, _relied_on(outcome)) if evidence and not outcome.sealed else None,
        signatures=outcome.signatures,
    )


def _relied_on(outcome: Outcome) -> Iterator[str]:
    """The digests of all that the signatures rest on."""
    of_files = (one for top in outcome.attachments for file in top.walk() for one in file.signatures)
    return (relied.sha256 for one in (*of_files, *outcome.signatures) for relied in one.relied_on)


def document_record(made: DocumentMade) -> DocumentRecord:
    """A document as it is recorded."""
    fields = field_records(made.fields)
    return DocumentRecord(made.id, made.main, made.annexes, made.verdict, fields, made.duplicates, made.key, made.marks)


def field_records(fields: Mapping[str, Field]) -> dict[str, FieldRecord]:
    """Fields as they are recorded."""
    return {
        key: FieldRecord(
            field.value,
            str(field.source),
            field.confidence,
            field.place.page if field.place else 0,
            field.place.box if field.place else (),
        )
        for key, field in fields.items()
    }


def _rank(outcome: Outcome) -> int:
    """The most urgent of its documents decides: from 4, normal, to 0 (QCVN 102:2016, Priority 0 to 4)."""
    said = (made.fields[Key.PRIORITY].value for made in outcome.documents if Key.PRIORITY in made.fields)
    return NORMAL - max((int(value) for value in said if value in _URGENT), default=0)


def _envelope(made: EnvelopeMade, files: Files, at_most: int) -> EnvelopeRecord:
    summary = {"axis": made.axis, "receivers": ", ".join(made.receivers), "rules": ", ".join(made.rules)}
    if made.sender:
        summary["from"] = made.sender
    content = files.read(made.file, at_most)
    return EnvelopeRecord(made.id, made.document_id, content, made.kind, summary, made.known_as)


def _to_axis(made: EnvelopeMade, now: datetime, rank: int) -> NewDelivery:
    # The envelope's id serves as its delivery's: each envelope goes to one axis, once.
    return NewDelivery(made.id, "envelope", made.id, made.axis, now, rank)


def _letter(made: LetterMade, files: Files, at_most: int) -> LetterRecord:
    reply_token = made.slot.reply_to.partition("+")[2].partition("@")[0]
    return LetterRecord(
        made.slot.letter_id, files.read(made.file, at_most), made.slot.message_id, made.slot.return_path, reply_token
    )
