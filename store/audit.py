"""The audit counts: what was taken in is somewhere, what was accepted goes out, and every byte is there.

    taken in = accepted + released + postponed + held + rejected + filed + in work
    accepted or released  =>  every Delivery Done, Failed-and-told, Queued, or Cancelled by a person

"Taken in" is counted in the journal, so that a mail's row cannot vanish together with the count of it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, not_, or_, select

from store.blobs import Blobs
from store.connection import Database
from store.mail import MailState
from store.schema import arrivals, contents, deliveries, envelopes, evidence_items, journal, letters, mails

_PAGE = 200
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it must be."""

    kind: str  #: mail.lost, mail.stranded, content.missing...
    about: str  #: the id of a mail, envelope, letter or delivery; "" = the whole
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What was counted, and what does not add up."""

    taken_in: int  #: by the journal
    states: Mapping[MailState, int]
    deliveries: Mapping[str, int]  #: by the word of their state
    contents: int  #: mails, envelopes, letters and pieces of evidence whose bytes were looked for
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """Whether everything adds up."""
        return not self.differences


def audit(
    db: Database, blobs: Blobs, now: datetime, *, deep: bool = False, patience: timedelta = _AN_HOUR
) -> AuditResult:
    """Count everything; `deep` hashes every byte; leases that ended before `now - patience` are overdue."""
    with db.snapshot() as connection:
        kept = select(func.count()).select_from(journal).where(journal.c.verb == "mail.kept")
        taken_in: int = connection.execute(kept).scalar_one()
        states = {MailState(word): count for word, count in _by(connection, mails.c.state).items()}
        by_word = _by(connection, deliveries.c.state)
        found = list(_counted(connection, now - patience))
    if taken_in != sum(states.values()):
        detail = f"taken in {taken_in}, on record {sum(states.values())}"
        found.insert(0, Difference("mail.count", "", detail))
    looked_at = 0
    for table in (mails, envelopes, letters, evidence_items):
        for difference in _looked_at(db, blobs, table, deep):
            looked_at += 1
            if difference is not None:
                found.append(difference)
    return AuditResult(taken_in, states, by_word, looked_at, tuple(found))


def _by(connection: Connection, column: ColumnElement[str]) -> dict[str, int]:
    rows = connection.execute(select(column.label("word"), func.count().label("many")).group_by(column))
    return {row.word: row.many for row in rows}


def _counted(connection: Connection, overdue: datetime) -> Iterator[Difference]:
    for kind, question in _questions(overdue).items():
        for about in connection.execute(question).scalars():
            yield Difference(kind, about)


def _questions(overdue: datetime) -> dict[str, Select[str]]:
    """Each selects the ids of what must not be."""
    waits = mails.c.state.in_((MailState.RECEIVED.value, MailState.POSTPONED.value))
    through = mails.c.state.in_((MailState.ACCEPTED.value, MailState.RELEASED.value))
    document = and_(through, mails.c.classification == "document")
    brings_envelope = exists().where(envelopes.c.mail_id == mails.c.id, envelopes.c.kind == "document")
    brings_letter = exists().where(deliveries.c.mail_id == mails.c.id, deliveries.c.kind == "letter")
    deliveries_of = select(func.count()).select_from(deliveries).where(deliveries.c.content_id == envelopes.c.id)
    kept = select(journal.c.mail_id).where(journal.c.verb == "mail.kept")
    owner = select(mails.c.kind).where(mails.c.id == deliveries.c.mail_id).scalar_subquery()
    matters = or_(deliveries.c.kind == "envelope", owner == "axis")
    return {
        "mail.lost": kept.where(not_(exists().where(mails.c.id == journal.c.mail_id))),
        "mail.without-arrival": select(mails.c.id).where(not_(exists().where(arrivals.c.mail_id == mails.c.id))),
        "mail.stranded": select(mails.c.id).where(waits, mails.c.due_at.is_(None)),
        "mail.unsettled": select(mails.c.id).where(not_(waits), mails.c.due_at.is_not(None)),
        "mail.unjudged": select(mails.c.id).where(not_(waits), mails.c.judgement == 0),
        "mail.without-envelope": select(mails.c.id).where(document, mails.c.kind != "axis", not_(brings_envelope)),
        "mail.without-letter": select(mails.c.id).where(document, mails.c.kind == "axis", not_(brings_letter)),
        "mail.lease-overdue": select(mails.c.id).where(mails.c.lease_owner.is_not(None), mails.c.due_at < overdue),
        "envelope.deliveries": select(envelopes.c.id).where(deliveries_of.scalar_subquery() != 1),
        "letter.without-delivery": select(letters.c.id).where(
            not_(exists().where(deliveries.c.content_id == letters.c.id))
        ),
        "delivery.untold": select(deliveries.c.id).where(
            deliveries.c.state == "failed", deliveries.c.told_at.is_(None), matters
        ),
        "delivery.stranded": select(deliveries.c.id).where(
            deliveries.c.state == "queued", deliveries.c.due_at.is_(None)
        ),
        "delivery.lease-overdue": select(deliveries.c.id).where(
            deliveries.c.lease_owner.is_not(None), deliveries.c.due_at < overdue
        ),
    }


def _looked_at(db: Database, blobs: Blobs, table: Table, deep: bool) -> Iterator[Difference | None]:
    """One answer for each owner of bytes; pages, so that no view is held while files are read."""
    size = func.length(contents.c.content).label("there")
    key = table.c.sha256 if table is evidence_items else table.c.id
    columns: tuple[ColumnElement[Any], ...] = (key.label("id"), table.c.sha256, table.c.size, size)
    if deep:
        columns = (*columns, contents.c.content)
    asked = select(*columns).select_from(table.outerjoin(contents, contents.c.id == key)).order_by(key)
    last = ""
    while True:
        with db.reading() as connection:
            rows = connection.execute(asked.where(key > last).limit(_PAGE)).all()
        for row in rows:
            if row.there is None:
                wrong = blobs.check(row.sha256, row.size, deep)
            elif row.there != row.size:
                wrong = "size"
            else:
                wrong = "sha256" if deep and hashlib.sha256(row.content).hexdigest() != row.sha256 else ""
            yield Difference(f"content.{wrong}", row.id, table.name) if wrong else None
        if len(rows) < _PAGE:
            return
        last = rows[-1].id
