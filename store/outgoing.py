"""Writing what goes out: envelopes, letters and their deliveries, inside somebody's transaction.

`ready` comes before the transaction (large contents become blobs), `write` within it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from store.contents import Content, Contents
from store.judgement import EnvelopeRecord, LetterRecord, NewDelivery
from store.schema import deliveries, envelopes, letters


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Envelopes and letters whose contents a transaction can name, and their deliveries."""

    envelopes: tuple[tuple[EnvelopeRecord, Content], ...]
    letters: tuple[tuple[LetterRecord, Content], ...]
    deliveries: tuple[NewDelivery, ...]


def ready(
    contents: Contents,
    envelope_records: Sequence[EnvelopeRecord],
    letter_records: Sequence[LetterRecord],
    new: Sequence[NewDelivery],
) -> Outgoing:
    """Bring every content to where a transaction can name it."""
    return Outgoing(
        tuple((record, contents.ready(record.content)) for record in envelope_records),
        tuple((record, contents.ready(record.content)) for record in letter_records),
        tuple(new),
    )


def write(connection: Connection, contents: Contents, outgoing: Outgoing, mail_id: str, now: datetime) -> None:
    """Write the rows, for the mail `mail_id` or, if that is "", for none."""
    owner = mail_id or None
    if outgoing.envelopes:
        rows = [
            {
                "id": record.id,
                "mail_id": owner,
                "document_id": record.document_id,
                "kind": record.kind,
                "summary": dict(record.summary),
                "sha256": content.sha256,
                "size": content.size,
                "made_at": now,
            }
            for record, content in outgoing.envelopes
        ]
        connection.execute(insert(envelopes), rows)
    if outgoing.letters:
        rows = [
            {
                "id": record.id,
                "mail_id": owner,
                "message_id": record.message_id,
                "sender": record.sender,
                "reply_token": record.reply_token,
                "sha256": content.sha256,
                "size": content.size,
                "made_at": now,
            }
            for record, content in outgoing.letters
        ]
        connection.execute(insert(letters), rows)
    both: tuple[tuple[EnvelopeRecord | LetterRecord, Content], ...] = (*outgoing.envelopes, *outgoing.letters)
    contents.insert(connection, {record.id: content for record, content in both})
    if outgoing.deliveries:
        connection.execute(insert(deliveries), [_delivery(new, owner, now) for new in outgoing.deliveries])


def _delivery(new: NewDelivery, owner: str | None, now: datetime) -> dict[str, object]:
    return {
        "id": new.id,
        "mail_id": owner,
        "kind": new.kind,
        "content_id": new.content_id,
        "recipient": new.recipient,
        "born": now,
        "state": "queued",
        "due_at": new.due,
        "attempts": 0,
        "reply": None,
        "reason": "",
        "lease_owner": None,
        "token": 0,
        "settled_at": None,
        "told_at": None,
        "requeued_at": None,
    }
