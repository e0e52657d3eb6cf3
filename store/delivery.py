"""A Delivery is one Envelope or Letter to one recipient; an Attempt is one try at it.

`after` is the machine: the state that follows one attempt.  "In progress" is a lease on the row, not a state; what is
learnt beside the attempts (delayed, bounced, delivered, displayed, answered) is events, each a row; `news` says which
of them anybody is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
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


class Word(StrEnum):
    """Something that may become of a letter, beyond its attempts."""

    DELAYED = "delayed"  #: it takes longer than it should, and is still tried
    BOUNCED = "bounced"  #: whoever took it says that it did not arrive
    DELIVERED = "delivered"  #: it lies in the recipient's mailbox (RFC 3464)
    DISPLAYED = "displayed"  #: it was opened (RFC 8098)
    ANSWERED = "answered"  #: somebody wrote back


#: What makes each word late: who has answered has it, whatever the post says then.
_SURER: Mapping[Word, frozenset[Word]] = {
    Word.DELAYED: frozenset({Word.BOUNCED, Word.DELIVERED, Word.DISPLAYED, Word.ANSWERED}),
    Word.BOUNCED: frozenset({Word.DISPLAYED, Word.ANSWERED}),
    Word.DELIVERED: frozenset({Word.DISPLAYED, Word.ANSWERED}),
    Word.DISPLAYED: frozenset({Word.ANSWERED}),
    Word.ANSWERED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Learnt:
    """One thing learnt of one delivery."""

    delivery_id: str
    word: Word
    detail: Mapping[str, str] = field(default_factory=dict)  #: no content: statuses, kinds, ids
    proof: Reply | None = None  #: of a bounce: what the mail server said


def news(word: Word, known: frozenset[Word], state: DeliveryState) -> bool:
    """Is the word news, where `known` were learnt since the letter was queued last?"""
    # A bounce may come twice: of an attempt that we were unsure of, and of the one after it.
    repeated = word in known and not (word is Word.BOUNCED and isinstance(state, Done))
    if repeated or known & _SURER[word]:
        return False
    return not (word is Word.DELAYED and isinstance(state, Failed))


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
