"""Contents of mails, envelopes and letters: small ones in a row of their own, large ones as blobs.

A large one is put before the transaction that names it: a blob that no row names is waste, never loss.
"""

import io
from dataclasses import dataclass
from hashlib import sha256 as digest
from typing import BinaryIO

from sqlalchemy import select

from store.blobs import Blobs
from store.connection import Connection, Database
from store.direct import Direct
from store.incoming import Incoming
from store.prepared import Prepared
from store.schema import contents
from store.settings import StoreSettings

_ROWS = Prepared(contents, ("id", "content"))


@dataclass(frozen=True, slots=True)
class Content:
    """A content that is safe on disk, or small enough to travel in the transaction."""

    sha256: str
    size: int  #: octets
    small: bytes | None  #: the bytes, unless they are a blob


class Contents:
    """Where bytes go and come back from, by the id of their owner."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._blobs = blobs
        self._small = settings.small_body

    def furnish(self) -> None:
        """Make the folders that large ones will need."""
        self._blobs.furnish()

    def ready(self, source: bytes | Incoming) -> Content:
        """Bring `source` to where a transaction can name it.  A large one is on disk afterwards."""
        if isinstance(source, Incoming):
            if source.small:
                return Content(source.sha256, source.size, source.memory())
            size = source.size
            return Content(self._blobs.put(source), size, None)
        if len(source) <= self._small:
            return Content(digest(source).hexdigest(), len(source), source)
        return Content(self._blobs.put(source), len(source), None)

    def insert(self, connection: Connection | Direct, contents_by_owner: dict[str, Content]) -> None:
        """Write the rows of the small ones."""
        rows = [(id_, content.small) for id_, content in contents_by_owner.items() if content.small is not None]
        _ROWS.write(connection, rows)

    def read(self, owner: str, sha256: str) -> bytes:
        """The bytes of `owner`, whose digest is `sha256`.

        Raises:
            Unavailable: they are not there, or the world is away.
        """
        small = self._row(owner)
        return self._blobs.read(sha256) if small is None else small

    def open(self, owner: str, sha256: str) -> BinaryIO:
        """The bytes of `owner` as a stream.

        Raises:
            Unavailable: as `read`.
        """
        small = self._row(owner)
        return self._blobs.open(sha256) if small is None else io.BytesIO(small)

    def _row(self, owner: str) -> bytes | None:
        with self._db.reading() as connection:
            row = connection.execute(select(contents.c.content).where(contents.c.id == owner)).scalar_one_or_none()
            return None if row is None else bytes(row)
