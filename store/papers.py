"""Envelopes and letters as they were written: never changed, looked up by what comes back about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.pages import newest_first
from store.schema import envelopes, letters
from store.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class KeptEnvelope:
    """An envelope in the records, without its bytes."""

    id: str
    mail_id: str  #: "" = made for no mail
    document_id: str
    kind: str  #: document or status
    summary: Mapping[str, str]
    sha256: str
    size: int
    made_at: datetime
    known_as: str = ""  #: the document's id in the packet, folded; "" = none, or a status


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter in the records, without its bytes."""

    id: str
    mail_id: str  #: the mail that it answers or brings; "" = none
    message_id: str
    sender: str
    reply_token: str
    sha256: str
    size: int
    made_at: datetime


class Envelopes:
    """The envelopes.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def get(self, envelope_id: str) -> KeptEnvelope | None:
        """The envelope of that id; None = there is none."""
        with self._db.reading() as connection:
            row = connection.execute(select(envelopes).where(envelopes.c.id == envelope_id)).one_or_none()
        return None if row is None else _envelope(row)

    def content(self, envelope_id: str) -> bytes:
        """The packet.

        Raises:
            KeyError: there is no such envelope.
        """
        found = self.get(envelope_id)
        if found is None:
            raise KeyError(envelope_id)
        return self._contents.read(envelope_id, found.sha256)

    def list(self, mail_id: str = "", limit: int | None = None) -> Iterator[KeptEnvelope]:
        """Envelopes, newest first, of all mails or of one.  Streams."""
        asked = select(envelopes)
        if mail_id:
            asked = asked.where(envelopes.c.mail_id == mail_id)
        yield from map(_envelope, newest_first(self._db, asked, envelopes.c.made_at, envelopes.c.id, limit))


class Letters:
    """The letters.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def get(self, letter_id: str) -> KeptLetter | None:
        """The letter of that id; None = there is none."""
        return next(iter(self._where(letters.c.id == letter_id)), None)

    def content(self, letter_id: str) -> bytes:
        """The finished message.

        Raises:
            KeyError: there is no such letter.
        """
        found = self.get(letter_id)
        if found is None:
            raise KeyError(letter_id)
        return self._contents.read(letter_id, found.sha256)

    def of_mail(self, mail_id: str) -> tuple[KeptLetter, ...]:
        """Letters that answer or bring that mail, oldest first."""
        return self._where(letters.c.mail_id == mail_id)

    def with_message_id(self, message_id: str) -> tuple[KeptLetter, ...]:
        """Letters of that Message-ID: what a bounce or a reply may name."""
        return self._where(letters.c.message_id == message_id) if message_id else ()

    def with_reply_token(self, token: str) -> tuple[KeptLetter, ...]:
        """Letters whose Reply-To bears that token."""
        return self._where(letters.c.reply_token == token) if token else ()

    def _where(self, asked: ColumnElement[bool]) -> tuple[KeptLetter, ...]:
        with self._db.reading() as connection:
            rows = connection.execute(select(letters).where(asked).order_by(letters.c.id)).all()
        return tuple(_letter(row) for row in rows)


def _envelope(row: Row[*tuple[Any, ...]]) -> KeptEnvelope:
    owner = row.mail_id or ""
    head = (row.id, owner, row.document_id, row.kind, row.summary, row.sha256, row.size, row.made_at)
    return KeptEnvelope(*head, row.known_as or "")


def _letter(row: Row[*tuple[Any, ...]]) -> KeptLetter:
    owner = row.mail_id or ""
    return KeptLetter(row.id, owner, row.message_id, row.sender, row.reply_token, row.sha256, row.size, row.made_at)
