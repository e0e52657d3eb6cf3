"""How much waits, and since when: what health and metrics tell of the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store.connection import Database
from store.mail import MailState
from store.schema import deliveries, mails


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind."""

    count: int
    since: datetime | None  #: when the oldest began to wait; None = nothing waits


@dataclass(frozen=True, slots=True)
class Queues:
    """All that is counted."""

    mails: Mapping[str, int]  #: by state
    deliveries: Mapping[tuple[str, str], int]  #: by kind and state
    waiting: Mapping[str, Queue]  #: "judge", and each kind of delivery


def queues(db: Database) -> Queues:
    """As they are now.

    Raises:
        Unavailable: the database cannot be read.
    """
    with db.snapshot() as connection:
        states = {
            state: int(count)
            for state, count in connection.execute(select(mails.c.state, func.count()).group_by(mails.c.state))
        }
        asked = select(func.min(mails.c.received_at)).where(mails.c.state == MailState.RECEIVED)
        waiting = {"judge": Queue(states.get(MailState.RECEIVED, 0), connection.execute(asked).scalar_one())}
        counted: dict[tuple[str, str], int] = {}
        by_kind = select(deliveries.c.kind, deliveries.c.state, func.count(), func.min(deliveries.c.born))
        for kind, state, count, born in connection.execute(by_kind.group_by(deliveries.c.kind, deliveries.c.state)):
            counted[kind, state] = int(count)
            if state == "queued":
                waiting[kind] = Queue(int(count), born)
    return Queues(states, counted, waiting)
