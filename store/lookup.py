"""Ids as people give them: whole, or a beginning that only one record has."""

from typing import Literal

from sqlalchemy import Table, select

from store.connection import Database
from store.schema import deliveries, envelopes, letters, mails

Kind = Literal["mail", "envelope", "letter", "delivery"]

_TABLES: dict[Kind, Table] = {"mail": mails, "envelope": envelopes, "letter": letters, "delivery": deliveries}


def ids_beginning(db: Database, kind: Kind, beginning: str, limit: int = 5) -> tuple[str, ...]:
    """The ids of records of that kind that begin so, in order, at most `limit`."""
    # Ids are hexadecimal digits and hyphens in lower case; "g" sorts behind all of them.
    wanted = beginning.strip().lower()
    if not wanted or not all(letter in "0123456789abcdef-" for letter in wanted):
        return ()
    column = _TABLES[kind].c.id
    asked = select(column).where(column >= wanted, column < f"{wanted}g").order_by(column).limit(limit)
    with db.reading() as connection:
        # A collation may take other letters for near: what was asked for is a beginning.
        return tuple(found for found in connection.execute(asked).scalars() if found.startswith(wanted))
