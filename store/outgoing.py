"""Writing what goes out: envelopes, letters and their deliveries, inside somebody's transaction.

`ready` comes before the transaction (large contents become blobs), `write` within it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from store.contents import Content, Contents
from store.direct import Direct
from store.judgement import EnvelopeRecord, LetterRecord, NewDelivery
from store.prepared import Prepared
from store.register import folded
from store.schema import deliveries, envelopes, letters

_ENVELOPES = Prepared(
    envelopes, ("id", "mail_id", "document_id", "kind", "summary", "sha256", "size", "made_at", "known_as")
)
_LETTERS = Prepared(letters, ("id", "mail_id", "message_id", "sender", "reply_token", "sha256", "size", "made_at"))
_DELIVERIES = Prepared(
    deliveries,
    (
        *("id", "mail_id", "kind", "content_id", "recipient", "born", "state", "due_at", "attempts", "reason"),
        *("token", "rank"),
    ),
)


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


def write(connection: Connection | Direct, contents: Contents, outgoing: Outgoing, mail_id: str, now: datetime) -> None:
    """Write the rows, for the mail `mail_id` or, if that is "", for none."""
    owner = mail_id or None
    _ENVELOPES.write(
        connection,
        [
            (
                *(record.id, owner, record.document_id, record.kind, dict(record.summary)),
                *(content.sha256, content.size, now, folded(record.known_as)),
            )
            for record, content in outgoing.envelopes
        ],
    )
    _LETTERS.write(
        connection,
        [
            (
                *(record.id, owner, record.message_id, record.sender, record.reply_token),
                *(content.sha256, content.size, now),
            )
            for record, content in outgoing.letters
        ],
    )
    both: tuple[tuple[EnvelopeRecord | LetterRecord, Content], ...] = (*outgoing.envelopes, *outgoing.letters)
    contents.insert(connection, {record.id: content for record, content in both})
    _DELIVERIES.write(connection, [_delivery(new, owner, now) for new in outgoing.deliveries])


def _delivery(new: NewDelivery, owner: str | None, now: datetime) -> tuple[object, ...]:
    return (new.id, owner, new.kind, new.content_id, new.recipient, now, "queued", new.due, 0, "", 0, new.rank)
