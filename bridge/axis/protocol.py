"""The Axis: what docbridge needs of the other side's exchange system, whatever that speaks.

`send` answers with an Attempt and never raises for the world's sake; the receiving verbs raise
`store.errors.Unavailable` when the axis cannot be reached.  The same envelope id is the same packet on every retry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from store.delivery import Attempt


@dataclass(frozen=True, slots=True)
class Taken:
    """The packet was kept: the axis may forget it."""


@dataclass(frozen=True, slots=True)
class Bad:
    """The packet cannot be used."""

    reason: str  #: a Vietnamese sentence, for the people on the other side


Acknowledgement = Taken | Bad

HOLD = "4.7.0"  #: enhanced code of a Reply by which the axis says what a person must mend before this packet can go
MEND = "4.7.8"  #: the same of the connection: until a person mends it no packet goes
UNREACHED = "4.4.1"  #: enhanced code of a Reply that says nothing of the packet: it was not sent


@dataclass(frozen=True, slots=True)
class ListedOrgan:
    """An organisation as the axis' own list has it."""

    organ_id: str
    name: str
    old_organ_id: str = ""  #: in the form of QCVN 102:2016, where the list gives both
    mail: str = ""


class Axis(Protocol):
    """One exchange system."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        ...

    @property
    def names_once(self) -> bool:
        """Is a name that `received` gave never given to another packet?"""
        ...

    @property
    def ready(self) -> bool:
        """May it be called?  False while it is left alone after a row of failures."""
        ...

    @property
    def asks_first(self) -> bool:
        """Must it be asked for what it may have taken before anything else is sent to it?"""
        ...

    def send(self, envelope_id: str, content: bytes | Path, unsure_since: datetime | None = None) -> Attempt:
        """Hand over one envelope; sending it again under the same id never doubles it.

        `unsure_since` is the moment of the first try that may have been taken; None = there was none.
        """
        ...

    def received(self) -> Iterator[str]:
        """The names of the packets that wait for us, oldest first."""
        ...

    def fetch(self, name: str) -> bytes:
        """The bytes of one of them."""
        ...

    def acknowledge(self, name: str, answer: Acknowledgement) -> None:
        """Say what became of it; afterwards it is not `received` again.  Saying it twice does no harm."""
        ...

    def organs(self) -> Iterator[ListedOrgan]:
        """The organisations that the axis lists; none where it keeps no list."""
        ...

    def close(self) -> None:
        """Gives back what it holds open."""
        ...
