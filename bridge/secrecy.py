"""Looks at a mail, and at a packet, for signs of a state secret: subject, names, fields, words, first and last pages.

Nothing else is read and nothing is kept of what was read: the answer is one Suspicion.  It comes before fields are
looked for and before a route is chosen (Law 117/2025: a secret has no business on a connected machine).
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

from bridge.edxml.packet import DocumentPacket
from bridge.edxml.packing import DAMAGED_ZIP
from bridge.fields.page import Pdf, opened
from bridge.fields.written import word_text
from bridge.file_words import words_of
from validation.message import Message, read
from validation.mime_charset import decode, member_name
from validation.mime_html import html_text
from validation.secrecy import Suspicion, in_headers, in_lines, in_name, in_sidecar, in_text, may_hold
from validation.settings import ReadingCaps

_STRONG, _NONE = Suspicion.STRONG, Suspicion.NONE
_TEXT_READ = 1_048_576  # octets of a text file
_DEPTH = 3  # mails inside mails
_MAIL_NAMES = (".eml", ".mht")


def of_mail(message: Message, files: Mapping[tuple[str, ...], bytes], depth: int = _DEPTH) -> Suspicion:
    """What a mail shows; `files` are the contents of all its files by path, those inside others too."""
    return _surest(_signs(message, files, depth))


def of_file(name: str, content: bytes) -> Suspicion:
    """What a lone file shows."""
    return _surest(_of_file(name, content, _DEPTH))


def of_packet(packet: DocumentPacket, raw: bytes) -> Suspicion:
    """What a packet that is to go out shows."""
    return _surest(_signs_of_packet(packet, raw))


def _surest(signs: Iterable[Suspicion]) -> Suspicion:
    """The surest sign; after a strong one nothing more is read."""
    found = _NONE
    for sign in signs:
        found = max(found, sign)
        if found is _STRONG:
            break
    return found


def _signs(message: Message, files: Mapping[tuple[str, ...], bytes], depth: int) -> Iterator[Suspicion]:
    yield in_headers(message.headers)
    yield in_name(message.subject)
    for part in message.parts:
        if not part.is_file and part.content_type.startswith("text/"):
            text = part.text(_TEXT_READ)[0]
            yield _of_text(html_text(text) if part.content_type == "text/html" else text)
    for path, content in files.items():
        yield from _of_file(path[-1], content, depth)


def _signs_of_packet(packet: DocumentPacket, raw: bytes) -> Iterator[Suspicion]:
    yield in_sidecar(raw[:_TEXT_READ].decode("utf-8", "replace"))
    for text in (packet.subject, packet.content, packet.type.name, *packet.appendixes, *packet.to_places):
        yield _of_text(text)
        yield in_name(text)
    for file in packet.files:
        yield from _of_file(file.name, file.read(), _DEPTH)
        yield in_name(file.description)


def _of_text(text: str) -> Suspicion:
    return in_text(text) if may_hold(text) else _NONE


def _of_file(name: str, content: bytes, depth: int) -> Iterator[Suspicion]:
    """By its first octets, whatever it is called: a PDF, a Word file, a mail, an archive's names, or words."""
    yield in_name(name.rpartition(".")[0] or name)
    if b"%PDF-" in content[:1024]:
        yield _of_pdf(content)
    elif content.startswith(b"PK\x03\x04"):
        yield _of_text(word_text(content)[0])
        yield from map(in_name, _members(content))
    elif (known := words_of(content)) is not None:
        yield in_name(known[0])
        yield _of_text(known[1])
    elif name.lower().endswith(_MAIL_NAMES):
        if depth:
            inner = read(content, name, ReadingCaps())
            yield of_mail(inner, {file.path: file.content for file in inner.attachments}, depth - 1)
    elif _is_words(content):
        text = decode(content[:_TEXT_READ], "")[0]
        start = text.lstrip("\ufeff \t\r\n")[:200].lower()
        if start.startswith(("<!doctype html", "<html")):
            text = html_text(text)
        elif start.startswith(("<", "{", "[")):
            yield in_sidecar(text)
        yield _of_text(text)


def _of_pdf(content: bytes) -> Suspicion:
    """The first and the last page, as printed and with what was stamped on them."""
    with opened(content) as pdf:
        pages = {0, pdf.pages - 1} if pdf.pages else set()
        return _surest(sign for number in sorted(pages) for sign in _of_page(pdf, number))


def _of_page(pdf: Pdf, number: int) -> Iterator[Suspicion]:
    yield _of_words(pdf, number)
    if pdf.stamp(number):
        yield _of_words(pdf, number)


def _of_words(pdf: Pdf, number: int) -> Suspicion:
    # Lines with their places cost a hundred times the bare text, and nearly no page has the syllable at all.
    if not may_hold(pdf.text(number)):
        return _NONE
    return in_lines(line.text for line in pdf.page(number).lines())


def _members(content: bytes) -> tuple[str, ...]:
    """Names of the files in an archive that is opened no further than that."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = [member_name(member).text for member in archive.infolist()[:2_000]]
    except DAMAGED_ZIP:
        return ()
    return tuple(name.rpartition("/")[2].rpartition(".")[0] or name for name in names)


def _is_words(content: bytes) -> bool:
    """Is it text?  A NUL stands in no text but UTF-16's, and that begins with its mark."""
    return content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in content[:4096]
