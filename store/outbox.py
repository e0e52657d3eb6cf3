"""The letters' queue for whoever sends them: outcomes in and the next letters out, in one transaction for all.

Promise: an outcome is recorded under the lease by which its letter was claimed, or not at all; what is due goes by
urgency, then by time; a letter whose sender died is handed out again with that on record.  The same rules as
`store.deliveries`, in the driver's own words: this is said for every letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from store.blobs import Blobs
from store.columns import Moment, dumped
from store.connection import Database
from store.contents import Contents
from store.delivery import (
    ATTEMPT_WORDS,
    DELIVERY_WORDS,
    Attempt,
    DeliveryState,
    Done,
    Failed,
    Queued,
    RetryPolicy,
    after,
)
from store.direct import Direct
from store.journal import Entry, append
from store.prepared import Prepared
from store.reply import Reply
from store.schema import attempts, events
from store.settings import StoreSettings

_ATTEMPTS = Prepared(attempts, ("delivery_id", "number", "at", "word", "reply"), frozenset({"reply"}))
_EVENTS = Prepared(events, ("delivery_id", "number", "at", "kind", "detail", "told_at"))
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_MOMENT = Moment()

_DUE = (
    "SELECT d.id, d.content_id, d.recipient, d.token, d.lease_owner, l.sender, l.sha256, l.size, c.content "
    "FROM deliveries d JOIN letters l ON l.id = d.content_id LEFT JOIN contents c ON c.id = d.content_id "
    "WHERE d.kind = 'letter' AND d.due_at <= ?{without} ORDER BY d.rank, d.due_at, d.id LIMIT ?"
)
_ANY = "SELECT 1 FROM deliveries WHERE kind = 'letter' AND due_at <= ?{without} LIMIT 1"
_NOT_TO = " AND lower({column}) NOT LIKE ?"
_CLAIM = "UPDATE deliveries SET lease_owner = ?, token = token + 1, due_at = ? WHERE id = ?"
_HELD = (
    "SELECT d.mail_id, d.state, d.attempts, d.token, d.lease_owner, d.born, d.requeued_at, "
    "(SELECT max(a.number) FROM attempts a WHERE a.delivery_id = d.id) FROM deliveries d WHERE d.id = ?"
)
_MOVE = (
    "UPDATE deliveries SET state = ?, lease_owner = NULL, due_at = ?, attempts = ?, reply = ?, reason = '', "
    "settled_at = ?, told_at = NULL WHERE id = ?"
)
_LAST_EVENT = "SELECT coalesce(max(number), 0) FROM events WHERE delivery_id = ?"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter that was claimed."""

    delivery_id: str
    token: int  #: of the lease
    attempt: Attempt
    retry: RetryPolicy
    at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """One letter, to be sent under a lease."""

    delivery_id: str
    letter_id: str
    token: int
    recipient: str
    sender: str  #: reverse path; "" = the empty one
    sha256: str
    size: int  #: octets
    small: bytes | None  #: the finished message; None = it is large, and opened as a stream


@dataclass(frozen=True, slots=True)
class Turn:
    """What one transaction brought."""

    states: tuple[DeliveryState | None, ...]  #: that follow the outcomes; None = the lease was lost, nothing recorded
    claimed: tuple[Claimed, ...]


