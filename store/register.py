"""A register that people keep, as rows of one table; each change is journaled with its author.

Promise: one entry among a hundred thousand is found by an indexed key; nobody needs to read the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from store.columns import dumped
from store.connection import Database
from store.journal import Entry, append
from store.schema import register_keys

_BATCH = 1000  # rows of one statement
_ASKED = 500  # keys or ids in one statement: SQLite's older builds bound the parameters


class Listed(Protocol):
    """What can stand in a register: a frozen dataclass with these two among its fields."""

    @property
    def id(self) -> str:
        """Its own, never changes."""

    @property
    def position(self) -> float:
        """Where it stands; 0 when added = behind all others."""


T = TypeVar("T", bound=Listed)


class Register(Generic[T]):
    """One register.  Thread-safe; read as a whole, or by the keys that its entries are looked up by."""

    def __init__(self, db: Database, table: Table, shape: type[T], keys: Callable[[T], Iterable[str]]) -> None:
        """`keys`: what an entry is found by besides its id: ids, addresses, domains as "@domain"."""
        self._db = db
        self._table = table
        self._adapter: TypeAdapter[T] = TypeAdapter(shape)
        self._keys = keys

    def snapshot(self) -> tuple[T, ...]:
        """Every entry, in order."""
        asked = select(self._table.c.entry).order_by(self._table.c.position, self._table.c.id)
        with self._db.reading() as connection:
            texts = connection.execute(asked).scalars().all()
        return tuple(self._adapter.validate_json(text, strict=True) for text in texts)

    def having(self, keys: Iterable[str]) -> tuple[T, ...]:
        """The entries that have one of `keys`, or whose id it is, in order; letter case aside."""
        wanted = sorted({folded(key) for key in keys if key})
        found: dict[str, T] = {}
        with self._db.reading() as connection:
            for start in range(0, len(wanted), _ASKED):
                mine = (register_keys.c.register == self._table.name) & (
                    register_keys.c.key.in_(wanted[start : start + _ASKED])
                )
                asked = select(self._table.c.entry).where(
                    self._table.c.id.in_(select(register_keys.c.entry_id).where(mine))
                )
                for text in connection.execute(asked).scalars():
                    entry = self._adapter.validate_json(text, strict=True)
                    found[entry.id] = entry
        return tuple(sorted(found.values(), key=lambda entry: (entry.position, entry.id)))

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
                entry = _at(entry, float(last) + 1.0)
            connection.execute(insert(self._table).values(**self._row(entry)))
            self._index(connection, [entry])
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
            fresh: list[T] = []
            old: list[T] = []
            for entry in entries:
                if entry.id in known:
                    replaced.add(entry.id)
                    old.append(_at(entry, entry.position or known[entry.id]))
                else:
                    last = max(last + 1.0, entry.position)
                    placed = _at(entry, entry.position or last)
                    known[entry.id] = placed.position
                    fresh.append(placed)
            for start in range(0, len(fresh), _BATCH):
                connection.execute(insert(self._table), [self._row(one) for one in fresh[start : start + _BATCH]])
            mine = self._table.c.id == bindparam("old_id")
            changed = update(self._table).where(mine).values(position=bindparam("at"), entry=bindparam("text"))
            for start in range(0, len(old), _BATCH):
                batch = [self._row(one) for one in old[start : start + _BATCH]]
                connection.execute(
                    changed, [{"old_id": row["id"], "at": row["position"], "text": row["entry"]} for row in batch]
                )
            self._index(connection, [*fresh, *old], stale=bool(old))
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
            self._index(connection, [entry], stale=True)
            append(connection, now, [self._entry(actor, "edited", entry.id, reason)])

    def remove(self, entry_id: str, actor: str, now: datetime, reason: str = "") -> None:
        """Remove an entry.

        Raises:
            KeyError: there is none.
        """
        with self._db.transaction() as connection:
            if connection.execute(delete(self._table).where(self._table.c.id == entry_id)).rowcount != 1:
                raise KeyError(entry_id)
            connection.execute(delete(register_keys).where(self._of([entry_id])))
            append(connection, now, [self._entry(actor, "removed", entry_id, reason)])

    def _of(self, ids: Sequence[str]) -> ColumnElement[bool]:
        return (register_keys.c.register == self._table.name) & register_keys.c.entry_id.in_(ids)

    def _index(self, connection: Connection, entries: Sequence[T], *, stale: bool = False) -> None:
        """Write the keys of `entries`; `stale` = some of them have older ones."""
        for start in range(0, len(entries), _ASKED):
            batch = entries[start : start + _ASKED]
            if stale:
                connection.execute(delete(register_keys).where(self._of([entry.id for entry in batch])))
            keys = [
                {"register": self._table.name, "key": key, "entry_id": entry.id}
                for entry in batch
                for key in dict.fromkeys(folded(key) for key in (entry.id, *self._keys(entry)) if key)
            ]
            if keys:
                connection.execute(insert(register_keys), keys)

    def _row(self, entry: T) -> dict[str, object]:
        return {"id": entry.id, "position": entry.position, "entry": dumped(self._adapter, entry)}

    def _entry(self, actor: str, verb: str, entry_id: str, reason: str) -> Entry:
        detail = {"id": entry_id, "reason": reason} if reason else {"id": entry_id}
        return Entry(actor, f"{self._table.name}.{verb}", detail=detail)


def folded(key: str) -> str:
    """A key as it is compared."""
    return key.strip().casefold()


def _at(entry: T, position: float) -> T:
    return replace(entry, position=position)  # type: ignore[type-var]  # a protocol cannot say "dataclass"
