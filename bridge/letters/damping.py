"""How many automatic letters are too many: to one address in a day, to all together in an hour.

Promise: pure; two machines that answer each other stop, and a storm of mail does not become a storm of answers.  One
address too often is not answered; everybody too often waits, and nobody's receipt is lost.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bridge.settings.sections import Receipts

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Damped(Enum):
    """What becomes of one more automatic letter."""

    SENT = "sent"
    DROPPED = "dropped"  #: that address has had its share
    DELAYED = "delayed"  #: it is written later


@dataclass(frozen=True, slots=True)
class Counted:
    """Automatic letters so far."""

    to_address: int  #: within a day
    to_all: int  #: within an hour


def damped(counted: Counted, limits: Receipts) -> Damped:
    """What becomes of the next one."""
    if counted.to_address >= limits.per_day:
        return Damped.DROPPED
    return Damped.DELAYED if counted.to_all >= limits.per_hour else Damped.SENT
