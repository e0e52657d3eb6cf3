"""How many automatic letters are too many."""

from pathlib import Path

import pytest

from bridge.letters.damping import Counted, Damped, damped
from bridge.settings.sections import Receipts

LIMITS = Receipts(per_day=3, per_hour=10)


@pytest.mark.parametrize(
    ("to_address", "to_all", "answer"),
    [
        pytest.param(0, 0, Damped.SENT, id="the first"),
        pytest.param(2, 9, Damped.SENT, id="the last within both limits"),
        pytest.param(3, 3, Damped.DROPPED, id="one address has had its share"),
        pytest.param(0, 10, Damped.DELAYED, id="all together have had theirs: it waits"),
        pytest.param(3, 10, Damped.DROPPED, id="both: that address would not get it later either"),
    ],
)
def test_what_becomes_of_one_more(to_address: int, to_all: int, answer: Damped) -> None:
    assert damped(Counted(to_address, to_all), LIMITS) is answer


def test_limits_and_seals_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Receipts(per_day=0)
    with pytest.raises(ValueError, match="go together"):
        Receipts(seal_key=Path("key.pem"))
