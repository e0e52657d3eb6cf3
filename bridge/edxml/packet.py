"""The packet as values: a document with its files, or a status of one.

What the wire calls `Bussiness` is a closed union here: new, recall, update, replace.  An absent element is
"" or None, never a stand-in; whole moments are UTC; dates are dates.  The wire's forms live in `forms`,
`write` and `read`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bridge.edxml.status import StatusCode


@dataclass(frozen=True, slots=True)
class Party:
    """A body that sends or receives (`From`, `To`)."""

    organ_id: str  #: opaque key of at most 35 characters (Circular 01/2022/TT-BTTTT)
    name: str = ""
    in_charge: str = ""  #: the governing body; its name in every packet seen
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Number and notation of a document: 35 and QĐ-UBND."""

    number: str = ""
    notation: str = ""

    @property
    def compound(self) -> str:
        """Both as people write them, 35/QĐ-UBND; "" when either is missing."""
        return f"{self.number}/{self.notation}" if self.number and self.notation else ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """The kind of a document.  Receivers map by the name; the coding of the numbers is disputed."""

    name: str = ""
    code: int | None = None
    detail: int | None = None


@dataclass(frozen=True, slots=True)
class PacketSigner:
    """Who signed the document, in what capacity."""

    name: str = ""
    position: str = ""
    competence: str = ""  #: TM., KT., TL., TUQ. and what follows


@dataclass(frozen=True, slots=True)
class Concerned:
    """The document that another one answers, or that a status speaks of (`ResponseFor`)."""

    organ_id: str = ""  #: its issuer; in a status packet the one whom the status is for
    code: str = ""  #: compound form
    issued: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The person in charge."""

    department: str = ""
    name: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One hop of the packet's way."""

    organ_id: str = ""  #: the platform's own hops may lack it
    moment: datetime | None = None  #: UTC


@dataclass(frozen=True, slots=True)
class New:
    """A document sent for the first time (BussinessDocType 0, or no `Bussiness` at all)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """The sender takes a document back (1)."""

    reason: str = ""
    document_id: str = ""  #: the one recalled; packets without it mean their own DocumentId


@dataclass(frozen=True, slots=True)
class ChangedReceiver:
    """A receiver that an update adds or removes."""

    organ_id: str
    added: bool  #: ReceiverType: 1 added, 0 removed


@dataclass(frozen=True, slots=True)
class Update:
    """The same document, corrected (2)."""

    reason: str = ""
    document_id: str = ""
    document_changed: bool = False
    receivers_changed: bool = False
    receivers: tuple[ChangedReceiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """One document that a new one replaces, and for whom."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replace:
    """A new document in the place of others (3)."""

    reason: str = ""
    replaced: tuple[Replaced, ...] = ()


Business = New | Recall | Update | Replace

BUSINESS_WORDS: dict[type[Business], str] = {
    New: "new",
    Recall: "recall",
    Update: "update",
    Replace: "replace",
}


@dataclass(frozen=True, slots=True)
class PacketFile:
    """A file in a packet, unpacked, under a name that is safe to write to a disk (`names.safe_names`)."""

    name: str
    content: bytes | Path  #: a Path is read in pieces when the packet is written
    media_type: str  #: of the file itself; that of the packed form is the wire's affair
    description: str = ""
    content_id: str = ""  #: without `cid:`; "" = the writer derives one

    def open(self) -> BinaryIO:
        """The content from its first byte."""
        return BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def read(self) -> bytes:
        """The whole content at once."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @property
    def size(self) -> int:
        """Octets of the content."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True, slots=True)
class DocumentPacket:
    """A document on its way: who, to whom, what, and its files; the first file is the main one by convention."""

    sender: Party
    receivers: tuple[Party, ...]
    code: Code = Code()
    issued: date | None = None
    place: str = ""
    type: DocumentType = DocumentType()
    subject: str = ""
    content: str = ""  #: summary; most senders repeat the subject
    signer: PacketSigner = PacketSigner()
    due: date | None = None
    to_places: tuple[str, ...] = ()  #: "Nơi nhận" as printed; not the routing
    priority: int | None = None  #: 0 normal, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ
    sphere: str = ""
    typist: str = ""
    copies: int | None = None
    pages: int | None = None
    appendixes: tuple[str, ...] = ()
    answers: tuple[Concerned, ...] = ()
    steering: int | None = None  #: 1 no directive, 2 directive, 3 report on one; .NET senders write 0
    document_id: str = ""
    traces: tuple[Trace, ...] = ()
    business: Business = New()
    paper: int | None = None
    staff: Staff | None = None
    files: tuple[PacketFile, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)  #: what the reader had to overlook, for the log


@dataclass(frozen=True, slots=True)
class StatusPacket:
    """What became of a document at a receiver."""

    sender: Party  #: who reports
    about: Concerned  #: the original document; its `organ_id` is whom this status is for
    status: StatusCode
    description: str = ""
    moment: datetime | None = None  #: UTC
    staff: Staff | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)


Packet = DocumentPacket | StatusPacket
