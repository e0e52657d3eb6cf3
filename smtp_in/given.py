"""What the door is given from above: whom mail may be for, where it is kept, what time it is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from smtp_in.certificate import Certificate
from smtp_in.pace import Pace
from smtp_in.rates import Rates
from smtp_in.settings import SmtpSettings
from smtp_in.sizes import Sizes
from smtp_in.users import Users
from store.arrival import Kept
from store.incoming import Incoming
from store.mail import Origin, SmtpOrigin
from store.reply import Reply

#: Whether mail for this address is ours to take. From memory, or awaited for at most a few seconds.
MayReceive = Callable[[str], bool | Awaitable[bool]]
#: Returns when the mail is on disk; raises `Unavailable` when nothing of it is (`store.intake.Intake.keep_async`).
Keep = Callable[[Incoming, Origin, datetime], Awaitable[Kept]]
#: Whether another mail may begin: None, or what to say. From memory (`smtp_in.room.Room`).
HasRoom = Callable[[], Reply | None]


class Glance(Protocol):
    """Sees the octets of one mail go by."""

    aroused: bool  #: the mail is worth a look

    def feed(self, block: bytes) -> None:
        """The next octets: on the event loop, so in no time."""


class Look(Protocol):
    """What is asked of a mail before it is kept, so that a certain refusal is said to the sender's own server."""

    def glance(self) -> Glance | None:
        """For the next mail; None = no mail is worth a look."""

    def __call__(self, content: bytes | Path, origin: SmtpOrigin) -> Awaitable[Sequence[Reply | None]]:
        """For each recipient of `origin`, None = take it, or the refusal. Who does not answer in time has said None."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that a session works with."""

    settings: SmtpSettings
    may_receive: MayReceive
    keep: Keep
    incoming: Callable[[], Incoming]  #: a new, empty body
    now: Callable[[], datetime]  #: UTC
    hostname: str  #: as greeted with
    pace: Pace
    certificate: Certificate | None  #: None = no TLS here
    users: Users | None  #: None = AUTH is not offered
    rates: Rates
    room: HasRoom
    sizes: Sizes
    look: Look | None  #: None = nothing is looked at