class Outbox:
    """The queue.  Thread-safe; any number of senders share it by their leases."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def turn(
        self,
        owner: str,
        outcomes: Sequence[Outcome],
        wanted: int,
        lease: timedelta,
        now: datetime,
        without: Sequence[str] = (),
    ) -> Turn:
        """Record `outcomes` and claim up to `wanted` letters, none of them to a domain of `without`.

        Raises:
            Unavailable: nothing was recorded and nothing claimed.
        """
        # An idle sender must not take SQLite's only writer.
        if not outcomes and (wanted < 1 or not self._any(now, without)):
            return Turn((), ())
        with self._db.direct() as direct:
            entries: list[Entry] = []
            # In one order: two senders that recorded what the other holds would wait for each other.
            in_order = sorted(range(len(outcomes)), key=lambda at: outcomes[at].delivery_id)
            states = dict(zip(in_order, (_record(direct, outcomes[at], entries) for at in in_order), strict=True))
            claimed = _claim(direct, owner, wanted, lease, now, without) if wanted > 0 else ()
            append(direct, now, entries)
        return Turn(tuple(states[at] for at in range(len(outcomes))), claimed)

    def release(self, claimed: Claimed, now: datetime) -> None:
        """Give a letter back untried; one that somebody else took over is his."""
        with self._db.direct() as direct:
            statement = "UPDATE deliveries SET lease_owner = NULL, due_at = ? WHERE id = ? AND token = ?"
            words = (_moment(direct, now), claimed.delivery_id, claimed.token)
            direct.say(_said(direct, f"{statement} AND lease_owner IS NOT NULL"), words)

    def open(self, claimed: Claimed) -> BinaryIO:
        """The finished message as a stream.

        Raises:
            Unavailable: it is not there, or the world is away.
        """
        return self._contents.open(claimed.letter_id, claimed.sha256)

    def _any(self, now: datetime, without: Sequence[str]) -> bool:
        with self._db.reading() as connection:
            direct = Direct.of(connection)
            statement = _ANY.format(without=_NOT_TO.format(column="recipient") * len(without))
            values = (_moment(direct, now), *(f"%@{domain}" for domain in without))
            return bool(direct.rows(_said(direct, statement), values))


def _claim(
    direct: Direct, owner: str, wanted: int, lease: timedelta, now: datetime, without: Sequence[str]
) -> tuple[Claimed, ...]:
    statement = _DUE.format(without=_NOT_TO.format(column="d.recipient") * len(without))
    if direct.name != "sqlite":
        statement += " FOR UPDATE OF d SKIP LOCKED"
    values = (_moment(direct, now), *(f"%@{domain}" for domain in without), wanted)
    rows = direct.rows(_said(direct, statement), values)
    if not rows:
        return ()
    until = _moment(direct, now + lease)
    direct.say_each(_said(direct, _CLAIM), [(owner, until, row[0]) for row in rows])
    for id_, *_, before, _sender, _sha256, _size, _content in rows:
        if before is not None:  # its sender died: it may have been sent
            ((last,),) = direct.rows(_said(direct, _LAST_EVENT), (id_,))
            _EVENTS.write(direct, [(id_, last + 1, now, "taken-over", {}, now)])
    return tuple(
        Claimed(id_, letter, token + 1, recipient, sender, sha256, size, None if content is None else bytes(content))
        for id_, letter, recipient, token, _owner, sender, sha256, size, content in rows
    )


def _record(direct: Direct, outcome: Outcome, entries: list[Entry]) -> DeliveryState | None:
    asked = _HELD if direct.name == "sqlite" else f"{_HELD} FOR UPDATE OF d"
    rows = direct.rows(_said(direct, asked), (outcome.delivery_id,))
    if not rows:
        return None
    ((mail_id, word, tries, token, owner, born, requeued_at, made),) = rows
    if owner is None or token != outcome.token or word != "queued":
        return None
    since = _aware(requeued_at) or _aware(born)
    assert since is not None, "the column is not nullable"
    state = after(Queued(outcome.at, tries), outcome.attempt, outcome.retry, since, outcome.at)
    reply, tried = dumped(_REPLY, outcome.attempt.reply), ATTEMPT_WORDS[type(outcome.attempt)]
    _ATTEMPTS.write(direct, [(outcome.delivery_id, (made or 0) + 1, outcome.at, tried, reply)])
    follows = DELIVERY_WORDS[type(state)]
    if isinstance(state, Queued):
        values: tuple[Any, ...] = (follows, _moment(direct, state.due), state.attempts, None, None)
    else:
        assert isinstance(state, Done | Failed), "only a person cancels"
        values = (follows, None, tries, dumped(_REPLY, state.reply), _moment(direct, outcome.at))
    direct.say(_said(direct, _MOVE), (*values, outcome.delivery_id))
    detail = {"attempt": tried, "state": follows, "code": str(outcome.attempt.reply.code)}
    entries.append(Entry("sender", "delivery.attempted", mail_id or "", outcome.delivery_id, detail))
    return state


def _said(direct: Direct, statement: str) -> str:
    """In the style of the driver; no statement here holds a "?" or "%" of its own."""
    return statement if direct.name == "sqlite" else statement.replace("?", "%s")


def _moment(direct: Direct, moment: datetime) -> Any:  # noqa: ANN401  text or datetime, as the database has it
    return _MOMENT.process_bind_param(moment, direct.dialect)


def _aware(value: Any) -> datetime | None:  # noqa: ANN401  text or datetime, as the database has it
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value)
