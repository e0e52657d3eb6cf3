"""Turns an Outcome and the files of its job into the Judgement that the store records in one transaction.

The child that made them has read hostile bytes: names and sizes are taken as its word, and only files that it named
and that are plain and bearable are read.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from bridge.fields.fields import Field
from bridge.job import SEALED, DocumentMade, EnvelopeMade, LetterMade, Outcome
from bridge.sandbox.outcome import Files
from bridge.settings import Settings
from store.judgement import (
    DocumentRecord,
    EnvelopeRecord,
    FieldRecord,
    Judgement,
    LetterRecord,
    NewDelivery,
)
from store.mail import MailState


def judgement_of(
    outcome: Outcome, files: Files, settings: Settings, before: MailState | None, now: datetime
) -> Judgement:
    """Everything that is to be recorded of one outcome; `before` is what the judgement before it said, if any.

    A mail that is judged again with the same end is no news: its sender is told once that it waits.
    """
    at_most = settings.sandbox.file_size
    news = outcome.notice and outcome.state is not before
    due = now + settings.policy.postpone_every if outcome.state is MailState.POSTPONED else None
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
            *(_to_axis(made, now) for made in outcome.envelopes),
            *(
                NewDelivery(made.slot.delivery_id, "letter", made.slot.letter_id, made.recipient, now)
                for made in outcome.letters
            ),
        ),
        notices=(
            *((outcome.notice,) if news and settings.receipts.enabled else ()),
            *((SEALED,) if outcome.sealed else ()),
        ),
        due=due,
        explanation=tuple(asdict(step) for step in outcome.steps),
    )


def document_record(made: DocumentMade) -> DocumentRecord:
    """A document as it is recorded."""
    return DocumentRecord(
        made.id, made.main, made.annexes, made.verdict, field_records(made.fields), made.duplicates, made.key
    )


def field_records(fields: Mapping[str, Field]) -> dict[str, FieldRecord]:
    """Fields as they are recorded."""
    return {key: FieldRecord(field.value, str(field.source), field.confidence) for key, field in fields.items()}


def _envelope(made: EnvelopeMade, files: Files, at_most: int) -> EnvelopeRecord:
    summary = {"axis": made.axis, "receivers": ", ".join(made.receivers), "rules": ", ".join(made.rules)}
    if made.sender:
        summary["from"] = made.sender
    return EnvelopeRecord(made.id, made.document_id, files.read(made.file, at_most), made.kind, summary)


def _to_axis(made: EnvelopeMade, now: datetime) -> NewDelivery:
    # The envelope's id serves as its delivery's: each envelope goes to one axis, once.
    return NewDelivery(made.id, "envelope", made.id, made.axis, now)


def _letter(made: LetterMade, files: Files, at_most: int) -> LetterRecord:
    reply_token = made.slot.reply_to.partition("+")[2].partition("@")[0]
    return LetterRecord(
        made.slot.letter_id, files.read(made.file, at_most), made.slot.message_id, made.slot.return_path, reply_token
    )
