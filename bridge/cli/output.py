"""How commands show what they got: JSON lines for programs, tables for people; the same values in both.

JSON is UTF-8, NFC, one object a line.  Tables show 50 rows unless asked otherwise; JSON streams all (contract).
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

Item = TypeVar("Item")

TABLE_ROWS = 50
_PAPER = 200  # columns, where no terminal says how wide it is
_WHOLE = frozenset({"id", "at", "state", "code", "check", "mail", "key"})
_HERE = ZoneInfo("Asia/Ho_Chi_Minh")


class Verbatim(str):
    """A text that is not ours to normalise: the name of a file as it was given."""

    __slots__ = ()


def plain(value: Any) -> Any:  # noqa: ANN401  any value of ours
    """The value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return value


def shown_time(moment: datetime) -> str:
    """The moment as people here read it; JSON keeps the offset instead."""
    return f"{moment.astimezone(_HERE):%Y-%m-%d %H:%M:%S}"


def json_line(value: Any) -> None:  # noqa: ANN401  as above
    """One JSON object on one line of standard output, UTF-8 whatever the terminal speaks."""
    click.echo(as_octets(json.dumps(plain(value), ensure_ascii=False, separators=(", ", ": "))))


def as_octets(line: str) -> bytes:
    r"""JSON as UTF-8.  An octet of a file name that is none is written as `\udcXX`: so it can be had back."""
    return line.encode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """What a stranger wrote may hold control characters: a terminal must not obey them."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def rows(
    found: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, limit: int | None, empty: str = "none"
) -> int:
    """Shows rows as a table of `columns` or as JSON lines with all keys.  Returns how many were shown."""
    if as_json:
        count = 0
        for row in islice(found, limit):
            json_line(row)
            count += 1
        return count
    shown = list(islice(found, (limit or TABLE_ROWS) + 1))
    more = len(shown) > (limit or TABLE_ROWS)
    shown = shown[: limit or TABLE_ROWS]
    if not shown:
        click.echo(empty)
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        # An id or a moment that is cut short is of no use to whoever must copy it.
        whole = column in _WHOLE or column.endswith(("_id", "_at"))
        table.add_column(column, no_wrap=whole, overflow="fold")
    for row in shown:
        table.add_row(*(_cell(row.get(column, "")) for column in columns))
    Console(width=None if sys.stdout.isatty() else _PAPER, highlight=False).print(table)
    if more:
        click.echo("... more; --limit N shows more, --json shows all")
    return len(shown)


def _cell(value: Any) -> str:  # noqa: ANN401  as above
    from rich.markup import escape

    value = shown_time(value) if isinstance(value, datetime) else plain(value)
    if value is None:
        return ""
    if isinstance(value, dict):
        value = [f"{key}={item}" for key, item in value.items()]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return escape(printable(str(value)))


def facts(value: Mapping[str, Any], *, as_json: bool) -> None:
    """Shows one thing: a JSON object, or its keys and values line by line."""
    if as_json:
        json_line(value)
        return
    width = max((len(key) for key in value), default=0)
    for key, found in value.items():
        item = shown_time(found) if isinstance(found, datetime) else plain(found)
        if isinstance(item, list | dict):
            click.echo(f"{key:<{width}}  " + ("" if item else "-"))
            for line in item if isinstance(item, list) else [f"{k}: {v}" for k, v in item.items()]:
                text = line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)
                click.echo(f"{'':<{width}}    {printable(text)}")
        else:
            text = "-" if item is None else printable(str(item))
            click.echo(f"{key:<{width}}  {text}".rstrip())


def progress(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """The same items, with a bar on standard error where a person watches."""
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, total, console=Console(stderr=True), disable=not sys.stderr.isatty())
