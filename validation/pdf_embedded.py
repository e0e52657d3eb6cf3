"""One signature dictionary of a PDF: its range, its revision, what it locks, whatever its /Contents hold.

Promise: coverage and locks are told as pyHanko's `EmbeddedPdfSignature` tells them; a test holds the two against each
other.  That one wants a CMS container with exactly one signer, and is loaded with all that signs; here nothing of
/Contents is read before it is asked for, so that several signers and bare RSA values (adbe.x509.rsa_sha1) are judged by
the same rules.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader, process_data_at_eof

from validation.digests import digest_of


class Extent(IntEnum):
    """How much of the file the range accounts for."""

    LESS = 0  #: not even the whole of its own revision
    REVISION = 1
    FILE = 2


@dataclass(frozen=True, slots=True)
class Locks:
    """The fields that a signature locks (FieldMDP, ISO 32000-2 section 12.8.2.4)."""

    every: bool
    but: bool  #: every one but `names`
    names: tuple[str, ...] = ()

    def is_locked(self, name: str) -> bool:
        """Is the field of that full name locked?  A name stands for all fields below it."""
        listed = any(name == one or name.startswith(f"{one}.") for one in self.names)
        return self.every or listed != self.but


@dataclass(frozen=True, slots=True)
class Embedded:
    """A signature dictionary.  Make it by `embedded`."""

    reader: PdfFileReader
    dictionary: generic.DictionaryObject
    byte_range: tuple[int, ...]
    contents: bytes  #: as written, never decrypted (ISO 32000-2 section 7.6.2)
    signed_revision: int
    _digests: dict[str, bytes] = field(default_factory=dict)

    def compute_digest(self, name: str) -> bytes:
        """The digest of the range, by asn1crypto's name of the algorithm."""
        if name not in self._digests:
            first, length, second, rest = self.byte_range
            octets = memoryview(self.reader.stream.getvalue())
            pieces = octets[first : first + length], octets[second : second + rest]
            self._digests[name] = digest_of(name, *pieces)
        return self._digests[name]

    @property
    def container(self) -> cms.SignedData:
        """What /Contents hold, where they hold CMS.  Call it by `attempt`."""
        return cms.ContentInfo.load(self.contents)["content"]

    @property
    def written(self) -> datetime | None:
        """/M, the time that the signer's program wrote.  Call it by `attempt`."""
        if "/M" not in self.dictionary:
            return None
        found = generic.parse_pdf_date(self.dictionary["/M"], strict=False)
        return found if isinstance(found, datetime) and found.tzinfo is not None else None

    @property
    def locks(self) -> Locks | None:
        """What it locks; None = nothing.  Call it by `attempt`."""
        references = self.dictionary["/Reference"] if "/Reference" in self.dictionary else ()  # noqa: SIM401
        for number in range(len(references)):
            one = references[number]
            if one["/TransformMethod"] == "/FieldMDP":
                return _locks(one["/TransformParams"])
        return None

    def extent(self) -> Extent:
        """How much of the file the range accounts for, by the lengths alone: the guard looks into the hole."""
        if len(self.byte_range) != 4 or self.byte_range[0] != 0:
            return Extent.LESS
        _, first, second, rest = self.byte_range
        hole = 2 * len(self.contents) + 2
        stream, end = self.reader.stream, first + rest + hole
        if len(stream.getbuffer()) == end:
            return Extent.FILE
        if second != first + hole:
            return Extent.LESS
        # The signed part must end as its own revision ends, and hold the tables of all up to that one.
        stream.seek(end)
        xrefs = self.reader.xrefs
        try:
            if process_data_at_eof(stream) != xrefs.get_startxref_for_revision(self.signed_revision):
                return Extent.LESS
        except PdfReadError:
            return Extent.LESS
        tables = (xrefs.get_xref_container_info(number) for number in range(self.signed_revision + 1))
        return Extent.LESS if any(table.end_location > end for table in tables) else Extent.REVISION


def embedded(reader: PdfFileReader, holder: generic.DictionaryObject, own: generic.IndirectObject) -> Embedded:
    """The signature in the field `holder`, whose reference is `own`.  Raises where there is none."""
    value = holder.raw_get("/V")
    # A dictionary that stands in its field itself is as old as the field.
    reference = value if isinstance(value, generic.IndirectObject) else own
    dictionary = value.get_object()
    return Embedded(
        reader,
        dictionary,
        tuple(int(number) for number in dictionary["/ByteRange"]),
        contents_of(dictionary),
        reader.xrefs.get_last_change(reference.reference),
    )


def contents_of(dictionary: generic.DictionaryObject) -> bytes:
    """/Contents as written.  Call it by `attempt`."""
    raw = dictionary.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    if not isinstance(raw, generic.TextStringObject | generic.ByteStringObject):
        raise TypeError("Contents is not a string")
    return bytes(raw.original_bytes)


def _locks(parameters: generic.DictionaryObject) -> Locks:
    action = str(parameters["/Action"])
    if action == "/All":
        return Locks(every=True, but=False)
    if action not in ("/Include", "/Exclude"):
        raise ValueError("an action that there is not")
    return Locks(every=False, but=action == "/Exclude", names=tuple(str(name) for name in parameters["/Fields"]))
