"""What is learnt of a letter besides its attempts: delayed, bounced, delivered, displayed, answered.

Promise: each word is news once for each time that the letter was queued; what comes when something surer is known is
late, kept and told nobody; what is repeated leaves no trace.  `store.delivery.news` is the rule; state, event and
journal are written in one transaction, the caller's where he has one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, not_, select, update

from store import outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.delivery import Delivery, Done, Learnt, Word, bounced, news
from store.journal import Entry, append
from store.judgement import EnvelopeRecord, NewDelivery
from store.moving import locked, move, note
from store.rows import AnyRow, delivery_of, state_of
from store.schema import deliveries, events, mails
from store.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Untold:
    """News that whoever handed the letter in does not know yet."""

    delivery: Delivery
    number: int  #: of the event
    at: datetime
    word: Word
    detail: Mapping[str, str]


class Tracking:
    """The events of letters.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def learn(self, learnt: Learnt, now: datetime, actor: str = "worker") -> bool:
        """Write down what was learnt; whether it was news.

        Raises:
            KeyError: there is no such delivery.
        """
        with self._db.transaction() as connection:
            return learn(connection, learnt, now, actor)

    def slow(self, before: datetime, limit: int = 100) -> tuple[Delivery, ...]:
        """Letters queued before `before`, tried since, and nobody was told yet that they are delayed."""
        since = func.coalesce(deliveries.c.requeued_at, deliveries.c.born)
        told = exists().where(
            events.c.delivery_id == deliveries.c.id, events.c.kind == Word.DELAYED.value, events.c.at >= since
        )
        waits = and_(deliveries.c.state == "queued", deliveries.c.kind == "letter", deliveries.c.born <= before)
        asked = select(deliveries).where(waits, since <= before, deliveries.c.attempts > 0, not_(told))
        with self._db.reading() as connection:
            return tuple(map(delivery_of, connection.execute(asked.order_by(deliveries.c.born).limit(limit))))

    def untold(self, limit: int = 100) -> tuple[Untold, ...]:
        """News of letters that an axis waits for, oldest first."""
        asked = (
            select(
                deliveries, events.c.number, events.c.at.label("event_at"), events.c.kind.label("word"), events.c.detail
            )
            .join(events, events.c.delivery_id == deliveries.c.id)
            .where(events.c.told_at.is_(None))
            .order_by(events.c.at, deliveries.c.id, events.c.number)
            .limit(limit)
        )
        with self._db.reading() as connection:
            return tuple(
                Untold(delivery_of(row), row.number, row.event_at, Word(row.word), row.detail)
                for row in connection.execute(asked)
            )

    def told(
        self,
        untold: Untold,
        now: datetime,
        *,
        envelopes: Sequence[EnvelopeRecord] = (),
        new: Sequence[NewDelivery] = (),
        actor: str = "worker",
    ) -> bool:
        """Queue the packet that tells it, once; False = somebody told it already.  Without one nobody is told."""
        out = outgoing.ready(self._contents, envelopes, [], new)
        with self._db.transaction() as connection:
            mine = and_(
                events.c.delivery_id == untold.delivery.id, events.c.number == untold.number, events.c.told_at.is_(None)
            )
            if connection.execute(update(events).where(mine).values(told_at=now)).rowcount != 1:
                return False
            mail_id = untold.delivery.mail_id
            outgoing.write(connection, self._contents, out, mail_id, now)
            detail = {"event": untold.word.value}
            append(connection, now, [Entry(actor, "delivery.reported", mail_id, untold.delivery.id, detail)])
        return True


def learn(connection: Connection, learnt: Learnt, now: datetime, actor: str) -> bool:
    """Write down what was learnt in somebody's transaction; whether it was news.

    Raises:
        KeyError: there is no such delivery.
    """
    row = locked(connection, learnt.delivery_id)
    known, state = _known(connection, row), state_of(row)
    fresh = news(learnt.word, known, state)
    if learnt.word in known and not fresh:
        return False
    detail = dict(learnt.detail) if fresh else {**learnt.detail, "late": "yes"}
    # The end of a delivery is told as such: a bounce is told by the state that it brings about.
    waited_for = fresh and learnt.word is not Word.BOUNCED and row.kind == "letter" and _of_an_axis(connection, row)
    note(connection, row.id, learnt.word.value, detail, now, to_be_told=waited_for)
    if fresh and learnt.word is Word.BOUNCED and isinstance(state, Done) and learnt.proof is not None:
        move(connection, row.id, bounced(state, learnt.proof), now)
    entry = {"kind": learnt.word.value, **({} if fresh else {"late": "yes"})}
    append(connection, now, [Entry(actor, "delivery.event", row.mail_id or "", row.id, entry)])
    return fresh


def _known(connection: Connection, row: AnyRow) -> frozenset[Word]:
    """What was learnt since the letter was queued last."""
    asked = select(events.c.kind).where(
        events.c.delivery_id == row.id,
        events.c.at >= (row.requeued_at or row.born),
        events.c.kind.in_([word.value for word in Word]),
    )
    return frozenset(map(Word, connection.execute(asked).scalars()))


def _of_an_axis(connection: Connection, row: AnyRow) -> bool:
    return connection.execute(select(mails.c.kind).where(mails.c.id == row.mail_id)).scalar_one_or_none() == "axis"
