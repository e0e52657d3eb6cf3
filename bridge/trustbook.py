"""trust.toml: what was said of each certificate of the trust directory: where from, who approved or ended it, when.

Append-only: a row is never changed or taken away, and of several rows about one certificate the latest counts.
"""

import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from store.errors import Unavailable

FILE = "trust.toml"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody said that a certificate is to be trusted no longer."""

    since: datetime  #: nothing that is signed from then on is trusted by it
    reason: str
    by: str
    at: datetime  #: when it was said


@dataclass(frozen=True, slots=True)
class Approved:
    """Somebody put a certificate into a list.  Empty = nobody noted it."""

    source: str = ""
    by: str = ""
    at: str = ""  #: as written


@dataclass(frozen=True, slots=True)
class Book:
    """The rows of trust.toml."""

    approvals: tuple[Row, ...] = ()
    endings: tuple[Row, ...] = ()

    def approved(self, fingerprint: str, list_name: str) -> Approved:
        """The latest approval of a certificate; a row that names no list speaks of all."""
        row = _latest(self.approvals, fingerprint, list_name, "approved_at")
        return Approved(_text(row, "source"), _text(row, "approved_by"), _text(row, "approved_at"))

    def ended(self, fingerprint: str, list_name: str) -> Ended | None:
        """How a certificate's trust ended; None = it has not, or it was approved anew."""
        row = _latest(self.endings, fingerprint, list_name, "ended_at")
        approval = _latest(self.approvals, fingerprint, list_name, "approved_at")
        at = _moment(row, "ended_at")
        if not row or at < _moment(approval, "approved_at"):
            return None
        return Ended(_moment(row, "since"), _text(row, "reason"), _text(row, "ended_by"), at)


def read(directory: Path) -> Book:
    """The book of a trust directory; empty where nobody has written one.

    Raises:
        Unavailable: it cannot be read.  What it ended must not come back to life for that.
    """
    try:
        data = tomllib.loads((directory / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Book()
    except OSError as error:
        raise Unavailable(f"{FILE}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"{FILE}: not TOML") from error
    return Book(_rows(data, "anchor"), _rows(data, "ended"))


def write(directory: Path, kind: str, row: Mapping[str, str]) -> None:
    """Appends one row of `kind` (anchor or ended), on disk when it returns.

    Raises:
        Unavailable: it cannot be written.
    """
    lines = [f"[[{kind}]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())]
    try:
        with (directory / FILE).open("a", encoding="utf-8") as notes:
            notes.write("\n".join(lines) + "\n\n")
            notes.flush()
            os.fsync(notes.fileno())
    except OSError as error:
        raise Unavailable(f"{FILE}: {error.strerror}") from error


def _rows(data: Mapping[str, object], kind: str) -> tuple[Row, ...]:
    found = data.get(kind, [])
    return tuple(row for row in found if isinstance(row, dict)) if isinstance(found, list) else ()


def _latest(rows: Iterable[Row], fingerprint: str, list_name: str, time: str) -> Row:
    """The latest row about that certificate in that list; of equal ones the one that stands last."""
    about = [
        row for row in rows if _text(row, "sha256").lower() == fingerprint and _text(row, "list") in ("", list_name)
    ]
    return max(reversed(about), key=lambda row: _moment(row, time), default={})


def _text(row: Row, key: str) -> str:
    value = row.get(key, "")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(row: Row, key: str) -> datetime:
    """The moment of an entry, written as TOML's or as text; long ago where there is none."""
    value = row.get(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return _LONG_AGO
    if not isinstance(value, datetime):
        return _LONG_AGO
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
