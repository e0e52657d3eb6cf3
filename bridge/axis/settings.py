"""The settings of one axis: declared once, explained beside the value."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

BY_HAND = "cli"  #: the axis of packets that an operator handed in (`letters send`): no system waits for their status


@dataclass(frozen=True, slots=True)
class FolderAxis:
    """An axis that is a folder which the province's side reads and fills."""

    name: Annotated[str, "The name by which routes and deliveries know this axis."]
    directory: Annotated[Path, "The folder shared with the province's side; out/ and in/ are made below it."]
    kind: Annotated[Literal["folder"], "What kind of axis this is."] = "folder"
    organ_id_of_others: Annotated[
        str,
        "The organ id that the province allotted to senders without one (businesses, persons). Empty: they are held.",
    ] = ""
    mandatory: Annotated[
        tuple[str, ...], "Fields that this axis asks of every document, besides those of [policy.mandatory]."
    ] = ()
    largest_packet: Annotated[int, "Octets above which a packet in in/ is moved to bad/ unread."] = 300 << 20

    def __post_init__(self) -> None:
        """Refuses a name that stands for something else.

        Raises:
            ValueError: the name is taken.
        """
        if self.name == BY_HAND:
            raise ValueError(f'name: "{BY_HAND}" stands for packets handed in by an operator; choose another')


AxisSettings = FolderAxis
