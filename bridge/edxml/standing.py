"""Where a document stands at one receiver, by the statuses that were told of it: one pure transition function.

Statuses come twice, late and out of order: each is kept as a row elsewhere, and here they are put into the order of
their own time stamps, but for a question of ours and its answer.  A word that does not fit the state changes nothing.

    sent -> 01 -> (02 | 03 -> 04? -> 05? -> 06)      any but 02 -> 13 asked -> (15 taken back | 16 as before)
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bridge.edxml.status import StatusCode


class Stage(StrEnum):
    """How far the receiver has come."""

    SENT = "sent"  #: no word of it yet
    ARRIVED = "arrived"
    REFUSED = "refused"  #: the end
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    TAKEN_BACK = "taken-back"  #: the end: the receiver has cancelled it (Decree 30/2020 Art. 18.4.b)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one document at one receiver."""

    stage: Stage = Stage.SENT
    asked: bool = False  #: its sender has asked for it back, and there is no answer yet


@dataclass(frozen=True, slots=True)
class Word:
    """One status."""

    code: StatusCode
    said_at: datetime | None  #: by its own time stamp; None = it bears none
    came_at: datetime

    @property
    def moment(self) -> datetime:
        """By which it is put in order.

        Question and answer go through us: an answer is later than the question, whatever the clock of its sender says.
        """
        return self.came_at if self.code in _DIALOGUE else self.said_at or self.came_at


_DIALOGUE = frozenset({StatusCode.RECALL_ASKED, StatusCode.CHANGE_AGREED, StatusCode.CHANGE_REFUSED})
_STAGES = {
    StatusCode.ARRIVED: Stage.ARRIVED,
    StatusCode.REGISTERED: Stage.REGISTERED,
    StatusCode.ASSIGNED: Stage.ASSIGNED,
    StatusCode.IN_PROGRESS: Stage.IN_PROGRESS,
    StatusCode.FINISHED: Stage.FINISHED,
}
_FORWARD = (
    Stage.SENT,
    Stage.ARRIVED,
    Stage.REGISTERED,
    Stage.ASSIGNED,
    Stage.IN_PROGRESS,
    Stage.FINISHED,
)
_ENDS = frozenset({Stage.REFUSED, Stage.TAKEN_BACK})


def after(standing: Standing, code: StatusCode) -> Standing:
    """The state after that status; the same where the status does not fit it.  Every rule of the machine is here."""
    if standing.stage in _ENDS:
        return standing
    match code:
        case (
            StatusCode.ARRIVED
            | StatusCode.REGISTERED
            | StatusCode.ASSIGNED
            | StatusCode.IN_PROGRESS
            | StatusCode.FINISHED
        ):
            # Deployed systems leave steps out, and repeat earlier ones: the furthest stands.
            further = max(standing.stage, _STAGES[code], key=_FORWARD.index)
            return replace(standing, stage=further)
        case StatusCode.REFUSED:
            # What is in the book of arrivals is not returned any more.
            early = standing.stage in (Stage.SENT, Stage.ARRIVED)
            return Standing(Stage.REFUSED) if early else standing
        case StatusCode.RECALL_ASKED:
            return replace(standing, asked=True)
        case StatusCode.CHANGE_AGREED:
            return Standing(Stage.TAKEN_BACK) if standing.asked else standing
        case StatusCode.CHANGE_REFUSED:
            return replace(standing, asked=False)
        case _:
            assert_never(code)


def standing_of(words: Iterable[Word]) -> Standing:
    """The state after all of them, in the order of their own time; those of one moment by their numbers."""
    standing = Standing()
    for word in sorted(words, key=lambda one: (one.moment, one.code)):
        standing = after(standing, word.code)
    return standing
