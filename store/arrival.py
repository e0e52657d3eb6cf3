"""An Arrival is one handing-in of bytes; a mail may arrive more than once and is kept once.

What makes two arrivals the same mail: the same bytes, reverse path and recipients (SMTP, file) or the same packet of an
axis within the window; the same bytes in the same account (IMAP), or the same place (a packet's too, whatever its
bytes, where the axis names each packet once), at any time: a mailbox that was renamed, moved or made anew shows mails
of any age again, and a mail that was sent again differs in its trace fields.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, assert_never

from pydantic import TypeAdapter

from store.columns import Moment, dumped
from store.contents import Content, Contents
from store.direct import Direct
from store.ids import new_id
from store.journal import Entry, append
from store.mail import AxisOrigin, FileOrigin, ImapOrigin, MailState, Origin, SmtpOrigin
from store.prepared import Prepared
from store.schema import arrivals, mails

_ORIGIN: TypeAdapter[Origin] = TypeAdapter(Origin)
_MOMENT = Moment()
_ENCODED = frozenset({"origin", "received_at", "due_at", "at"})  # the same values go into two rows, converted once
_MAIL_ROWS = Prepared(
    mails,
    (
        *("id", "kind", "origin", "mail_from", "received_at", "sha256", "size", "sameness", "due_at"),
        *("state", "message_id", "classification", "judgement", "token", "crashes"),
    ),
    _ENCODED,
)
_ARRIVAL_ROWS = Prepared(
    arrivals, ("id", "mail_id", "at", "origin", "account", "mailbox", "uidvalidity", "uid", "place"), _ENCODED
)


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
        case AxisOrigin(named_once=True):
            return _digest("named-packet", origin.axis, origin.packet)
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
        case AxisOrigin(named_once=True):
            # Platforms write packets anew on their way: fetched twice, one packet may have two digests.
            return place_of_named(origin.axis, origin.packet)
        case AxisOrigin():
            return _digest("axis", digest, origin.axis, origin.packet)
        case _:
            assert_never(origin)


def place_of_named(axis: str, packet: str) -> str:
    """Where a packet lay that its axis names once."""
    return _digest("named-axis", axis, packet)


def write_arrivals(
    direct: Direct, bodies: Contents, batch: Sequence[Arrival], window: timedelta, now: datetime
) -> list[Kept]:
    """Write what is new, note what came again; one answer for each, in order."""
    keys = [sameness(arrival) for arrival in batch]
    places = [place(arrival) for arrival in batch]
    if direct.name == "postgresql":
        _lock(direct, keys)
    known = _known(direct, keys)
    seen = _seen(direct, {where for where in places if where is not None})
    answers: list[Kept] = []
    new_mails: list[tuple[object, ...]] = []
    new_arrivals: list[tuple[object, ...]] = []
    new_contents: dict[str, Content] = {}
    entries: list[Entry] = []
    for arrival, key, where in zip(batch, keys, places, strict=True):
        if where is not None and where in seen:
            answers.append(Kept(seen[where], again=True))
            entries.append(_entry(arrival, answers[-1]))
            continue
        origin, at = dumped(_ORIGIN, arrival.origin), _MOMENT.process_bind_param(arrival.at, direct.dialect)
        ever = isinstance(arrival.origin, ImapOrigin)
        same = next((one for one in known.get(key, ()) if ever or abs(arrival.at - one.at) <= window), None)
        mail_id = new_id() if same is None else same.mail_id
        if same is None:
            new_mails.append(_mail_row(mail_id, arrival, origin, at, key))
            new_contents[mail_id] = arrival.content
            known.setdefault(key, []).append(_Known(mail_id, arrival.at))
        new_arrivals.append(_arrival_row(mail_id, arrival, origin, at, where))
        if where is not None:
            seen[where] = mail_id
        answers.append(Kept(mail_id, again=same is not None))
        entries.append(_entry(arrival, answers[-1]))
    _MAIL_ROWS.write(direct, new_mails)
    bodies.insert(direct, new_contents)
    _ARRIVAL_ROWS.write(direct, new_arrivals)
    append(direct, now, entries)
    return answers


def _lock(direct: Direct, keys: Sequence[str]) -> None:
    """Two transactions that bring the same mail take turns.  Sorted, so that two batches cannot wait in a circle."""
    numbers = sorted({int(key[:15], 16) for key in keys})
    direct.rows("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", (numbers,))


# One text for any number of keys, so that it is prepared once; the columns are text on both.
_KNOWN = {
    "postgresql": "SELECT sameness, id, received_at FROM mails WHERE sameness = ANY(%s) ORDER BY received_at",
    "sqlite": "SELECT sameness, id, received_at FROM mails WHERE sameness IN (SELECT value FROM json_each(?))"
    " ORDER BY received_at",
}
_SEEN = {
    "postgresql": "SELECT place, mail_id FROM arrivals WHERE place = ANY(%s)",
    "sqlite": "SELECT place, mail_id FROM arrivals WHERE place IN (SELECT value FROM json_each(?))",
}


def _among(direct: Direct, question: Mapping[str, str], values: Collection[str]) -> Sequence[Sequence[Any]]:
    told: list[str] | str = list(values) if direct.name == "postgresql" else json.dumps(list(values))
    return direct.rows(question[direct.name], (told,))


def _known(direct: Direct, keys: Sequence[str]) -> dict[str, list[_Known]]:
    found: dict[str, list[_Known]] = {}
    for key, mail_id, at in _among(direct, _KNOWN, set(keys)):
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        found.setdefault(key, []).append(_Known(mail_id, moment))
    return found


def _seen(direct: Direct, places: Collection[str]) -> dict[str, str]:
    return {where: mail_id for where, mail_id in _among(direct, _SEEN, places)} if places else {}  # noqa: C416  rows


def _mail_row(mail_id: str, arrival: Arrival, origin: str, at: object, key: str) -> tuple[object, ...]:
    content, came = arrival.content, arrival.origin
    known = (mail_id, came.kind, origin, came.mail_from, at, content.sha256, content.size, key)
    return (*known, at, MailState.RECEIVED.value, "", "", 0, 0, 0)


def _arrival_row(mail_id: str, arrival: Arrival, origin: str, at: object, where: str | None) -> tuple[object, ...]:
    came = arrival.origin
    imap: tuple[object, ...] = (None,) * 4
    if isinstance(came, ImapOrigin):
        imap = (came.account, came.mailbox, came.uidvalidity, came.uid)
    return (new_id(), mail_id, at, origin, *imap, where)


def _entry(arrival: Arrival, kept: Kept) -> Entry:
    verb = "mail.again" if kept.again else "mail.kept"
    detail = {"sha256": arrival.content.sha256, "size": str(arrival.content.size)}
    return Entry(arrival.origin.kind, verb, kept.mail_id, detail=detail)
