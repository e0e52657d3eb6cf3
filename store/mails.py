"""Mails: looked up, read, claimed for judging under a lease.

One index over `due_at` finds new mail, postponed mail whose time has come, and mail whose worker died: a lease is
nothing but a later `due_at` with an owner, and a fencing token that only grows.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from store import outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.decisions import decisions_of, write_decision
from store.errors import LeaseLostError
from store.journal import Entry, append
from store.judgement import SEALING, Claimed, Decision, DecisionVerb, EnvelopeRecord, Judgement, NewDelivery
from store.mail import MailState, ReceivedMail, SealedMailError, move
from store.recording import Judgements, write_notices
from store.rows import MAIL_COLUMNS, AnyRow, mail_of
from store.schema import arrivals, findings, mails
from store.settings import StoreSettings

_PAGE = 500


class Mails:
    """The mails.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)
        self.judgements = Judgements(db, blobs, settings)  #: what was judged, and lookups in it

    def get(self, mail_id: str) -> ReceivedMail | None:
        """The mail of that id; None = there is none."""
        with self._db.reading() as connection:
            row = connection.execute(select(*MAIL_COLUMNS).where(mails.c.id == mail_id)).one_or_none()
        return None if row is None else mail_of(row)

    def body(self, mail_id: str) -> bytes:
        """The exact bytes of the mail.

        Raises:
            KeyError: there is no such mail.
        """
        return self._contents.read(mail_id, self._sha256(mail_id))

    def open_body(self, mail_id: str) -> BinaryIO:
        """The exact bytes of the mail as a stream.

        Raises:
            KeyError: there is no such mail.
        """
        return self._contents.open(mail_id, self._sha256(mail_id))

    def list(
        self,
        state: MailState | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[ReceivedMail]:
        """Mails, newest first, `since` included and `until` not.  Streams; holds nothing between pages."""
        asked: list[ColumnElement[bool]] = []
        if state is not None:
            asked.append(mails.c.state == state.value)
        if since is not None:
            asked.append(mails.c.received_at >= since)
        if until is not None:
            asked.append(mails.c.received_at < until)
        return self._pages(asked, limit)

    def states(self) -> dict[str, int]:
        """How many mails are in each state."""
        with self._db.reading() as connection:
            asked = select(mails.c.state, func.count()).group_by(mails.c.state)
            return {state: int(count) for state, count in connection.execute(asked)}

    def to_judge(self, most: int) -> int:
        """How many wait to be judged, counted up to `most`: asked often, of however long a queue."""
        with self._db.reading() as connection:
            asked = select(mails.c.id).where(mails.c.state == MailState.RECEIVED).limit(most).subquery()
            return int(connection.execute(select(func.count()).select_from(asked)).scalar_one())

    def with_message_id(self, message_id: str) -> tuple[ReceivedMail, ...]:
        """Mails that were read and bear this Message-ID, newest first."""
        return tuple(self._pages([mails.c.message_id == message_id], None)) if message_id else ()

    def arrivals(self, mail_id: str) -> tuple[datetime, ...]:
        """When the mail was handed in: once, or again and again."""
        with self._db.reading() as connection:
            asked = select(arrivals.c.at).where(arrivals.c.mail_id == mail_id).order_by(arrivals.c.id)
            return tuple(connection.execute(asked).scalars())

    def uids(self, account: str, mailbox: str, uidvalidity: int, above: int) -> dict[int, datetime | None]:
        """The UIDs greater than `above` of that mailbox whose messages are on disk, with their internal dates.

        Of a UID that showed two messages (a server that was set back) the later one's date.
        """
        place = (arrivals.c.account == account) & (arrivals.c.mailbox == mailbox)
        where = and_(place, arrivals.c.uidvalidity == uidvalidity, arrivals.c.uid > above)
        with self._db.reading() as connection:
            rows = connection.execute(select(arrivals.c.uid, arrivals.c.origin).where(where).order_by(arrivals.c.id))
            return {row.uid: getattr(row.origin, "internal_date", None) for row in rows}

    def decisions(self, mail_id: str) -> tuple[Decision, ...]:
        """What persons decided about the mail, oldest first."""
        with self._db.reading() as connection:
            return decisions_of(connection, mail_id)

    def claim(self, owner: str, lease: timedelta, now: datetime) -> Claimed | None:
        """Take the mail that has been due longest; None = nothing is due."""
        return self._claim(mails.c.due_at <= now, owner, lease, now)

    def claim_one(self, mail_id: str, owner: str, lease: timedelta, now: datetime) -> Claimed | None:
        """Take this mail if it waits for judging and nobody holds it; its postponement is overruled."""
        free = and_(mails.c.due_at.is_not(None), (mails.c.lease_owner.is_(None)) | (mails.c.due_at <= now))
        return self._claim(and_(mails.c.id == mail_id, free), owner, lease, now)

    def renew(self, mail_id: str, token: int, until: datetime) -> None:
        """Hold the mail until `until`.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        self._held(mail_id, token, until)

    def release(self, mail_id: str, token: int, now: datetime) -> None:
        """Give the mail back unjudged (a stop, evidence out of reach for the worker): no crash.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        self._held(mail_id, token, now, lease_owner=None)

    def record(self, mail_id: str, token: int, judgement: Judgement, actor: str, now: datetime) -> int:
        """Record what was judged, all of it or nothing, and give up the lease; returns the judgement's number.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        return self.judgements.record(mail_id, token, judgement, actor, now)

    def set_aside(
        self,
        mail_id: str,
        token: int,
        actor: str,
        now: datetime,
        *,
        evidence: Mapping[str, str],
        notices: Sequence[str] = (),
    ) -> int:
        """Hold a mail whose reading kills its worker again and again, so that it delays nobody.

        Raises:
            LeaseLostError: somebody else took it over.
        """
        return self.judgements.set_aside(mail_id, token, actor, now, evidence=evidence, notices=notices)

    def decide(
        self,
        mail_id: str,
        decision: Decision,
        now: datetime,
        notices: tuple[str, ...] = (),
        *,
        envelopes: Sequence[EnvelopeRecord] = (),
        new: Sequence[NewDelivery] = (),
    ) -> None:
        """Record a person's word: rejected at once, with `notices` to the sender; else to be judged again in its light.

        `envelopes` tell the axis that a packet of it came from, and `new` are their deliveries.

        Raises:
            KeyError: there is no such mail.
            IllegalMoveError: it is not held (or, to replay, postponed): too late.
            SealedMailError: it is sealed, and this is neither its clearance nor its refusal.
        """
        rejects = decision.verb is DecisionVerb.REJECT
        out = outgoing.ready(self._contents, envelopes, (), new)
        with self._db.transaction() as connection:
            asked = select(mails.c.state, mails.c.judgement).where(mails.c.id == mail_id).with_for_update()
            row = connection.execute(asked).one_or_none()
            if row is None:
                raise KeyError(mail_id)
            state = move(MailState(row.state), MailState.REJECTED if rejects else MailState.RECEIVED)
            if decision.verb not in (DecisionVerb.CLEAR, DecisionVerb.REJECT) and _sealed(connection, mail_id, row):
                raise SealedMailError(mail_id)
            write_decision(connection, mail_id, decision, now)
            due = None if rejects else now
            connection.execute(update(mails).where(mails.c.id == mail_id).values(state=state.value, due_at=due))
            write_notices(connection, mail_id, row.judgement, notices, now)
            outgoing.write(connection, self._contents, out, mail_id, now)
            append(connection, now, [Entry(decision.actor, f"mail.{decision.verb}", mail_id)])

    def _claim(self, which: ColumnElement[bool], owner: str, lease: timedelta, now: datetime) -> Claimed | None:
        first = select(mails.c.id).where(which).order_by(mails.c.due_at, mails.c.id).limit(1)
        if self._db.dialect == "sqlite":
            with self._db.reading() as connection:  # an idle worker must not take the only writer's lock
                if connection.execute(first).one_or_none() is None:
                    return None
        with self._db.transaction() as connection:
            found = connection.execute(first.with_for_update(skip_locked=True)).scalar_one_or_none()
            if found is None:
                return None
            before = connection.execute(
                select(mails.c.state, mails.c.lease_owner, mails.c.crashes).where(mails.c.id == found)
            ).one()
            was = MailState(before.state)
            crashes = before.crashes + (before.lease_owner is not None)
            changed = update(mails).where(mails.c.id == found)
            row = connection.execute(
                changed.values(
                    state=(was if was is MailState.RECEIVED else move(was, MailState.RECEIVED)).value,
                    lease_owner=owner,
                    due_at=now + lease,
                    token=mails.c.token + 1,
                    crashes=crashes,
                ).returning(*MAIL_COLUMNS, mails.c.token, mails.c.crashes, mails.c.judgement)
            ).one()
            claimed = _claimed(connection, row)
            if was is not MailState.RECEIVED:
                append(connection, now, [Entry("worker", "mail.resumed", found)])
            return claimed

    def _held(self, mail_id: str, token: int, due: datetime, **values: None) -> None:
        mine = and_(mails.c.id == mail_id, mails.c.token == token, mails.c.lease_owner.is_not(None))
        with self._db.transaction() as connection:
            if connection.execute(update(mails).where(mine).values(due_at=due, **values)).rowcount != 1:
                raise LeaseLostError(mail_id)

    def _sha256(self, mail_id: str) -> str:
        found = self.get(mail_id)
        if found is None:
            raise KeyError(mail_id)
        return found.sha256

    def _pages(self, asked: Sequence[ColumnElement[bool]], limit: int | None) -> Iterator[ReceivedMail]:
        # Ids are UUIDv7: their order is the order of taking in.
        query = select(*MAIL_COLUMNS).where(*asked).order_by(mails.c.id.desc())
        left, last = limit, ""
        while left is None or left > 0:
            page = _PAGE if left is None else min(_PAGE, left)
            with self._db.reading() as connection:
                rows = connection.execute((query.where(mails.c.id < last) if last else query).limit(page)).all()
            yield from map(mail_of, rows)
            if len(rows) < page:
                return
            last = rows[-1].id
            left = None if left is None else left - len(rows)


def _sealed(connection: Connection, mail_id: str, row: AnyRow) -> bool:
    """Does the judgement in force see a state secret?"""
    codes = [code.value for code in SEALING]
    asked = select(findings.c.code).where(
        findings.c.mail_id == mail_id, findings.c.number == row.judgement, findings.c.code.in_(codes)
    )
    return connection.execute(asked.limit(1)).one_or_none() is not None


def _claimed(connection: Connection, row: AnyRow) -> Claimed:
    return Claimed(mail_of(row), row.token, row.crashes, row.judgement, decisions_of(connection, row.id))
