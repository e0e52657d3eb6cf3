"""A Delivery is one Envelope or Letter to one recipient; an Attempt is one try at it.

`after` is the machine: the state that follows one attempt.  "In progress" is a lease on the row, not a state; what is
learnt later (delayed, delivered, displayed, answered) is events, each a row.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from store.reply import Reply


@dataclass(frozen=True, slots=True)
class Delivered:
    """The next hop took it."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """Never."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Unsure:
    """No answer after the last byte: it may have been taken.  Tried again under the same identity."""

    reply: Reply


Attempt = Delivered | TryLater | Refused | Unsure

ATTEMPT_WORDS: dict[type[Attempt], str] = {
    Delivered: "delivered",
    TryLater: "try-later",
    Refused: "refused",
    Unsure: "unsure",
}


@dataclass(frozen=True, slots=True)
class Queued:
    """To be tried at `due`."""

    due: datetime
    attempts: int = 0  #: tries made so far


@dataclass(frozen=True, slots=True)
class Done:
    """Taken by the next hop."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up, refused, or proven lost by a bounce."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Stopped by a person before it was done."""

    reason: str


DeliveryState = Queued | Done | Failed | Cancelled

DELIVERY_WORDS: dict[type[DeliveryState], str] = {
    Queued: "queued",
    Done: "done",
    Failed: "failed",
    Cancelled: "cancelled",
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, and when to give up."""

    waits: tuple[timedelta, ...]  #: after the 1st, 2nd... attempt; the last one repeats
    give_up_after: timedelta  #: measured from the delivery's birth


def after(state: Queued, attempt: Attempt, retry: RetryPolicy, born: datetime, now: datetime) -> DeliveryState:
    """The state that follows one attempt.  Every rule about retrying lives here."""
    match attempt:
        case Delivered(reply):
            return Done(reply)
        case Refused(reply):
            return Failed(reply)
        case TryLater(reply) | Unsure(reply):
            wait = retry.waits[min(state.attempts, len(retry.waits) - 1)]
            if now + wait > born + retry.give_up_after:
                return Failed(reply)
            return replace(state, due=now + wait, attempts=state.attempts + 1)
        case _:
            assert_never(attempt)


def bounced(state: Done, proof: Reply) -> Failed:
    """A bounce proves that what the next hop took did not arrive."""
    return Failed(proof)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing for one recipient, as the queue hands it out."""

    id: str
    mail_id: str
    kind: str  #: "envelope" (to an axis) or "letter" (by mail)
    content_id: str  #: the envelope's or the letter's id
    recipient: str  #: the axis' name, or a mail address
    state: DeliveryState
    born: datetime
    token: int = 0  #: fencing token of the lease under which it was claimed; 0 = not claimed
