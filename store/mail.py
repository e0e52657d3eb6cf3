"""A ReceivedMail is the exact bytes a peer handed us, where they came from, and when.  It is never rewritten."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class ForwardPath:
    """One recipient as the peer named it, with its DSN parameters (RFC 3461)."""

    address: str
    notify: tuple[str, ...] = ()  #: NEVER, or of SUCCESS, FAILURE, DELAY; empty = not given
    orcpt: str = ""  #: "rfc822;..." as given, decoded from xtext


@dataclass(frozen=True, slots=True)
class SmtpOrigin:
    """A mail that came by SMTP."""

    mail_from: str  #: reverse path; "" = the empty one
    rcpt_to: tuple[ForwardPath, ...]
    peer: str  #: address of the client, "192.0.2.1" or "2001:db8::1"
    helo: str
    tls: str = ""  #: protocol and cipher; "" = in the clear
    user: str = ""  #: authenticated name; "" = none
    body: str = ""  #: BODY= of MAIL: 7BIT, 8BITMIME or ""
    smtputf8: bool = False
    ret: str = ""  #: FULL or HDRS
    envid: str = ""
    kind: Literal["smtp"] = "smtp"


@dataclass(frozen=True, slots=True)
class ImapOrigin:
    """A mail that lay in a mailbox."""

    account: str
    mailbox: str
    uidvalidity: int
    uid: int
    mail_from: str = ""  #: Return-Path as the trusted server wrote it; "" = none or empty
    rcpt_to: tuple[ForwardPath, ...] = ()  #: the account's own addresses from the settings
    internal_date: datetime | None = None
    kind: Literal["imap"] = "imap"


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """A mail that the operator handed in as a file (`docbridge ingest`)."""

    name: str  #: the file's base name
    mail_from: str = ""
    rcpt_to: tuple[ForwardPath, ...] = ()
    kind: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class AxisOrigin:
    """A packet that came from the province's axis."""

    axis: str  #: the axis' name in the settings
    packet: str  #: the name by which the axis knows it: a file name, a docId
    mail_from: str = ""
    rcpt_to: tuple[ForwardPath, ...] = ()
    named_once: bool = False  #: the axis gives that name to no other packet, though it may spell this one anew
    kind: Literal["axis"] = "axis"


Origin = SmtpOrigin | ImapOrigin | FileOrigin | AxisOrigin


class MailState(StrEnum):
    """Where a mail is in its life (`docs/architecture.md` draws it).  "In work" is a lease, not a state."""

    RECEIVED = "received"  #: on disk; to be judged (again)
    ACCEPTED = "accepted"
    POSTPONED = "postponed"  #: evidence out of reach; judged again when it may be there
    HELD = "held"  #: a person must look
    REJECTED = "rejected"
    RELEASED = "released"  #: accepted by a person
    FILED = "filed"  #: read and kept; no document


_MOVES: dict[MailState, frozenset[MailState]] = {
    MailState.RECEIVED: frozenset(
        {
            MailState.ACCEPTED,
            MailState.POSTPONED,
            MailState.HELD,
            MailState.REJECTED,
            MailState.FILED,
            MailState.RELEASED,
        }
    ),
    MailState.POSTPONED: frozenset({MailState.RECEIVED}),
    MailState.HELD: frozenset({MailState.RECEIVED, MailState.RELEASED, MailState.REJECTED}),
    MailState.ACCEPTED: frozenset(),
    MailState.REJECTED: frozenset(),
    MailState.RELEASED: frozenset(),
    MailState.FILED: frozenset(),
}


class IllegalMoveError(Exception):
    """A move that the life of a mail does not know: our bug, or an operator too late."""


class SealedMailError(Exception):
    """The mail may be a state secret: before it is cleared nobody releases, completes or replays it."""


def move(state: MailState, to: MailState) -> MailState:
    """The state after moving to `to`.  Every rule about the life of a mail lives in the table above.

    Raises:
        IllegalMoveError: the table has no such arrow.
    """
    if to not in _MOVES[state]:
        raise IllegalMoveError(f"{state} -> {to}")
    return to


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail as taken in, without its bytes (`store` hands those out by id)."""

    id: str
    origin: Origin
    received_at: datetime
    sha256: str
    size: int  #: octets
    state: MailState
    message_id: str = ""  #: filled by the first reading; "" = not read yet, or none
    classification: str = ""  #: document, bounce, receipt, auto-reply, reply, other; "" = not read yet
