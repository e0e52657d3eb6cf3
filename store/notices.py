"""Notices: what a sender is to be told.  Events that come close together become one letter, and each is told once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, tuple_, update

from store import outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.journal import Entry, append
from store.judgement import LetterRecord, NewDelivery
from store.schema import notices
from store.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Notice:
    """One event that the sender of a mail does not know yet."""

    mail_id: str
    number: int  #: of the judgement that it came from
    event: str  #: arrived, accepted, rejected...
    at: datetime


class Notices:
    """The notices.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def ripe(self, now: datetime, gather: timedelta, limit: int = 100) -> tuple[tuple[Notice, ...], ...]:
        """Untold notices of each mail whose first is older than `gather`: one group is one letter."""
        untold = notices.c.told_at.is_(None)
        first = func.min(notices.c.at)
        with self._db.reading() as connection:
            asked = select(notices.c.mail_id).where(untold).group_by(notices.c.mail_id)
            ripe = connection.execute(asked.having(first <= now - gather).order_by(first).limit(limit)).scalars().all()
            mine = and_(untold, notices.c.mail_id.in_(ripe))
            rows = connection.execute(
                select(notices).where(mine).order_by(notices.c.number, notices.c.at, notices.c.event)
            ).all()
        groups: dict[str, list[Notice]] = {mail_id: [] for mail_id in ripe}
        for row in rows:
            groups[row.mail_id].append(Notice(row.mail_id, row.number, row.event, row.at))
        return tuple(tuple(group) for group in groups.values())

    def told(
        self,
        group: Sequence[Notice],
        now: datetime,
        *,
        letter: LetterRecord | None = None,
        delivery: NewDelivery | None = None,
        reason: str = "",
    ) -> bool:
        """Queue the letter that tells this group, once; False = somebody told one of them already.

        Without a letter the group is closed untold, for `reason`: there is nobody who may be written to.
        """
        mail_id = group[0].mail_id
        keys = [(notice.number, notice.event) for notice in group]
        out = outgoing.ready(self._contents, [], [letter] if letter else [], [delivery] if delivery else [])
        with self._db.transaction() as connection:
            untold = and_(
                notices.c.mail_id == mail_id,
                notices.c.told_at.is_(None),
                tuple_(notices.c.number, notices.c.event).in_(keys),
            )
            held = connection.execute(select(notices.c.event).where(untold).with_for_update()).all()
            if len(held) != len(set(keys)):
                return False
            outgoing.write(connection, self._contents, out, mail_id, now)
            letter_id = letter.id if letter else None
            connection.execute(update(notices).where(untold).values(told_at=now, letter_id=letter_id))
            told = {"events": " ".join(sorted({notice.event for notice in group}))}
            entry = (
                Entry("worker", "notice.told", mail_id, delivery.id if delivery else "", told)
                if letter
                else Entry("worker", "notice.closed", mail_id, detail={**told, "reason": reason})
            )
            append(connection, now, [entry])
        return True

    def receipts(self, mail_id: str) -> tuple[str, ...]:
        """Ids of the letters that told the sender of this mail something, in order."""
        asked = select(notices.c.letter_id).where(notices.c.mail_id == mail_id, notices.c.letter_id.is_not(None))
        with self._db.reading() as connection:
            return tuple(sorted(set(connection.execute(asked).scalars())))
