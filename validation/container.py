"""The files inside a file: zip, tar, gzip, mail, winmail.dat, .msg, .p7m, and those embedded in a PDF; one budget.

What cannot be opened here is never passed on unread: `archive.unopened`, or `format.encrypted` from its form.
"""

import io
import re
import tarfile
import zlib

from validation.attachments import clean_name, distinct, made_up
from validation.codes import Code
from validation.container_cms import open_cms, open_mail
from validation.container_outlook import open_msg, open_tnef
from validation.container_zip import is_folder, open_zip, unpack
from validation.damaged import Damaged
from validation.finding import Observation
from validation.formats import ARCHIVES
from validation.formats_pdf import embedded_files
from validation.inspected import Attachment, Format
from validation.mime_charset import Reading, member_name, reading
from validation.opened import Budget, Opened, limit_of
from validation.settings import ReadingCaps

#: Containers that a person can open and we do not yet.
UNOPENED = (ARCHIVES - {"application/zip", "application/x-tar", "application/x-ustar", "application/gzip"}) | {
    "application/onenote",
    "application/mac-binhex40",
}

#: What holds an ASiC container together (ETSI EN 319 162-1 section 4.4.3.2); what else is in META-INF is looked at.
_ASIC_OWN = re.compile(
    r"mimetype|META-INF/(?:manifest\.xml|[^/]*signatures?[^/]*\.(?:xml|p7s)|[^/]*\.tst|[^/]*ASiC[^/]*Manifest[^/]*\.xml|"
    r"[^/]*evidencerecord[^/]*\.(?:xml|ers))",
    re.IGNORECASE,
)


def _guessed(name: Reading, path: tuple[str, ...]) -> list[Observation]:
    """That a member's name was in a code page that nobody declared."""
    evidence = {"charset": str(name.guessed), "where": "name"}
    return [Observation(Code.TEXT_CHARSET_GUESSED, path, evidence)] if name.guessed else []


def _zip(outer: Attachment, budget: Budget, caps: ReadingCaps, own: re.Pattern[str] | None = None) -> Opened:
    """The members; `own` = those that are no files of anybody."""
    found: list[Attachment] = []
    observations: list[Observation] = []
    taken: set[str] = set()
    with open_zip(outer.content) as archive:
        for member in archive.infolist():
            if is_folder(member) or (own is not None and own.fullmatch(member.filename)):
                continue
            # `../../etc/passwd` and `C:\\x` become `passwd` and `x`: the last segment alone is a name.
            written = member_name(member)
            name = clean_name(written.text.replace("\\", "/").rstrip("/").rpartition("/")[2])
            name = distinct(name or made_up(len(found) + 1, ""), taken)
            observations += _guessed(written, (*outer.path, name))
            if budget.members <= 0:
                observations.append(limit_of(outer, "members", caps))
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
                observations.append(limit_of(outer, "unpacked_total", caps))
                break
            budget.octets -= len(content)
            found.append(Attachment((*outer.path, name), "", content))
    return Opened(tuple(found), tuple(observations))


def _asic(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    return _zip(outer, budget, caps, _ASIC_OWN)


def _mail(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    return open_mail(outer, outer.content, budget, caps)


def _tar(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    found: list[Attachment] = []
    observations: list[Observation] = []
    taken: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(outer.content), mode="r:", encoding="utf-8") as archive:
            while (member := archive.next()) is not None:
                if budget.members <= 0:
                    observations.append(limit_of(outer, "members", caps))
                    break
                budget.members -= 1
                if not member.isfile():
                    continue  # folders, links and devices carry nothing to read
                if member.size > budget.octets or member.sparse is not None:
                    observations.append(limit_of(outer, "unpacked_total", caps))
                    break
                stream = archive.extractfile(member)
                content = b"" if stream is None else stream.read(member.size)
                budget.octets -= len(content)
                written = reading(member.name.encode("utf-8", "surrogateescape"))
                name = clean_name(written.text.rpartition("/")[2]) or made_up(len(found) + 1, "")
                found.append(Attachment((*outer.path, distinct(name, taken)), "", content))
                observations += _guessed(written, found[-1].path)
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
        return Opened((), (Observation(Code.FORMAT_BOMB, outer.path, {"limit": "ratio", "value": str(caps.ratio)}),))
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
        case "application/zip":
            opener = _zip
        case "application/vnd.etsi.asic-e+zip" | "application/vnd.etsi.asic-s+zip":
            opener = _asic
        case "message/rfc822":
            opener = _mail
        case "application/x-tar" | "application/x-ustar":
            opener = _tar
        case "application/gzip":
            opener = _gzip
        case "application/ms-tnef":
            opener = open_tnef
        case "application/vnd.ms-outlook":
            opener = open_msg
        case "application/pkcs7-mime":
            opener = open_cms
        case media_type if media_type in UNOPENED:
            evidence = {"media_type": media_type}
            return Opened((), (Observation(Code.ARCHIVE_UNOPENED, outer.path, evidence),))
        case _:
            return Opened()
    depth = len(outer.path) - 1
    if depth > caps.archive_depth:
        return Opened((), (limit_of(outer, "archive_depth", caps),))
    if "bomb" in form.properties:
        return Opened()
    if budget.members <= 0 or budget.octets <= 0:
        return Opened((), (limit_of(outer, "members" if budget.members <= 0 else "unpacked_total", caps),))
    return opener(outer, budget, caps)
