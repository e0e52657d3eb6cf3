"""The journal: who did what to which mail, when.  Append-only; each row's hash covers the row before it.

It holds ids, codes and counts: no content, no subject, no name of a file.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from store.columns import plain
from store.connection import Connection, Database
from store.direct import Direct
from store.prepared import Prepared
from store.schema import journal, journal_head

_PAGE = 500
_START = "0" * 64
_ROWS = Prepared(journal, ("seq", "at", "actor", "verb", "mail_id", "delivery_id", "detail", "hash"))
# SQLite has one writer, and that is the caller.
_READ_HEAD = {
    "sqlite": "SELECT seq, hash FROM journal_head",
    "postgresql": "SELECT seq, hash FROM journal_head FOR UPDATE",
}
_MOVE_HEAD = {
    "sqlite": "UPDATE journal_head SET seq = ?, hash = ?",
    "postgresql": "UPDATE journal_head SET seq = %s, hash = %s",
}
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended."""

    actor: str  #: a part of the program (smtp, worker, sender...) or an operator's name
    verb: str  #: mail.kept, mail.judged, delivery.attempted...
    mail_id: str = ""
    delivery_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """What was appended."""

    seq: int  #: 1, 2, 3... without a gap
    at: datetime
    entry: Entry
    hash: str


def append(connection: Connection | Direct, at: datetime, entries: Sequence[Entry]) -> None:
    """Append `entries` in the caller's transaction.  Do it last: it holds the chain's end until the commit."""
    if not entries:
        return
    direct = Direct.of(connection)
    ((seq, last),) = direct.rows(_READ_HEAD[direct.name])
    moment = _told(at)
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": moment,
            "actor": plain(entry.actor),
            "verb": entry.verb,
            "mail_id": entry.mail_id,
            "delivery_id": entry.delivery_id,
            "detail": {plain(key): plain(value) for key, value in entry.detail.items()},
        }
        last = _chained(last, row)
        row["at"] = at
        rows.append((*row.values(), last))
    _ROWS.write(direct, rows)
    direct.say(_MOVE_HEAD[direct.name], (seq, last))


def _told(at: datetime) -> str:
    """A moment as the chain covers it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _chained(previous: str, row: Mapping[str, object]) -> str:
    return hashlib.sha256(f"{previous}{_canonical(row)}".encode()).hexdigest()


class Journal:
    """The journal as it is read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, at: datetime, entry: Entry) -> None:
        """Append one entry that belongs to no other change (a setting, a trust anchor, an export)."""
        with self._db.transaction() as connection:
            append(connection, at, [entry])

    def list(
        self, mail_id: str = "", since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> Iterator[JournalRow]:
        """Rows in the order of their writing, of all mails or of one."""
        found = select(journal).order_by(journal.c.seq)
        if mail_id:
            found = found.where(journal.c.mail_id == mail_id)
        if since is not None:
            found = found.where(journal.c.at >= since)
        if until is not None:
            found = found.where(journal.c.at < until)
        last, left = 0, limit
        while left is None or left > 0:
            with self._db.reading() as connection:
                page = min(_PAGE, left) if left is not None else _PAGE
                rows = connection.execute(found.where(journal.c.seq > last).limit(page)).all()
            for row in rows:
                entry = Entry(row.actor, row.verb, row.mail_id, row.delivery_id, row.detail)
                yield JournalRow(row.seq, row.at, entry, row.hash)
            if len(rows) < page:
                return
            last = rows[-1].seq
            left = None if left is None else left - len(rows)

    def verify(self) -> int | None:
        """The first row that is not what was written (changed, missing, inserted); None = the chain is whole."""
        with self._db.reading() as connection:
            head = connection.execute(select(journal_head.c.seq, journal_head.c.hash)).one_or_none()
        last = _START
        expected = 1
        for row in self.list():
            told = {
                "seq": row.seq,
                "at": _told(row.at),
                "actor": row.entry.actor,
                "verb": row.entry.verb,
                "mail_id": row.entry.mail_id,
                "delivery_id": row.entry.delivery_id,
                "detail": row.entry.detail,
            }
            if row.seq != expected or row.hash != _chained(last, told):
                return expected
            last = row.hash
            # Rows appended while this runs come after the head that was read above.
            if head is not None and row.seq == head.seq and row.hash != head.hash:
                return row.seq
            expected += 1
        return expected if head is None or expected <= head.seq else None
