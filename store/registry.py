"""The registers that people keep: routing rules, organs, correspondents.  Each change is journaled with its author."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from store.columns import dumped
from store.connection import Database
from store.journal import Entry, append
from store.schema import correspondents, organs, routes

_BATCH = 1000  # rows of one statement


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Where mail goes.  Patterns are for `bridge` to read; "" matches everything."""

    id: str
    position: float = 0.0  #: rules are asked in this order; 0 when added = behind all others
    recipient: str = ""  #: an address, @domain or *
    sender: str = ""
    subject: str = ""
    organs: tuple[str, ...] = ()  #: uids of organs, or their ids
    axis: str = ""  #: the axis' name; "" = the only one
    sender_class: str = ""  #: agency, business or individual instead of the correspondent's own
    comment: str = ""


@dataclass(frozen=True, slots=True)
class OrganId:
    """An id of an organ, and when it holds."""

    scheme: str  #: qd-20 (H99.12) or qcvn-102 (000.12.00.H99)
    value: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Organ:
    """An organisation with its history."""

    id: str  #: our own, never changes
    name: str  #: the present one
    position: float = 0.0
    former_names: tuple[str, ...] = ()
    ids: tuple[OrganId, ...] = ()
    addresses: tuple[str, ...] = ()  #: mail addresses that are the organ's
    certificates: tuple[str, ...] = ()  #: SHA-256 of DER, hex
    successor: str = ""  #: id of the organ that took its place; "" = none


@dataclass(frozen=True, slots=True)
class Correspondent:
    """One we exchange mail with."""

    id: str
    sender_class: str  #: agency, business or individual
    name: str
    position: float = 0.0
    organ_id: str = ""  #: its id on the axis; "" = none
    tax_code: str = ""
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()  #: SHA-256 of DER, hex


T = TypeVar("T", RoutingRule, Organ, Correspondent)


class Register(Generic[T]):
    """One register.  Thread-safe; read as a whole."""

    def __init__(self, db: Database, table: Table, shape: type[T]) -> None:
        self._db = db
        self._table = table
        self._adapter: TypeAdapter[T] = TypeAdapter(shape)

    def snapshot(self) -> tuple[T, ...]:
        """Every entry, in order."""
        asked = select(self._table.c.entry).order_by(self._table.c.position, self._table.c.id)
        with self._db.reading() as connection:
            texts = connection.execute(asked).scalars().all()
        return tuple(self._adapter.validate_json(text, strict=True) for text in texts)

    def get(self, entry_id: str) -> T | None:
        """The entry of that id; None = there is none."""
        with self._db.reading() as connection:
            text = connection.execute(
                select(self._table.c.entry).where(self._table.c.id == entry_id)
            ).scalar_one_or_none()
        return None if text is None else self._adapter.validate_json(text, strict=True)

    def add(self, entry: T, actor: str, now: datetime, reason: str = "") -> T:
        """Add `entry`; returns it with its position.

        Raises:
            ValueError: its id is taken.
        """
        with self._db.transaction() as connection:
            if connection.execute(select(self._table.c.id).where(self._table.c.id == entry.id)).one_or_none():
                raise ValueError(f"{self._table.name} already has {entry.id}")
            if not entry.position:
                last = connection.execute(select(func.coalesce(func.max(self._table.c.position), 0.0))).scalar_one()
                entry = replace(entry, position=float(last) + 1.0)
            connection.execute(insert(self._table).values(**self._row(entry)))
            append(connection, now, [self._entry(actor, "added", entry.id, reason)])
        return entry

    def put_all(self, entries: Iterable[T], actor: str, now: datetime, reason: str = "") -> tuple[int, int]:
        """Add every entry, or put it in the place of the one with its id, all of them or none; (added, replaced).

        `entries` is read while the transaction is open: what it raises undoes everything.
        """
        with self._db.transaction() as connection:
            places = select(self._table.c.id, self._table.c.position)
            known: dict[str, float] = {row.id: row.position for row in connection.execute(places)}
            before = len(known)
            last = max(known.values(), default=0.0)
            replaced: set[str] = set()
            fresh: list[dict[str, object]] = []
            old: list[dict[str, object]] = []
            for entry in entries:
                if entry.id in known:
                    replaced.add(entry.id)
                    old.append(self._row(replace(entry, position=entry.position or known[entry.id])))
                else:
                    last = max(last + 1.0, entry.position)
                    placed = replace(entry, position=entry.position or last)
                    known[entry.id] = placed.position
                    fresh.append(self._row(placed))
            for start in range(0, len(fresh), _BATCH):
                connection.execute(insert(self._table), fresh[start : start + _BATCH])
            mine = self._table.c.id == bindparam("old_id")
            changed = update(self._table).where(mine).values(position=bindparam("at"), entry=bindparam("text"))
            for start in range(0, len(old), _BATCH):
                batch = old[start : start + _BATCH]
                connection.execute(
                    changed, [{"old_id": row["id"], "at": row["position"], "text": row["entry"]} for row in batch]
                )
            added = len(known) - before
            counts = {"added": str(added), "replaced": str(len(replaced)), "reason": reason}
            append(connection, now, [Entry(actor, f"{self._table.name}.imported", detail=counts)])
        return added, len(replaced)

    def edit(self, entry: T, actor: str, now: datetime, reason: str = "") -> None:
        """Put `entry` in the place of the one with its id.

        Raises:
            KeyError: there is none.
        """
        with self._db.transaction() as connection:
            mine = self._table.c.id == entry.id
            if connection.execute(update(self._table).where(mine).values(**self._row(entry))).rowcount != 1:
                raise KeyError(entry.id)
            append(connection, now, [self._entry(actor, "edited", entry.id, reason)])

    def remove(self, entry_id: str, actor: str, now: datetime, reason: str = "") -> None:
        """Remove an entry.

        Raises:
            KeyError: there is none.
        """
        with self._db.transaction() as connection:
            if connection.execute(delete(self._table).where(self._table.c.id == entry_id)).rowcount != 1:
                raise KeyError(entry_id)
            append(connection, now, [self._entry(actor, "removed", entry_id, reason)])

    def _row(self, entry: T) -> dict[str, object]:
        return {"id": entry.id, "position": entry.position, "entry": dumped(self._adapter, entry)}

    def _entry(self, actor: str, verb: str, entry_id: str, reason: str) -> Entry:
        detail = {"id": entry_id, "reason": reason} if reason else {"id": entry_id}
        return Entry(actor, f"{self._table.name}.{verb}", detail=detail)


@dataclass(frozen=True, slots=True)
class Registry:
    """The three registers."""

    routes: Register[RoutingRule]
    organs: Register[Organ]
    correspondents: Register[Correspondent]


def registry_of(db: Database) -> Registry:
    """The registers in `db`."""
    return Registry(
        Register(db, routes, RoutingRule),
        Register(db, organs, Organ),
        Register(db, correspondents, Correspondent),
    )
