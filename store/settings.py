"""The settings of `[store]`: where records and bytes are kept, and how patient the store is."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the store lives and how it weighs size against time."""

    data: Annotated[Path, "folder of the SQLite database and of the files below it"] = Path("var")
    database: Annotated[str, "address of a PostgreSQL database; empty = SQLite in the data folder"] = ""
    objects: Annotated[str, "address of an object storage; empty = files in the data folder"] = ""
    same_mail_window: Annotated[
        timedelta, "the same bytes, sender and recipients within this time are the same mail"
    ] = timedelta(days=7)
    small_body: Annotated[int, "octets up to which a body lies in its database row; larger ones are files"] = 65536
    lock_wait: Annotated[timedelta, "how long to wait for the database's lock or a free connection"] = timedelta(
        seconds=10
    )
    connections: Annotated[int, "database connections that are kept open"] = 8
