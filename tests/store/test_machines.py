"""The two machines, as tables: where a mail may go, and what follows an attempt."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from store.delivery import (
    Attempt,
    Delivered,
    DeliveryState,
    Done,
    Failed,
    Queued,
    Refused,
    TryLater,
    Unsure,
    after,
    bounced,
)
from store.mail import IllegalMoveError, MailState, move
from tests.store.given import DAY, LATER, MINUTE, NEVER, NOW, RETRY, TAKEN

ARROWS = {
    "received": "accepted postponed held rejected filed released",
    "postponed": "received",
    "held": "received released rejected",
    "accepted": "",
    "rejected": "",
    "released": "",
    "filed": "",
}


@pytest.mark.parametrize(("start", "end"), list(product(ARROWS, ARROWS)), ids=str)
def test_a_mail_moves_along_the_arrows_alone(start: str, end: str) -> None:
    if end in ARROWS[start].split():
        assert move(MailState(start), MailState(end)) is MailState(end)
    else:
        with pytest.raises(IllegalMoveError):
            move(MailState(start), MailState(end))


OLD = NOW - DAY + timedelta(minutes=3)
FOLLOWS: dict[str, tuple[Queued, Attempt, datetime, DeliveryState]] = {
    "delivered: done": (Queued(NOW), Delivered(TAKEN), NOW, Done(TAKEN)),
    "refused: failed": (Queued(NOW), Refused(NEVER), NOW, Failed(NEVER)),
    "later: the first wait": (Queued(NOW), TryLater(LATER), NOW, Queued(NOW + MINUTE, 1)),
    "later again: the second wait": (Queued(NOW, 1), TryLater(LATER), NOW, Queued(NOW + 5 * MINUTE, 2)),
    "later and later: the last wait repeats": (Queued(NOW, 9), TryLater(LATER), NOW, Queued(NOW + 5 * MINUTE, 10)),
    "unsure: tried again": (Queued(NOW), Unsure(LATER), NOW, Queued(NOW + MINUTE, 1)),
    "later, and a last try fits": (Queued(NOW), TryLater(LATER), OLD, Queued(NOW + MINUTE, 1)),
    "later, and no patience is left": (Queued(NOW, 1), TryLater(LATER), OLD, Failed(LATER)),
    "delivered at the last moment": (Queued(NOW, 1), Delivered(TAKEN), OLD, Done(TAKEN)),
}


@pytest.mark.parametrize(("state", "attempt", "born", "follows"), FOLLOWS.values(), ids=FOLLOWS.keys())
def test_what_follows_an_attempt(state: Queued, attempt: Attempt, born: datetime, follows: DeliveryState) -> None:
    assert after(state, attempt, RETRY, born, NOW) == follows


def test_a_bounce_turns_done_into_failed() -> None:
    assert bounced(Done(TAKEN), NEVER) == Failed(NEVER)
