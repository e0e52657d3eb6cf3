"""Notices: what a sender is to be told.  Events that come close together become one letter, and each is told once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, exists, func, insert, not_, or_, select, tuple_, update

from store import outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.journal import Entry, append
from store.judgement import LetterRecord, NewDelivery
from store.mail import MailState
from store.schema import deliveries, letters, mails, notices
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

    def ripe(
        self, now: datetime, gather: timedelta, limit: int = 100, at_once: str = ""
    ) -> tuple[tuple[Notice, ...], ...]:
        """Untold notices of each mail whose first is older than `gather`: one group is one letter.

        Events that begin with `at_once` wait for no others.
        """
        untold = notices.c.told_at.is_(None)
        first = func.min(notices.c.at)
        ready = first <= now - gather
        if at_once:
            ready = or_(ready, func.max(case((notices.c.event.startswith(at_once), 1), else_=0)) == 1)
        with self._db.reading() as connection:
            asked = select(notices.c.mail_id).where(untold).group_by(notices.c.mail_id)
            ripe = connection.execute(asked.having(ready).order_by(first).limit(limit)).scalars().all()
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

    def add(self, mail_id: str, event: str, now: datetime) -> bool:
        """Note one more thing that the sender is to be told; False = it was noted before, told or not."""
        with self._db.transaction() as connection:
            asked = select(mails.c.judgement).where(mails.c.id == mail_id).with_for_update()
            number = connection.execute(asked).scalar_one_or_none()
            known = select(notices.c.number).where(notices.c.mail_id == mail_id, notices.c.event == event)
            if number is None or connection.execute(known.limit(1)).first() is not None:
                return False
            row = {"mail_id": mail_id, "number": number, "event": event, "at": now}
            connection.execute(insert(notices).values(**row, told_at=None, letter_id=None))
        return True

    def overdue(self, event: str, before: datetime, limit: int = 100) -> tuple[str, ...]:
        """Mails that came before `before` and wait for a person or a proof, whose senders were not told `event` yet."""
        told = exists().where(notices.c.mail_id == mails.c.id, notices.c.event == event)
        waits = mails.c.state.in_((MailState.HELD.value, MailState.POSTPONED.value))
        asked = select(mails.c.id).where(waits, mails.c.received_at < before, mails.c.kind != "axis", not_(told))
        with self._db.reading() as connection:
            return tuple(connection.execute(asked.order_by(mails.c.id).limit(limit)).scalars())

    def automatic(self, since: datetime, recipient: str = "") -> int:
        """How many automatic letters (under the empty reverse path) were queued since then, to anybody or to one."""
        asked = (
            select(func.count())
            .select_from(deliveries.join(letters, letters.c.id == deliveries.c.content_id))
            .where(deliveries.c.born > since, deliveries.c.kind == "letter", letters.c.sender == "")
        )
        if recipient:
            asked = asked.where(deliveries.c.recipient == recipient)
        with self._db.reading() as connection:
            return int(connection.execute(asked).scalar_one())

    def receipts(self, mail_id: str) -> tuple[str, ...]:
        """Ids of the letters that told the sender of this mail something, in order."""
        asked = select(notices.c.letter_id).where(notices.c.mail_id == mail_id, notices.c.letter_id.is_not(None))
        with self._db.reading() as connection:
            return tuple(sorted(set(connection.execute(asked).scalars())))
