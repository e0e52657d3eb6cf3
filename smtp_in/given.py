"""What the door is given from above: whom mail may be for, where it is kept, what time it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from smtp_in.certificate import Certificate
from smtp_in.pace import Pace
from smtp_in.rates import Rates
from smtp_in.settings import SmtpSettings
from smtp_in.users import Users
from store.arrival import Kept
from store.incoming import Incoming
from store.mail import Origin
from store.reply import Reply

#: Whether mail for this address is ours to take. From memory, or awaited for at most a few seconds.
MayReceive = Callable[[str], bool | Awaitable[bool]]
#: Returns when the mail is on disk; raises `Unavailable` when nothing of it is (`store.intake.Intake.keep_async`).
Keep = Callable[[Incoming, Origin, datetime], Awaitable[Kept]]
#: Whether another mail may begin: None, or what to say. From memory (`smtp_in.room.Room`).
HasRoom = Callable[[], Reply | None]


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
