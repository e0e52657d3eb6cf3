"""Rows written with one statement that was made once: for tables that grow with every mail.

SQLAlchemy's own `insert()` builds, hashes and looks up its statement for every execution and costs four times what
SQLite itself does with a row.  Here the text and the converters of a table are kept by dialect, and the rows go to the
driver together.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.types import TypeDecorator

from store.direct import Direct

_Row = Sequence[Any]
_Converter = Callable[[Any], Any]


class Prepared:
    """An INSERT into `table` of these columns, in this order.

    Values pass through their columns' types, but those named in `ready` come as they are to lie there.
    """

    def __init__(self, table: Table, columns: Sequence[str], ready: frozenset[str] = frozenset()) -> None:
        self._table = table
        self._columns = tuple(columns)
        self._ready = ready
        self._made: dict[str, tuple[str, tuple[tuple[int, _Converter], ...]]] = {}

    def write(self, connection: Connection | Direct, rows: Sequence[_Row]) -> None:
        """Insert `rows`; none is fine."""
        if not rows:
            return
        direct = Direct.of(connection)
        statement, converters = self._made.get(direct.name) or self._make(direct.dialect)
        values: list[tuple[Any, ...]] = []
        for row in rows:
            told = list(row)
            for at, convert in converters:
                told[at] = convert(told[at])
            values.append(tuple(told))
        direct.say_each(statement, values)

    def _make(self, dialect: Dialect) -> tuple[str, tuple[tuple[int, _Converter], ...]]:
        converters: list[tuple[int, _Converter]] = []
        for at, name in enumerate(self._columns):
            convert = _converter(self._table, name, dialect)
            if convert is not None and name not in self._ready:
                converters.append((at, convert))
        mark = "?" if dialect.positional else "%s"
        statement = (
            f"INSERT INTO {self._table.name} ({', '.join(self._columns)})"  # noqa: S608  names of our own schema
            f" VALUES ({', '.join([mark] * len(self._columns))})"
        )
        self._made[dialect.name] = made = statement, tuple(converters)
        return made


def _converter(table: Table, name: str, dialect: Dialect) -> _Converter | None:
    """As SQLAlchemy would convert, but for a type of ours whose base has nothing to add: it is asked itself."""
    kind = table.c[name].type
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, TypeDecorator) and kind.impl_instance.dialect_impl(dialect).bind_processor(dialect) is None:
        return partial(kind.process_bind_param, dialect=dialect)
    return convert
