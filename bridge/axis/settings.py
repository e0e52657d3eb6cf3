"""The settings of one axis: declared once, explained beside the value.

What is not published of the VXP protocol, or was seen in two forms, is a setting and not a belief of the code.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OrganScheme: TypeAlias = Literal["qd-20", "qcvn-102"]
BY_HAND = "cli"  #: the axis of packets that an operator handed in (`letters send`): no system waits for their status
_LONGEST_CALL = timedelta(minutes=4)  #: less than half of the lease under which the exchange holds what it sends


def _not_by_hand(name: str) -> None:
    if name == BY_HAND:
        raise ValueError(f'name: "{BY_HAND}" stands for packets handed in by an operator; choose another')


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
    organ_scheme: Annotated[
        OrganScheme,
        "Which ids it wants of organs that have both: of Decision 20/2020 (H99.12) or QCVN 102:2016 (000.00.12.H99); "
        "an id that a routing rule names goes out as it is.",
    ] = "qd-20"
    largest_packet: Annotated[int, "Octets above which a packet that comes in is refused unread."] = 300 << 20

    def __post_init__(self) -> None:
        """Refuses a name that stands for something else.

        Raises:
            ValueError: the name is taken.
        """
        _not_by_hand(self.name)


@dataclass(frozen=True, slots=True)
class VxpAxis:
    """An axis that is reached by VNPT's exchange protocol (VXP)."""

    name: Annotated[str, "The name by which routes and deliveries know this axis."]
    url: Annotated[
        str,
        "where the operations are: https://HOST/XrdAdapter/RestService/forward/mDoc; http:// only where the adapter "
        "stands in the same protected network, as the protocol signs what it sends and hides nothing",
    ]
    system_id: Annotated[str, "who we are there"]
    secret_file: Annotated[Path, "a file that holds the secret of that system id"]
    kind: Annotated[Literal["vxp"], "What kind of axis this is."] = "vxp"
    organ_id_of_others: Annotated[str, "As of a folder."] = ""
    mandatory: Annotated[tuple[str, ...], "As of a folder."] = ()
    organ_scheme: Annotated[OrganScheme, "As of a folder."] = "qd-20"
    largest_packet: Annotated[int, "As of a folder."] = 300 << 20
    ca_file: Annotated[Path | None, "certificates that the axis' may be signed by; empty = the system's"] = None
    sender: Annotated[str, "organ id told in the header `from`; empty = the one in the packet's From"] = ""
    name_receivers: Annotated[bool, "tell the receivers in the header `to` as well"] = False
    hash_file: Annotated[
        Literal["sdk", "plain"],
        "how a packet's SHA-256 is written: as VNPT's SDK does, which drops the leading zero of every octet, or plain",
    ] = "sdk"
    time_zone: Annotated[str, "the zone of the axis' clock: its time stamps name none"] = "Asia/Ho_Chi_Minh"
    file_path: Annotated[str, "what getEdoc is told as filePath; the axis does nothing with it"] = "xml"
    poll: Annotated[timedelta, "how often the axis is asked for packets"] = timedelta(seconds=15)
    connect_timeout: Annotated[timedelta, "for a connection"] = timedelta(seconds=10)
    timeout: Annotated[timedelta, "for the axis to say anything at all"] = timedelta(seconds=60)
    deadline: Annotated[timedelta, "for one call from beginning to end"] = timedelta(minutes=3)
    refuse_codes: Annotated[
        tuple[str, ...], "ErrorCodes by which a packet is refused for good (bad file, not edXML); not published"
    ] = ("10", "22")
    hold_codes: Annotated[
        tuple[str, ...],
        "ErrorCodes that a person must mend for one packet (receiver or sender unknown, receiver locked): it is tried "
        "once an hour; every other code is tried again soon",
    ] = ("18", "19", "23")
    mend_codes: Annotated[
        tuple[str, ...],
        "ErrorCodes by which the axis lets us do nothing at all (system or secret): a person must mend it; the axis "
        "is left alone, and tried again every breaker_pause",
    ] = ("15",)
    duplicate_codes: Annotated[tuple[str, ...], "ErrorCodes by which the axis says that it has the packet"] = ()
    ask_sent_list: Annotated[
        bool, "look for a packet in getSentEdocList before it is sent again when an answer was lost"
    ] = True
    sent_list_reach: Annotated[
        int,
        "a getSentEdocList with so many entries may be cut off: that a packet is not in it proves nothing unless it "
        "shows some that were sent earlier",
    ] = 20
    settled_states: Annotated[
        tuple[str, ...], "states in a list of received packets by which these need not be fetched again"
    ] = ("done", "fail")
    agencies: Annotated[
        Literal["qd20", "qcvn102"], "which list of organisations to read: getAgenciesListQD20 or getAgenciesList"
    ] = "qd20"
    agency_levels: Annotated[tuple[int, ...], "levels asked of getAgenciesListQD20"] = (1, 2, 3, 4)
    breaker_after: Annotated[int, "so many failed calls in a row, and the axis is left alone for a while"] = 5
    breaker_pause: Annotated[timedelta, "for how long at most before it is tried again"] = timedelta(seconds=20)

    def __post_init__(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: a name that is taken, an address that is none, a zone that is none, an endless call.
        """
        _not_by_hand(self.name)
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise ValueError("url must be https://HOST[:PORT]/PATH (or http://)")
        if not self.system_id.isascii() or not self.system_id.isprintable() or not self.system_id:
            raise ValueError("system_id must be printable ASCII")
        if not self.file_path.isascii() or not self.file_path.isprintable():
            raise ValueError("file_path must be ASCII: the axis could not verify the signature over another")
        if not timedelta() < self.deadline <= _LONGEST_CALL:
            raise ValueError("deadline must be at most 4 min")
        _zone(self.time_zone)


@dataclass(frozen=True, slots=True)
class VxpSystem:
    """A system that calls us as an axis, with VNPT's SDK."""

    id: Annotated[str, "its system id; also the name by which routes and deliveries know it"]
    secret_file: Annotated[Path, "a file that holds its secret"]
    organs: Annotated[
        tuple[str, ...], "organ ids whose packets it sends and fetches; what is for them waits here for it"
    ] = ()
    quota: Annotated[int, "packets that it may send within an hour; 0 = any number"] = 1000
    largest_packet: Annotated[int, "octets above which a packet is refused"] = 100_000_000
    replay_window: Annotated[
        timedelta,
        "how far its clock's time stamp may be from ours; wide, as the SDK takes one stamp for the life of its object",
    ] = timedelta(hours=24)
    time_zone: Annotated[str, "the zone of its clock: its time stamps name none"] = "Asia/Ho_Chi_Minh"
    need_hash_file: Annotated[bool, "refuse a packet that comes without its digest"] = True
    page: Annotated[int, "packets told in one list; the next ones follow when these are acknowledged"] = 500
    organ_id_of_others: Annotated[str, "As of an axis."] = ""
    mandatory: Annotated[tuple[str, ...], "As of an axis."] = ()
    organ_scheme: Annotated[OrganScheme, "As of an axis."] = "qd-20"

    def __post_init__(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: an id that no header can carry or that is taken, a zone that is none.
        """
        _not_by_hand(self.id)
        if not self.id.isascii() or not self.id.isprintable() or not self.id:
            raise ValueError("id must be printable ASCII")
        if self.page < 1:
            raise ValueError("page must be at least 1")
        _zone(self.time_zone)

    @property
    def name(self) -> str:
        """As of an axis."""
        return self.id

    def serves(self, organ_id: str) -> bool:
        """Is that organ one of its own?  Ids are compared as keys, without regard to case."""
        return organ_id.strip().casefold() in {own.strip().casefold() for own in self.organs}


def _zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("time_zone is no time zone of the IANA list") from error


AxisSettings: TypeAlias = FolderAxis | VxpAxis
#: Wherever an envelope may go: an axis that we call, or a system that calls us.
AnyAxis: TypeAlias = FolderAxis | VxpAxis | VxpSystem
