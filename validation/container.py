"""The files inside a file: zip, mail, tar, gzip, and what is embedded in a PDF, opened under one budget.

What cannot be opened here is never passed on unread: `archive.unopened`, or `format.encrypted` from its form.
"""

import io
import tarfile
import zlib
from dataclasses import dataclass, replace

from validation.attachments import clean_name, distinct, made_up
from validation.codes import Code
from validation.container_zip import open_zip, unpack
from validation.damaged import Damaged
from validation.finding import Observation
from validation.formats import ARCHIVES
from validation.formats_pdf import embedded_files
from validation.inspected import Attachment, Format
from validation.message import read
from validation.mime_charset import zip_name
from validation.settings import ReadingCaps
from validation.signature import Signature

#: Containers that a person can open and we do not yet.
UNOPENED = (ARCHIVES - {"application/zip", "application/x-tar", "application/x-ustar", "application/gzip"}) | {
    "application/vnd.ms-outlook",
    "application/ms-tnef",
    "application/pkcs7-mime",
    "application/onenote",
}


@dataclass(slots=True)
class Budget:
    """What may still be unpacked from one attachment, all depths together."""

    members: int
    octets: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found in a container."""

    attachments: tuple[Attachment, ...] = ()
    observations: tuple[Observation, ...] = ()
    signatures: tuple[Signature, ...] = ()  #: of the container itself, where opening it is what shows them (a mail)


def _limit(outer: Attachment, limit: str) -> Observation:
    return Observation(Code.ARCHIVE_LIMIT, outer.path, {"limit": limit})


def _zip(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    found: list[Attachment] = []
    observations: list[Observation] = []
    taken: set[str] = set()
    with open_zip(outer.content) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            # `../../etc/passwd` and `C:\\x` become `passwd` and `x`: the last segment alone is a name.
            written = zip_name(member.filename, unicode=bool(member.flag_bits & 0x800))
            name = clean_name(written.text.replace("\\", "/").rstrip("/").rpartition("/")[2])
            name = distinct(name or made_up(len(found) + 1, ""), taken)
            if written.guessed:
                evidence = {"charset": str(written.guessed), "where": "name"}
                observations.append(Observation(Code.TEXT_CHARSET_GUESSED, (*outer.path, name), evidence))
            if budget.members <= 0:
                observations.append(_limit(outer, "members"))
                break
            budget.members -= 1
            if member.flag_bits & 1:
                continue  # its form has said that it is encrypted
            try:
                content = unpack(archive, member, min(budget.octets, member.file_size) + 1)
            except Damaged as damage:
                observations.append(Observation(Code.FORMAT_DAMAGED, (*outer.path, name), {"cause": str(damage)}))
                continue
            if len(content) > budget.octets:
                observations.append(_limit(outer, "unpacked_total"))
                break
            budget.octets -= len(content)
            found.append(Attachment((*outer.path, name), "", content))
    return Opened(tuple(found), tuple(observations))


def _mail(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    message = read(outer.content, outer.name, caps)
    files = message.attachments[: max(budget.members, 0)]
    budget.members -= len(files)
    observations = [
        Observation(seen.code, (*outer.path[:-1], *seen.about), seen.evidence) for seen in message.observations
    ]
    if len(files) < len(message.attachments):
        observations.append(_limit(outer, "members"))
    attachments = tuple(replace(file, path=(*outer.path, *file.path[1:])) for file in files)
    return Opened(attachments, tuple(observations), message.signatures)


def _tar(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    found: list[Attachment] = []
    observations: list[Observation] = []
    taken: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(outer.content), mode="r:") as archive:
            while (member := archive.next()) is not None:
                if budget.members <= 0:
                    observations.append(_limit(outer, "members"))
                    break
                budget.members -= 1
                if not member.isfile():
                    continue  # folders, links and devices carry nothing to read
                if member.size > budget.octets or member.sparse is not None:
                    observations.append(_limit(outer, "unpacked_total"))
                    break
                stream = archive.extractfile(member)
                content = b"" if stream is None else stream.read(member.size)
                budget.octets -= len(content)
                name = clean_name(member.name.rpartition("/")[2]) or made_up(len(found) + 1, "")
                found.append(Attachment((*outer.path, distinct(name, taken)), "", content))
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        raise Damaged(f"tar: {type(error).__name__}") from error
    return Opened(tuple(found), tuple(observations))


def _gzip(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    bound = min(budget.octets, max(caps.ratio_floor, len(outer.content) * caps.ratio))
    try:
        content = unpacker.decompress(outer.content, bound)
    except zlib.error as error:
        raise Damaged("gzip: zlib.error") from error
    if unpacker.unconsumed_tail:
        return Opened((), (Observation(Code.FORMAT_BOMB, outer.path, {"limit": "ratio"}),))
    budget.octets -= len(content)
    budget.members -= 1
    stem, _, extension = outer.name.rpartition(".")
    name = {"tgz": f"{stem}.tar", "gz": stem}.get(extension.lower(), f"{outer.name}.bin") or "phan-1.bin"
    observations = () if unpacker.eof else (Observation(Code.FORMAT_DAMAGED, outer.path, {"cause": "gzip: truncated"}),)
    return Opened((Attachment((*outer.path, name), "", content),), observations)


def _pdf(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    found: list[Attachment] = []
    observations: list[Observation] = []
    taken: set[str] = set()
    for number, file in enumerate(embedded_files(outer.content, max(budget.members, 0), max(budget.octets, 0)), 1):
        budget.members -= 1
        name = distinct(clean_name(file.name) or made_up(number, ""), taken)
        if file.content is None:
            observations.append(
                Observation(Code.ARCHIVE_UNOPENED, (*outer.path, name), {"media_type": "application/pdf"})
            )
            continue
        budget.octets -= len(file.content)
        found.append(Attachment((*outer.path, name), "", file.content))
    return Opened(tuple(found), tuple(observations))


def open_container(outer: Attachment, form: Format, budget: Budget, caps: ReadingCaps) -> Opened:
    """The files in `outer`; nothing for a file that is no container.  Raises Damaged."""
    match form.media_type:
        case "application/pdf" if "embedded-files" in form.properties and "encrypted" not in form.properties:
            opener = _pdf
        case "application/zip" | "application/vnd.etsi.asic-e+zip" | "application/vnd.etsi.asic-s+zip":
            opener = _zip
        case "message/rfc822":
            opener = _mail
        case "application/x-tar" | "application/x-ustar":
            opener = _tar
        case "application/gzip":
            opener = _gzip
        case media_type if media_type in UNOPENED:
            evidence = {"media_type": media_type}
            return Opened((), (Observation(Code.ARCHIVE_UNOPENED, outer.path, evidence),))
        case _:
            return Opened()
    depth = len(outer.path) - 1
    if depth > caps.archive_depth:
        return Opened((), (_limit(outer, "archive_depth"),))
    if "bomb" in form.properties:
        return Opened()
    if budget.members <= 0 or budget.octets <= 0:
        return Opened((), (_limit(outer, "members" if budget.members <= 0 else "unpacked_total"),))
    return opener(outer, budget, caps)
