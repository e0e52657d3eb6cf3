"""Long lists, newest first, read page by page: memory stays flat, and no transaction stays open between pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, literal, tuple_

from store.connection import Database
from store.rows import AnyRow

_PAGE = 500


def newest_first(
    db: Database, asked: Select[Any], moment: Column[datetime], identity: Column[str], limit: int | None
) -> Iterator[AnyRow]:
    """The rows of `asked` by (moment, identity), descending; at most `limit`.

    A page begins behind the last row of the one before, so that rows which come meanwhile shift nothing.
    """
    ordered = asked.order_by(moment.desc(), identity.desc())
    left, last = limit, None
    while left is None or left > 0:
        page = _PAGE if left is None else min(_PAGE, left)
        behind = ordered if last is None else ordered.where(tuple_(moment, identity) < last)
        with db.reading() as connection:
            rows = connection.execute(behind.limit(page)).all()
        yield from rows
        if len(rows) < page:
            return
        last = tuple_(*(_value(rows[-1], column) for column in (moment, identity)))
        left = None if left is None else left - len(rows)


def _value(row: AnyRow, column: Column[Any]) -> Any:  # noqa: ANN401  whatever the column holds
    return literal(row._mapping[column], column.type)
