"""An Arrival is one handing-in of bytes; a mail may arrive more than once and is kept once.

What makes two arrivals the same mail: the same bytes, reverse path and recipients (SMTP, file) or the same bytes and
account (IMAP) within the window; the same message of the same mailbox, or the same packet of an axis, at any time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never

from sqlalchemy import Connection, Row, insert, select, text

from store.contents import Content, Contents
from store.ids import new_id
from store.journal import Entry, append
from store.mail import AxisOrigin, FileOrigin, ImapOrigin, MailState, Origin, SmtpOrigin
from store.schema import arrivals, mails


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that are ready to be named by a row, where they came from, and when."""

    content: Content
    origin: Origin
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail that is on disk."""

    mail_id: str
    again: bool  #: it was there before; this was another arrival


@dataclass(frozen=True, slots=True)
class _Known:
    """A mail that an arrival may be the same as."""

    mail_id: str
    at: datetime


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def sameness(arrival: Arrival) -> str:
    """What must agree, within the window, for two arrivals to be the same mail."""
    digest, origin = arrival.content.sha256, arrival.origin
    match origin:
        case SmtpOrigin() | FileOrigin():
            recipients = sorted({path.address for path in origin.rcpt_to})
            return _digest("envelope", digest, origin.mail_from, *recipients)
        case ImapOrigin():
            return _digest("account", digest, origin.account)
        case AxisOrigin():
            return _digest("packet", digest, origin.axis, origin.packet)
        case _:
            assert_never(origin)


def place(arrival: Arrival) -> str | None:
    """Where a thing lay that can show itself again for ever; None = nowhere."""
    digest, origin = arrival.content.sha256, arrival.origin
    match origin:
        case SmtpOrigin() | FileOrigin():
            return None
        case ImapOrigin():
            # The digest is part of it: a server that breaks its UIDVALIDITY promise (RFC 3501 section 2.3.1.1) must
            # not make a new mail vanish behind an old one.
            where = (origin.account, origin.mailbox, str(origin.uidvalidity), str(origin.uid))
            return _digest("imap", digest, *where)
        case AxisOrigin():
            return _digest("axis", digest, origin.axis, origin.packet)
        case _:
            assert_never(origin)


def write_arrivals(
    connection: Connection, bodies: Contents, batch: Sequence[Arrival], window: timedelta, now: datetime
) -> list[Kept]:
    """Write what is new, note what came again; one answer for each, in order."""
    keys = [sameness(arrival) for arrival in batch]
    places = [place(arrival) for arrival in batch]
    if connection.dialect.name == "postgresql":
        _lock(connection, keys)
    known = _known(connection, keys)
    seen = _seen(connection, (where for where in places if where is not None))
    answers: list[Kept] = []
    new_mails: list[dict[str, object]] = []
    new_arrivals: list[dict[str, object]] = []
    new_contents: dict[str, Content] = {}
    entries: list[Entry] = []
    for arrival, key, where in zip(batch, keys, places, strict=True):
        if where is not None and where in seen:
            answers.append(Kept(seen[where], again=True))
            entries.append(_entry(arrival, answers[-1]))
            continue
        same = next((one for one in known.get(key, ()) if abs(arrival.at - one.at) <= window), None)
        mail_id = new_id() if same is None else same.mail_id
        if same is None:
            new_mails.append(_mail_row(mail_id, arrival, key))
            new_contents[mail_id] = arrival.content
            known.setdefault(key, []).append(_Known(mail_id, arrival.at))
        new_arrivals.append(_arrival_row(mail_id, arrival, where))
        if where is not None:
            seen[where] = mail_id
        answers.append(Kept(mail_id, again=same is not None))
        entries.append(_entry(arrival, answers[-1]))
    if new_mails:
        connection.execute(insert(mails), new_mails)
        bodies.insert(connection, new_contents)
    if new_arrivals:
        connection.execute(insert(arrivals), new_arrivals)
    append(connection, now, entries)
    return answers


def _lock(connection: Connection, keys: Sequence[str]) -> None:
    """Two transactions that bring the same mail take turns.  Sorted, so that two batches cannot wait in a circle."""
    numbers = sorted({int(key[:15], 16) for key in keys})
    connection.execute(
        text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:numbers AS bigint[])) AS k"), {"numbers": numbers}
    )


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, list[_Known]]:
    found: dict[str, list[_Known]] = {}
    columns = (mails.c.sameness, mails.c.id, mails.c.received_at)
    for row in connection.execute(
        select(*columns).where(mails.c.sameness.in_(set(keys))).order_by(mails.c.received_at)
    ):
        found.setdefault(row.sameness, []).append(_Known(row.id, row.received_at))
    return found


def _seen(connection: Connection, places: Iterable[str]) -> dict[str, str]:
    asked = set(places)
    if not asked:
        return {}
    rows: Sequence[Row[str, str]] = connection.execute(
        select(arrivals.c.place, arrivals.c.mail_id).where(arrivals.c.place.in_(asked))
    ).all()
    return {row.place: row.mail_id for row in rows}


def _mail_row(mail_id: str, arrival: Arrival, key: str) -> dict[str, object]:
    return {
        "id": mail_id,
        "kind": arrival.origin.kind,
        "origin": arrival.origin,
        "mail_from": arrival.origin.mail_from,
        "received_at": arrival.at,
        "sha256": arrival.content.sha256,
        "size": arrival.content.size,
        "sameness": key,
        "state": MailState.RECEIVED.value,
        "message_id": "",
        "classification": "",
        "judgement": 0,
        "due_at": arrival.at,
        "lease_owner": None,
        "token": 0,
        "crashes": 0,
    }


def _arrival_row(mail_id: str, arrival: Arrival, where: str | None) -> dict[str, object]:
    origin = arrival.origin
    imap = origin if isinstance(origin, ImapOrigin) else None
    return {
        "id": new_id(),
        "mail_id": mail_id,
        "at": arrival.at,
        "origin": origin,
        "account": imap.account if imap else None,
        "mailbox": imap.mailbox if imap else None,
        "uidvalidity": imap.uidvalidity if imap else None,
        "uid": imap.uid if imap else None,
        "place": where,
    }


def _entry(arrival: Arrival, kept: Kept) -> Entry:
    verb = "mail.again" if kept.again else "mail.kept"
    detail = {"sha256": arrival.content.sha256, "size": str(arrival.content.size)}
    return Entry(arrival.origin.kind, verb, kept.mail_id, detail=detail)
