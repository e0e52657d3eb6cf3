"""Rows of deliveries in somebody's transaction: locked, moved to a state, given an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection, func, insert, select, update

from store.delivery import DELIVERY_WORDS, Cancelled, DeliveryState, Done, Failed, Queued
from store.rows import AnyRow
from store.schema import deliveries, events


def locked(connection: Connection, delivery_id: str) -> AnyRow:
    """The row, nobody else's until the transaction ends.

    Raises:
        KeyError: there is no such delivery.
    """
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id).with_for_update()).one_or_none()
    if row is None:
        raise KeyError(delivery_id)
    return row


def note(
    connection: Connection,
    delivery_id: str,
    kind: str,
    detail: Mapping[str, str],
    now: datetime,
    *,
    to_be_told: bool = False,
) -> None:
    """One more event of a delivery that is locked."""
    asked = select(func.coalesce(func.max(events.c.number), 0)).where(events.c.delivery_id == delivery_id)
    number = connection.execute(asked).scalar_one() + 1
    row = {"delivery_id": delivery_id, "number": number, "at": now, "kind": kind, "detail": dict(detail)}
    connection.execute(insert(events).values(**row, told_at=None if to_be_told else now))


def move(connection: Connection, delivery_id: str, state: DeliveryState, now: datetime) -> None:
    """Write `state`; the lease ends, and whoever must know of an end is to be told (again)."""
    values: dict[str, object] = {
        "state": DELIVERY_WORDS[type(state)],
        "lease_owner": None,
        "due_at": None,
        "reply": None,
        "reason": "",
        "settled_at": now,
        "told_at": None,
    }
    match state:
        case Queued(due, tries):
            values |= {"due_at": due, "attempts": tries, "settled_at": None}
        case Done(reply) | Failed(reply):
            values["reply"] = reply
        case Cancelled(reason):
            values["reason"] = reason
        case _:
            assert_never(state)
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))
