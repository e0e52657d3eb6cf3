"""What opening a container gives, and the budget under which it is opened."""

from dataclasses import dataclass

from validation.codes import Code
from validation.finding import Observation
from validation.inspected import Attachment
from validation.settings import ReadingCaps


@dataclass(slots=True)
class Budget:
    """What may still be unpacked from one attachment, all depths together."""

    members: int
    octets: int

    def take(self, content: bytes) -> None:
        """One more file."""
        self.members -= 1
        self.octets -= len(content)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found in a container."""

    attachments: tuple[Attachment, ...] = ()
    observations: tuple[Observation, ...] = ()


def limit_of(outer: Attachment, limit: str, caps: ReadingCaps) -> Observation:
    """A cap ended the opening of `outer`: which, and its value."""
    return Observation(Code.ARCHIVE_LIMIT, outer.path, {"limit": limit, "value": str(getattr(caps, limit))})
