"""What a PDF does besides showing pages: encryption, scripts, launches, embedded files; and how many pages it has.

pikepdf (qpdf) is the reader: each object is written out by qpdf, which undoes name escapes (`/J#61vaScript`), and the
text is searched.  Its exceptions are translated to `Damaged` here.
"""

import io
import re
import zlib
from dataclasses import dataclass

import pikepdf

from validation.damaged import Damaged

_END = rb"(?=[\s/<>\[\]()]|$)"
_PATTERNS = (
    ("javascript", re.compile(rb"/(?:JS|JavaScript)" + _END)),
    ("launch-action", re.compile(rb"/S\s*/Launch" + _END)),
    ("embedded-files", re.compile(rb"/(?:EmbeddedFiles?|EF)" + _END)),
    ("external-reference", re.compile(rb"/S\s*/(?:GoToR|ImportData|SubmitForm)" + _END + rb"|/FFilter" + _END)),
    ("active-content", re.compile(rb"/(?:RichMedia|XFA|Rendition|Movie|3D)" + _END)),
)
_FOREIGN = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    pikepdf.DeletedObjectError,
    pikepdf.ForeignObjectError,
    RuntimeError,  # what libqpdf throws where the binding names no class
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    NotImplementedError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Pdf:
    """What was seen."""

    properties: tuple[str, ...]
    pages: int | None


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside a PDF; `content` None = it could not be unpacked within the cap."""

    name: str
    content: bytes | None


def read_pdf(content: bytes, objects: int) -> Pdf:
    """Look at the first `objects` objects.  "encrypted" = does not open with the empty password."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            found: set[str] = set()
            for number, item in enumerate(pdf.objects):
                if number >= objects:
                    break
                if isinstance(item, pikepdf.Stream):
                    text = item.stream_dict.unparse()
                elif isinstance(item, pikepdf.Dictionary | pikepdf.Array):
                    text = item.unparse(resolved=True)
                else:
                    continue  # numbers, strings and names come as Python's own and hold no keys
                for word, pattern in _PATTERNS:
                    if word not in found and pattern.search(text):
                        found.add(word)
            return Pdf(tuple(sorted(found)), len(pdf.pages))
    except pikepdf.PasswordError:
        return Pdf(("encrypted",), None)
    except _FOREIGN as error:
        raise Damaged(f"pdf: {type(error).__name__}") from error


def _stream(stream: "pikepdf.Object", cap: int) -> bytes | None:
    """An embedded stream, unpacked within `cap`; None where its filters are none that we bound."""
    filters = stream.get("/Filter")
    raw = bytes(stream.read_raw_bytes())
    if filters is None:
        return raw if len(raw) <= cap else None
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        return None
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(raw, cap)
    except zlib.error as error:
        raise Damaged("pdf: embedded stream") from error
    return None if unpacker.unconsumed_tail else content


def embedded_files(content: bytes, count: int, cap: int) -> tuple[Embedded, ...]:
    """The files embedded in a PDF (ISO 32000-2 section 7.11.4), at most `count`, each within `cap` octets."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            found: list[Embedded] = []
            for item in pdf.objects:
                if len(found) >= count:
                    break
                if not isinstance(item, pikepdf.Dictionary) or "/EF" not in item:
                    continue
                streams = item["/EF"]
                stream = streams.get("/UF", streams.get("/F"))
                name = str(item.get("/UF", item.get("/F", "")))
                if isinstance(stream, pikepdf.Stream):
                    found.append(Embedded(name, _stream(stream, cap)))
            return tuple(found)
    except _FOREIGN as error:
        raise Damaged(f"pdf: {type(error).__name__}") from error
