"""A writing transaction as the driver sees it: for what is written with every mail.

SQLAlchemy takes longer for a statement, and much longer for a transaction, than SQLite itself.  On SQLite the
statements here go to the driver's own cursor; on PostgreSQL, where the way to the server costs more than either,
through the engine's connection.  The texts are written in the driver's style of parameters.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Dialect

Values = Sequence[Any]


class Direct:
    """The statements of one transaction, whoever began it."""

    __slots__ = ("_connection", "_cursor", "dialect", "name")

    def __init__(self, dialect: Dialect, cursor: sqlite3.Cursor | None, connection: Connection | None) -> None:
        self.dialect = dialect
        self.name: str = dialect.name  #: sqlite or postgresql
        self._cursor = cursor
        self._connection = connection

    @classmethod
    def of(cls, connection: "Connection | Direct") -> "Direct":
        """The transaction of an engine's connection, spoken to directly."""
        return connection if isinstance(connection, Direct) else cls(connection.dialect, None, connection)

    def rows(self, statement: str, values: Values = ()) -> Sequence[Sequence[Any]]:
        """Say it, and what it answers."""
        if self._cursor is not None:
            return self._cursor.execute(statement, values).fetchall()
        assert self._connection is not None
        return self._connection.exec_driver_sql(statement, tuple(values)).all()

    def say(self, statement: str, values: Values = ()) -> None:
        """Say it once."""
        if self._cursor is not None:
            self._cursor.execute(statement, values)
        else:
            assert self._connection is not None
            self._connection.exec_driver_sql(statement, tuple(values))

    def say_each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Say it with each of the rows, of which there is at least one."""
        if self._cursor is not None:
            self._cursor.executemany(statement, rows)
        else:
            assert self._connection is not None
            self._connection.exec_driver_sql(statement, list(rows) if len(rows) > 1 else rows[0])
