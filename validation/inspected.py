"""What was found about one file: its form, its signatures, and the files inside it.

These are the values that leave the sandbox, so they hold no bytes of the file.  The bytes travel beside them in an
`Inspection`, by path.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from validation.evidence import WantedHttp
from validation.finding import Observation
from validation.signature import Signature, state_of


@dataclass(frozen=True, slots=True)
class Attachment:
    """A leaf that carries a file, with the path by which it was reached."""

    path: tuple[str, ...]  #: ("mail.eml", "dossier.zip", "a.pdf"); NFC, no separators or controls in a segment
    declared: str  #: the media type that its carrier declares; "" = none
    content: bytes
    of_mail: bool = False  #: what a mail is signed with, or is as a whole (S/MIME): its signature is told with the mail

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Format:
    """Three witnesses of what a file is, and what was seen inside it."""

    media_type: str  #: by content
    declared: str
    extension: str  #: lower case, without the dot; "" = none
    agrees: bool
    properties: tuple[str, ...] = ()  #: those of the contract that hold: encrypted, macros, archive...
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file as judged by every rule that looks at bytes alone."""

    path: tuple[str, ...]
    sha256: str
    size: int  #: octets
    format: Format
    signatures: tuple[Signature, ...] = ()
    observations: tuple[Observation, ...] = ()  #: about this file alone
    attachments: tuple["Inspected", ...] = ()  #: files found inside it, in order

    @property
    def signature_state(self) -> str:
        """none, sound, unsound or unreadable: of this object alone."""
        return state_of(self.signatures)

    def walk(self) -> tuple["Inspected", ...]:
        """This file and all inside it, parents first."""
        return (self, *(inner for child in self.attachments for inner in child.walk()))


@dataclass(frozen=True, slots=True)
class Inspection:
    """A judged file together with the bytes of everything in it."""

    file: Inspected
    contents: Mapping[tuple[str, ...], bytes]  #: by path, `file` included
    wanted: tuple[WantedHttp, ...] = ()  #: what would tell more of the signatures in it
