"""Deliveries: claimed under a lease, tried, and moved by `store.delivery.after`; every attempt and event is a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, and_, cast, exists, func, insert, or_, select, update

from store import outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.delivery import (
    ATTEMPT_WORDS,
    DELIVERY_WORDS,
    Attempt,
    Cancelled,
    Delivered,
    Delivery,
    DeliveryState,
    Done,
    Failed,
    Queued,
    Refused,
    RetryPolicy,
    after,
)
from store.errors import LeaseLostError
from store.journal import Entry, append
from store.judgement import EnvelopeRecord, LetterRecord, NewDelivery
from store.moving import locked, move, note
from store.pages import newest_first
from store.reply import Reply
from store.rows import AnyRow, delivery_of, state_of
from store.schema import attempts, deliveries, envelopes, events, letters, mails
from store.settings import StoreSettings

_NOTHING: Mapping[str, str] = {}
_NOT_REACHED = "4.4.1"  # RFC 3463 section 3.5: no answer from the host
URGENT_FIRST = (deliveries.c.rank, deliveries.c.due_at, deliveries.c.id)


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt as it lies in the records."""

    number: int  #: 1 for the first
    at: datetime
    word: str  #: delivered, try-later, refused or unsure
    reply: Reply


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that was learnt about a delivery: delayed, delivered, displayed, answered, bounced, taken-over..."""

    number: int
    at: datetime
    kind: str
    detail: Mapping[str, str]


class NotNowError(Exception):
    """The delivery's state does not allow what a person asked for."""


