"""What receivers report of our envelopes: each word of each receiver is a row, in the order in which they came.

Promise: nothing is judged here and nothing is lost: repeated and late words are kept like any other; what a packet said
is written once, however often the packet is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.connection import Database
from store.journal import Entry, append
from store.recording import write_notices
from store.register import folded
from store.rows import AnyRow
from store.schema import deliveries, envelopes, mails, statuses


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One word of one receiver."""

    number: int  #: 1 for the first of its envelope
    at: datetime  #: when it came
    organ_id: str  #: who says so
    code: str  #: two digits
    said_at: datetime | None  #: by its own time stamp
    says: str
    mail_id: str  #: the packet that said it; "" = we said it ourselves


@dataclass(frozen=True, slots=True)
class Said:
    """What a status packet says of a document."""

    names: tuple[str, ...]  #: what the document may be called, surest first
    organ_id: str  #: who says so
    code: str
    says: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """The envelope that a status speaks of."""

    envelope_id: str
    mail_id: str  #: the mail that it was made of; "" = none
    receivers: str  #: organ ids


class Statuses:
    """The words of receivers.  Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def meant(self, said: Said, axis: str) -> Meant | None:
        """The newest envelope on that axis that the status may speak of; None = there is none."""
        names = [folded(name) for name in said.names if name.strip()]
        with self._db.reading() as connection:
            rows = connection.execute(
                select(envelopes.c.id, envelopes.c.mail_id, envelopes.c.summary, envelopes.c.known_as)
                .join(deliveries, deliveries.c.content_id == envelopes.c.id)
                .where(
                    envelopes.c.known_as.in_(names),
                    envelopes.c.kind == "document",
                    deliveries.c.kind == "envelope",
                    deliveries.c.recipient == axis,
                )
                .order_by(envelopes.c.made_at.desc(), envelopes.c.id.desc())
                .limit(50)
            ).all()
        found = [Meant(row.id, row.mail_id or "", row.summary.get("receivers", "")) for row in rows]
        # The same document may have gone out in several envelopes: the one that was for the speaker.
        mine = [one for one in found if folded(said.organ_id) in one.receivers.casefold().split(", ")]
        return next(iter((*mine, *found)), None)

    def note(
        self,
        envelope_id: str,
        said: Said,
        now: datetime,
        *,
        packet: str = "",
        notice: str = "",
        actor: str = "worker",
    ) -> bool:
        """Write down what was said, once for each `packet`; the sender of its mail is told by `notice`, if any.

        False = that packet said it before.
        """
        with self._db.transaction() as connection:
            owner = connection.execute(
                select(envelopes.c.mail_id).where(envelopes.c.id == envelope_id).with_for_update()
            ).scalar_one_or_none()
            known = _of(connection, envelope_id)
            if packet and any(row.mail_id == packet for row in known):
                return False
            connection.execute(
                insert(statuses).values(
                    envelope_id=envelope_id,
                    number=len(known) + 1,
                    at=now,
                    organ_id=said.organ_id,
                    code=said.code,
                    said_at=said.said_at,
                    says=said.says,
                    mail_id=packet,
                )
            )
            again = any(row.code == said.code and folded(row.organ_id) == folded(said.organ_id) for row in known)
            if owner and notice and not again:
                number = connection.execute(select(mails.c.judgement).where(mails.c.id == owner)).scalar_one()
                write_notices(connection, owner, number, (notice,), now)
            detail = {"envelope": envelope_id, "status": said.code, "packet": packet}
            append(connection, now, [Entry(actor, "envelope.status", owner or "", detail=detail)])
        return True

    def of(self, envelope_id: str) -> tuple[StatusRow, ...]:
        """Every word about that envelope, in the order in which they came."""
        with self._db.reading() as connection:
            return tuple(map(_status, _of(connection, envelope_id)))


def _of(connection: Connection, envelope_id: str) -> Sequence[AnyRow]:
    asked = select(statuses).where(statuses.c.envelope_id == envelope_id).order_by(statuses.c.number)
    return connection.execute(asked).all()


def _status(row: AnyRow) -> StatusRow:
    return StatusRow(row.number, row.at, row.organ_id, row.code, row.said_at, row.says, row.mail_id)
