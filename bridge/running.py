"""What the service has started: for health, which looks at it, and for the stop, which ends it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bridge.parts.loop import Loop
from imap_poll.door import Door as ImapDoor
from smtp_in.door import Door as SmtpDoor


@dataclass(slots=True)
class Running:
    """What was started, for health and for stopping."""

    loops: list[Loop] = field(default_factory=list)
    imap: ImapDoor | None = None
    smtp: SmtpDoor | None = None
    stops: list[Callable[[], Awaitable[None]]] = field(default_factory=list)  #: doors first
