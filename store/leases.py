"""Leases that their holders left behind: looked at when a service starts, so that half-done work goes on at once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from store.connection import Database
from store.journal import Entry, append
from store.schema import deliveries, mails


def end_leases(db: Database, is_dead: Callable[[str], bool], now: datetime) -> int:
    """Ends every lease whose holder `is_dead`; returns how many.

    The holder's name stays in the row: who takes the work next counts that as a crash, as with a lease that ran out.
    """
    ended = 0
    with db.transaction() as connection:
        for table in (mails, deliveries):
            held = table.c.due_at.is_not(None) & table.c.lease_owner.is_not(None)
            holders = connection.execute(select(table.c.lease_owner).where(held).distinct()).scalars().all()
            dead = [holder for holder in holders if holder and is_dead(holder)]
            if dead:
                which = held & table.c.lease_owner.in_(dead) & (table.c.due_at > now)
                ended += connection.execute(update(table).where(which).values(due_at=now)).rowcount
        if ended:
            append(connection, now, [Entry("service", "leases.ended", detail={"count": str(ended)})])
    return ended
