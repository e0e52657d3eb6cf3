"""Pickups: deliveries that nobody brings, because their recipient is a system that fetches for itself.

They wait as Queued until the system says that it has them (`Deliveries.settle`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import ColumnElement, and_, func, select

from store.arrival import place_of_named
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.rows import AnyRow
from store.schema import arrivals, deliveries, envelopes
from store.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Pickup:
    """One envelope for one system."""

    delivery_id: str
    envelope_id: str
    kind: str  #: document or status
    state: str  #: of the delivery: queued, done, failed, cancelled
    sender: str  #: organ id in its From; "" = not noted
    receivers: str  #: organ ids
    born: datetime
    settled_at: datetime | None
    sha256: str
    size: int  #: octets


class Pickups:
    """What waits for systems.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def waiting(self, recipient: str, kind: str, limit: int) -> tuple[Pickup, ...]:
        """What waits for that system, oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(
                select(deliveries, envelopes)
                .join(envelopes, envelopes.c.id == deliveries.c.content_id)
                .where(_waits(recipient, kind))
                .order_by(deliveries.c.born, deliveries.c.id)
                .limit(limit)
            ).all()
        return tuple(_pickup(row) for row in rows)

    def count(self, recipient: str, kind: str) -> int:
        """How many wait for that system."""
        with self._db.reading() as connection:
            return connection.execute(
                select(func.count())
                .select_from(deliveries.join(envelopes, envelopes.c.id == deliveries.c.content_id))
                .where(_waits(recipient, kind))
            ).scalar_one()

    def get(self, recipient: str, envelope_id: str) -> Pickup | None:
        """The envelope of that id, waiting or not; None = there is none for that system."""
        mine = and_(
            deliveries.c.kind == "envelope",
            deliveries.c.recipient == recipient,
            deliveries.c.content_id == envelope_id,
        )
        with self._db.reading() as connection:
            row = connection.execute(
                select(deliveries, envelopes).join(envelopes, envelopes.c.id == deliveries.c.content_id).where(mine)
            ).one_or_none()
        return None if row is None else _pickup(row)

    def open(self, pickup: Pickup) -> BinaryIO:
        """Its bytes as a stream.

        Raises:
            Unavailable: they cannot be read now.
        """
        return self._contents.open(pickup.envelope_id, pickup.sha256)

    def mail_of(self, axis: str, packet: str) -> str:
        """The mail that a packet became which a system sent under that name; "" = none."""
        asked = select(arrivals.c.mail_id).where(arrivals.c.place == place_of_named(axis, packet))
        with self._db.reading() as connection:
            return connection.execute(asked).scalar_one_or_none() or ""


def _waits(recipient: str, kind: str) -> ColumnElement[bool]:
    return and_(
        deliveries.c.kind == "envelope",
        deliveries.c.recipient == recipient,
        deliveries.c.state == "queued",
        envelopes.c.kind == kind,
    )


def _pickup(row: AnyRow) -> Pickup:
    columns = row._mapping
    summary = columns[envelopes.c.summary]
    return Pickup(
        columns[deliveries.c.id],
        columns[envelopes.c.id],
        columns[envelopes.c.kind],
        columns[deliveries.c.state],
        summary.get("from", ""),
        summary.get("receivers", ""),
        columns[deliveries.c.born],
        columns[deliveries.c.settled_at],
        columns[envelopes.c.sha256],
        columns[envelopes.c.size],
    )
