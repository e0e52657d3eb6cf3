"""What a child of the sandbox tells of a packet that a system sends us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recognised:
    """A packet, recognised or not."""

    reason: str  #: why it cannot be taken, Vietnamese; "" = it can
    kind: str = ""  #: the protocol's messagetype: edoc or status
    sender: str = ""  #: organ id in its From
