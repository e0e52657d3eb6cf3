"""pyHanko's reader of a PDF, with our view of earlier revisions and a quick way past a signature's hexadecimal digits.

Promise: every object is what pyHanko itself reads.  Its reader takes a hexadecimal string digit by digit, and a
signature has tens of thousands of them, read anew for every revision that is looked at: half of the time of a check.
Here the digits are converted at once, and pyHanko reads the object around them.
"""

import io
import re
import secrets
from bisect import bisect_left
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from validation.foreign import attempt

_LONG = re.compile(rb"<([0-9A-Fa-f]{512,})>")
_OBJECT_END = b"endobj"


class _Resolver(HistoricalResolver):
    """A revision in which a reference to an object that no revision defines is what the standard says: null."""

    def _collect_indirect_references(
        self, obj: generic.PdfObject, seen: set[generic.Reference], since_revision: int | None = None
    ) -> None:
        if isinstance(obj, generic.IndirectObject) and since_revision is not None:
            try:
                self.reader.xrefs.get_introducing_revision(obj.reference)
            except KeyError:
                return  # ISO 32000-2 section 7.3.10: not an error, nothing to collect
        super()._collect_indirect_references(obj, seen, since_revision)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Container:
    """An object stream (ISO 32000-2 section 7.5.7), its table read once: pyHanko reads it for each object anew."""

    data: bytes
    places: dict[int, tuple[int, int]]  #: for each number the index and the offset of its first entry


def _container(stream: generic.PdfObject) -> _Container:
    if not isinstance(stream, generic.StreamObject) or stream["/Type"] != "/ObjStm":
        raise TypeError("not an object stream")
    data, count, first = stream.read_data(DecodePurpose.OBJECT_STREAM), int(stream["/N"]), int(stream["/First"])
    words = data[:first].split()
    if len(words) != 2 * count or not all(word.isdigit() for word in words):
        raise ValueError("the table is odd")
    places: dict[int, tuple[int, int]] = {}
    for index in range(count):
        places.setdefault(int(words[2 * index]), (index, first + int(words[2 * index + 1])))
    return _Container(data, places)


class RevisionReader(PdfFileReader):
    """pyHanko's reader of `content`."""

    def __init__(self, content: bytes, *, strict: bool) -> None:
        self._content = content
        self._long = [(found.start(), found.end()) for found in _LONG.finditer(content)]
        self._containers: dict[int, _Container] = {}
        self._mark = secrets.token_bytes(16)  # stands for the digits while pyHanko reads around them
        super().__init__(io.BytesIO(content), strict=strict)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        """The file as it was at `revision`."""
        known = self._historical_resolver_cache.get(revision)
        if known is None:
            known = _Resolver(self, revision)
            self._historical_resolver_cache[revision] = known
        return known

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> generic.PdfObject:
        quickly = attempt(self._contained, idnum, stmnum, idx)
        if isinstance(quickly, generic.PdfObject):
            return quickly
        slowly: generic.PdfObject = super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call]
        return slowly

    def _contained(self, number: int, container: int, index: int) -> generic.PdfObject | None:
        """The object in its container; None = something is odd about it, which pyHanko is to judge."""
        if container not in self._containers:
            self._containers[container] = _container(generic.Reference(container, 0, self).get_object())
        known = self._containers[container]
        place = known.places.get(number)
        if place is None or place[0] != index:
            return None
        data = io.BytesIO(known.data)
        data.seek(place[1])
        found = generic.read_object(data, generic.Reference(number, 0, self))
        return None if isinstance(found, generic.StreamObject | generic.IndirectObject) else found

    def _read_object(
        self,
        ref: generic.Reference,
        marker: int | ObjStreamRef | None,
        never_decrypt: bool = False,
        as_metadata_stream: bool = False,
    ) -> generic.PdfObject:
        # `never_decrypt` is asked of the dictionary that says whether the file is encrypted.
        plain = isinstance(marker, int) and not as_metadata_stream and not never_decrypt
        if isinstance(marker, int) and plain and (digits := self._digits_behind(marker)):
            quickly = self._read_around(ref, marker, digits)
            if quickly is not None:
                return quickly
        read: generic.PdfObject = super()._read_object(ref, marker, never_decrypt, as_metadata_stream)
        return read

    def _digits_behind(self, start: int) -> tuple[int, int] | None:
        """The first long string of digits in the object that begins at `start`."""
        at = bisect_left(self._long, (start, 0))
        if at == len(self._long):
            return None
        begin, end = self._long[at]
        return None if _OBJECT_END in self._content[start:begin] else (begin, end)

    def _read_around(
        self, ref: generic.Reference, start: int, digits: tuple[int, int]
    ) -> generic.DictionaryObject | None:
        """The dictionary whose /Contents the digits are; None = it is something else, to be read as it stands.

        Nothing is assumed: the object must end where `endobj` was found and the mark come back as the value of
        /Contents, else the digits stood elsewhere.
        """
        begin, end = digits
        close = self._content.find(_OBJECT_END, end)
        if close < 0 or self.encrypted:
            return None
        before, behind = self._content[start:begin], self._content[end : close + len(_OBJECT_END)]
        # Behind `endobj` pyHanko looks for anything at all.
        around = io.BytesIO(before + b"<" + self._mark.hex().encode() + b">" + behind + b"\n.")
        whole, self.stream = self.stream, around
        try:
            found = attempt(super()._read_object, ref, 0)
        finally:
            self.stream = whole
        if type(found) is not generic.DictionaryObject or around.read() != b"." or "/Contents" not in found:
            return None
        value = found.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
        if not isinstance(value, generic.TextStringObject | generic.ByteStringObject):
            return None
        if bytes(value.original_bytes) != self._mark:
            return None
        octets = bytes.fromhex((self._content[begin + 1 : end - 1] + b"0" * ((end - begin) % 2)).decode("ascii"))
        found[generic.NameObject("/Contents")] = generic.ByteStringObject(octets)
        return found
