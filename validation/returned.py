"""What became of one recipient of a mail that came back, as a value: light to import for whoever only shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of one recipient."""

    recipient: str  #: address as the report names it; "" where it names none
    status: str  #: enhanced status (RFC 3463); "" = none was told
    kind: str  #: hard, soft, delivered or unknown
    reason: str  #: the words of the server that refused, one line, capped
    #: failed, delayed, delivered, or relayed: handed on to where nobody reports (RFC 3464 section 2.3.3)
    action: str = "failed"
