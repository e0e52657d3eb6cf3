"""A Bookmark says how far a mailbox is settled: everything up to that UID is on disk, or is not for us.

It saves traffic and nothing hangs on it: without one, or with one that is too old, the mailbox is listed from further
back, and what is on disk is recognised there.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from store.connection import Database
from store.schema import bookmarks


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far one mailbox of one account is settled."""

    account: str
    mailbox: str
    uidvalidity: int
    uid: int  #: the highest that is settled
    internal_date: datetime | None  #: of that message, by which a server that was set back betrays itself
    terms: str  #: the settings under which it was settled; under others the mailbox is gone through again
    left: int  #: messages up to there that stay as too large


class Bookmarks:
    """One for each mailbox.  Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, account: str, mailbox: str) -> Bookmark | None:
        """The bookmark of that mailbox; None = there is none yet."""
        where = (bookmarks.c.account == account) & (bookmarks.c.mailbox == mailbox)
        with self._db.reading() as connection:
            row = connection.execute(select(bookmarks).where(where)).one_or_none()
        return None if row is None else Bookmark(*row)

    def put(self, bookmark: Bookmark) -> None:
        """Replace that mailbox' bookmark.  Of two who write at once either may win."""
        where = (bookmarks.c.account == bookmark.account) & (bookmarks.c.mailbox == bookmark.mailbox)
        values = {column.name: getattr(bookmark, column.name) for column in bookmarks.c}
        with self._db.transaction() as connection:
            if self._db.dialect == "postgresql":  # two first ones at once would both find nothing to delete
                connection.exec_driver_sql("LOCK TABLE bookmarks IN SHARE ROW EXCLUSIVE MODE")
            connection.execute(delete(bookmarks).where(where))
            connection.execute(insert(bookmarks).values(**values))