class Deliveries:
    """The queue of everything that goes out.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def add(
        self,
        new: Sequence[NewDelivery],
        now: datetime,
        *,
        mail_id: str = "",
        envelope_records: Sequence[EnvelopeRecord] = (),
        letter_records: Sequence[LetterRecord] = (),
        actor: str = "operator",
    ) -> None:
        """Queue finished envelopes and letters that no judgement made."""
        out = outgoing.ready(self._contents, envelope_records, letter_records, new)
        with self._db.direct() as direct:
            outgoing.write(direct, self._contents, out, mail_id, now)
            append(direct, now, [Entry(actor, "delivery.added", mail_id, one.id) for one in new])

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery of that id; None = there is none."""
        with self._db.reading() as connection:
            row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
        return None if row is None else delivery_of(row)

    def list(
        self,
        state: type[DeliveryState] | None = None,
        *,
        kind: str = "",
        mail_id: str = "",
        content_id: str = "",
        limit: int | None = None,
    ) -> Iterator[Delivery]:
        """Deliveries, newest first.  Streams."""
        asked = select(deliveries)
        if state is not None:
            asked = asked.where(deliveries.c.state == DELIVERY_WORDS[state])
        for column, value in (
            (deliveries.c.kind, kind),
            (deliveries.c.mail_id, mail_id),
            (deliveries.c.content_id, content_id),
        ):
            if value:
                asked = asked.where(column == value)
        yield from map(delivery_of, newest_first(self._db, asked, deliveries.c.born, deliveries.c.id, limit))

    def attempts(self, delivery_id: str) -> tuple[AttemptRow, ...]:
        """Every attempt, oldest first."""
        asked = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.number)
        with self._db.reading() as connection:
            return tuple(AttemptRow(row.number, row.at, row.word, row.reply) for row in connection.execute(asked))

    def events(self, delivery_id: str) -> tuple[EventRow, ...]:
        """What was learnt, oldest first."""
        asked = select(events).where(events.c.delivery_id == delivery_id).order_by(events.c.number)
        with self._db.reading() as connection:
            return tuple(EventRow(row.number, row.at, row.kind, row.detail) for row in connection.execute(asked))

    def content(self, delivery: Delivery) -> bytes:
        """The finished envelope or letter.

        Raises:
            KeyError: there is no such content.
        """
        table = envelopes if delivery.kind == "envelope" else letters
        with self._db.reading() as connection:
            sha256 = connection.execute(
                select(table.c.sha256).where(table.c.id == delivery.content_id)
            ).scalar_one_or_none()
        if sha256 is None:
            raise KeyError(delivery.content_id)
        return self._contents.read(delivery.content_id, sha256)

    def claim(
        self,
        kind: str,
        owner: str,
        lease: timedelta,
        now: datetime,
        limit: int = 1,
        recipient: str = "",
        among: Sequence[str] = (),
    ) -> tuple[Delivery, ...]:
        """Take up to `limit` deliveries of that kind (to `recipient`, when named), urgent and long due ones first."""
        due = and_(deliveries.c.kind == kind, deliveries.c.due_at <= now)
        if recipient:
            due = and_(due, deliveries.c.recipient == recipient)
        if among:
            due = and_(due, deliveries.c.id.in_(among))
        asked = select(deliveries).where(due).order_by(*URGENT_FIRST).limit(limit)
        if self._db.dialect == "sqlite":
            with self._db.reading() as connection:  # an idle sender must not take the only writer's lock
                if not connection.execute(asked.limit(1)).first():
                    return ()
        with self._db.transaction() as connection:
            rows = connection.execute(asked.with_for_update(skip_locked=True)).all()
            if not rows:
                return ()
            mine = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
            connection.execute(mine.values(lease_owner=owner, token=deliveries.c.token + 1, due_at=now + lease))
            for row in rows:
                if row.lease_owner is not None:  # its sender died: it may have been sent
                    note(connection, row.id, "taken-over", _NOTHING, now)
            return tuple(_leased(row, owner) for row in rows)

    def doubtful(self, kind: str, recipient: str, now: datetime, limit: int = 1000) -> tuple[tuple[str, bool], ...]:
        """Queued ones that may have been taken without our knowing: an answer was lost, or (True) their sender died."""
        tried = attempts.alias()
        of_it = tried.c.delivery_id == attempts.c.delivery_id
        last = select(func.max(tried.c.number)).where(of_it).correlate(attempts).scalar_subquery()
        # Whoever was not reached since has said nothing of it either.
        silent = or_(attempts.c.word == "unsure", cast(attempts.c.reply, Text).like(f'%"{_NOT_REACHED}"%'))
        unknown = exists().where(attempts.c.delivery_id == deliveries.c.id, attempts.c.number == last, silent)
        unsure = exists().where(attempts.c.delivery_id == deliveries.c.id, attempts.c.word == "unsure")
        lost = and_(unknown, unsure)
        over = exists().where(events.c.delivery_id == deliveries.c.id, events.c.kind == "taken-over")
        died = and_(deliveries.c.lease_owner.is_not(None), deliveries.c.due_at <= now)
        mine = and_(deliveries.c.kind == kind, deliveries.c.recipient == recipient, deliveries.c.state == "queued")
        asked = select(deliveries.c.id, died).where(mine, or_(died, and_(deliveries.c.attempts > 0, lost), over))
        with self._db.reading() as connection:
            rows = connection.execute(asked.order_by(deliveries.c.born).limit(limit)).all()
        return tuple((row[0], bool(row[1])) for row in rows)

    def renew(self, delivery_id: str, token: int, until: datetime) -> None:
        """Hold the delivery until `until`.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        self._held(delivery_id, token, due_at=until)

    def release(self, delivery_id: str, token: int, now: datetime) -> None:
        """Give the delivery back untried.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        self._held(delivery_id, token, due_at=now, lease_owner=None)

    def give_back(self, claimed: Sequence[Delivery], now: datetime) -> None:
        """Give deliveries back untried, all at once; those that somebody else took over are his."""
        with self._db.transaction() as connection:
            for one in claimed:
                mine = and_(deliveries.c.id == one.id, deliveries.c.token == one.token)
                held = and_(mine, deliveries.c.lease_owner.is_not(None))
                connection.execute(update(deliveries).where(held).values(due_at=now, lease_owner=None))

    def record(
        self, delivery_id: str, token: int, attempt: Attempt, retry: RetryPolicy, now: datetime
    ) -> DeliveryState:
        """Record one attempt and give up the lease; returns the state that follows.

        Raises:
            LeaseLostError: somebody else took it over; nothing was recorded.
        """
        with self._db.transaction() as connection:
            row = locked(connection, delivery_id)
            if row.lease_owner is None or row.token != token or row.state != "queued":
                raise LeaseLostError(delivery_id)
            state = after(Queued(now, row.attempts), attempt, retry, row.requeued_at or row.born, now)
            _attempted(connection, row, attempt, state, now, "sender")
        return state

    def settle(self, delivery_id: str, attempt: Delivered | Refused, now: datetime, actor: str) -> DeliveryState:
        """What a recipient that fetches for itself says of it; returns the state then.  Only the first word counts.

        Raises:
            KeyError: there is no such delivery.
        """
        with self._db.transaction() as connection:
            row = locked(connection, delivery_id)
            state = state_of(row)
            if isinstance(state, Queued):
                state = Done(attempt.reply) if isinstance(attempt, Delivered) else Failed(attempt.reply)
                _attempted(connection, row, attempt, state, now, actor)
        return state

    def event(
        self, delivery_id: str, kind: str, now: datetime, detail: Mapping[str, str] = _NOTHING, actor: str = "worker"
    ) -> None:
        """Note something learnt; the state stays."""
        with self._db.transaction() as connection:
            row = locked(connection, delivery_id)
            note(connection, delivery_id, kind, detail, now)
            append(connection, now, [Entry(actor, "delivery.event", row.mail_id or "", delivery_id, {"kind": kind})])

    def retry(self, delivery_id: str, now: datetime, actor: str = "operator", reason: str = "") -> None:
        """Queue it anew, with new patience: what Failed or was Cancelled; what is Queued becomes due at once.

        Raises:
            NotNowError: it is Done, or being tried just now.
        """
        with self._db.transaction() as connection:
            row = locked(connection, delivery_id)
            if isinstance(state_of(row), Done) or _tried_now(row, now):
                raise NotNowError(row.state)
            move(connection, delivery_id, Queued(now), now)
            connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(requeued_at=now))
            detail = {"reason": reason}
            append(connection, now, [Entry(actor, "delivery.retried", row.mail_id or "", delivery_id, detail)])

    def cancel(self, delivery_id: str, reason: str, now: datetime, actor: str = "operator") -> None:
        """Stop it before it is done.

        Raises:
            NotNowError: it is settled, or being tried just now.
        """
        with self._db.transaction() as connection:
            row = locked(connection, delivery_id)
            if not isinstance(state_of(row), Queued) or _tried_now(row, now):
                raise NotNowError(row.state)
            move(connection, delivery_id, Cancelled(reason), now)
            detail = {"reason": reason}
            append(connection, now, [Entry(actor, "delivery.cancelled", row.mail_id or "", delivery_id, detail)])

    def cancelled_for(self, reason: str) -> tuple[Delivery, ...]:
        """Those that were cancelled with exactly that reason."""
        mine = and_(deliveries.c.state == "cancelled", deliveries.c.reason == reason)
        with self._db.reading() as connection:
            return tuple(map(delivery_of, connection.execute(select(deliveries).where(mine)).all()))

    def settled_unreported(self, limit: int = 100) -> tuple[Delivery, ...]:
        """Letters for packets of an axis that are Done or Failed, and the axis does not know it yet."""
        asked = (
            select(deliveries)
            .join(mails, mails.c.id == deliveries.c.mail_id)
            .where(
                mails.c.kind == "axis",
                deliveries.c.kind == "letter",
                deliveries.c.state.in_(("done", "failed")),
                deliveries.c.told_at.is_(None),
            )
            .order_by(deliveries.c.settled_at)
            .limit(limit)
        )
        with self._db.reading() as connection:
            return tuple(delivery_of(row) for row in connection.execute(asked))

    def mark_reported(
        self,
        delivery_ids: Sequence[str],
        now: datetime,
        *,
        envelope: EnvelopeRecord | None = None,
        delivery: NewDelivery | None = None,
        actor: str = "worker",
    ) -> bool:
        """Queue the status packet that reports these ends, once; False = somebody reported one of them already.

        Without an envelope: whoever must know has been told in another way.
        """
        wanted = set(delivery_ids)
        out = outgoing.ready(self._contents, [envelope] if envelope else [], [], [delivery] if delivery else [])
        with self._db.transaction() as connection:
            untold = and_(deliveries.c.id.in_(wanted), deliveries.c.told_at.is_(None))
            rows = connection.execute(
                select(deliveries).where(untold).order_by(deliveries.c.id).with_for_update()
            ).all()
            if {row.id for row in rows} != wanted:
                return False
            connection.execute(update(deliveries).where(deliveries.c.id.in_(wanted)).values(told_at=now))
            owner = rows[0].mail_id or "" if rows else ""
            outgoing.write(connection, self._contents, out, owner, now)
            append(connection, now, [Entry(actor, "delivery.reported", row.mail_id or "", row.id) for row in rows])
        return True

    def _held(self, delivery_id: str, token: int, **values: datetime | None) -> None:
        mine = and_(deliveries.c.id == delivery_id, deliveries.c.token == token, deliveries.c.lease_owner.is_not(None))
        with self._db.transaction() as connection:
            if connection.execute(update(deliveries).where(mine).values(**values)).rowcount != 1:
                raise LeaseLostError(delivery_id)


def _leased(row: AnyRow, owner: str) -> Delivery:
    before = delivery_of(row)
    return Delivery(
        before.id,
        before.mail_id,
        before.kind,
        before.content_id,
        before.recipient,
        before.state,
        before.born,
        row.token + 1,
    )


def _attempted(
    connection: Connection, row: AnyRow, attempt: Attempt, state: DeliveryState, now: datetime, actor: str
) -> None:
    """Write the attempt and the state that follows it."""
    made = connection.execute(
        select(func.coalesce(func.max(attempts.c.number), 0)).where(attempts.c.delivery_id == row.id)
    ).scalar_one()
    word = ATTEMPT_WORDS[type(attempt)]
    connection.execute(
        insert(attempts).values(delivery_id=row.id, number=made + 1, at=now, word=word, reply=attempt.reply)
    )
    move(connection, row.id, state, now)
    detail = {"attempt": word, "state": DELIVERY_WORDS[type(state)], "code": str(attempt.reply.code)}
    append(connection, now, [Entry(actor, "delivery.attempted", row.mail_id or "", row.id, detail)])


def _tried_now(row: AnyRow, now: datetime) -> bool:
    return row.lease_owner is not None and row.due_at > now
