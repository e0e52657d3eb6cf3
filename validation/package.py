"""A signed package (OPC, ODF, ASiC) read whole and once, so that what is verified is what a reader of the file gets.

Promise: a zip in which two programs could find two different packages is not read as one of them: `doubt` says why.
Nothing is written to disk, and no more is unpacked than the caps allow.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from validation.container_zip import is_folder, open_zip, unpack
from validation.damaged import Damaged
from validation.foreign import Unchecked
from validation.mime_charset import member_name, nfc
from validation.settings import ReadingCaps
from validation.signature import Problem

_LOCAL = b"PK\x03\x04"  # APPNOTE 4.3.7
_LOCAL_SIZE = 30
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")
#: Twins are told apart by the case of letters here, and are the same part to Office (ECMA-376 part 2 section 9.1.1.1).
_OPC_TYPES = "[content_types].xml"
_TOO_LARGE = Unchecked(Problem.TOO_COSTLY, "unpacks to more than is opened")


@dataclass(frozen=True, slots=True)
class Package:
    """The files of a package."""

    parts: Mapping[str, bytes]  #: by name, NFC, without a leading slash; folders are none
    doubt: str = ""  #: why another reader may see other parts; "" = it may not
    folded: Mapping[str, str] = field(default_factory=dict)  #: each name by its form in which case does not count

    @property
    def octets(self) -> int:
        """How many all its parts have."""
        return sum(map(len, self.parts.values()))

    def named(self, name: str) -> str | None:
        """The part that an OPC name means: letters of either case are the same (ECMA-376 part 2 section 9.1.1.1)."""
        return name if name in self.parts else self.folded.get(name.casefold())


def opened(content: bytes, caps: ReadingCaps) -> Package | Unchecked:
    """The package that `content` is, or why it cannot be read to its end."""
    try:
        with open_zip(content) as archive:
            return _read(content, archive, caps)
    except Damaged as damage:
        return Unchecked(Problem.UNPARSABLE, str(damage))


def _read(content: bytes, archive: zipfile.ZipFile, caps: ReadingCaps) -> Package | Unchecked:
    members = archive.infolist()
    if len(members) > caps.members:
        return Unchecked(Problem.TOO_COSTLY, "more parts than are opened")
    if any(member.flag_bits & 1 for member in members):
        return Unchecked(Problem.ENCRYPTED, "a part has a password")
    room = min(caps.unpacked_total, max(caps.ratio_floor, len(content) * caps.ratio))
    if sum(member.file_size for member in members) > room:
        return _TOO_LARGE  # by its own word; one that lies is found out below
    parts: dict[str, bytes] = {}
    doubt = _overlaid(content, archive)
    for member in members:
        if is_folder(member):
            continue
        name = member_name(member).text
        octets = unpack(archive, member, room + 1)
        room -= len(octets)
        if room < 0:
            return _TOO_LARGE
        if name in parts:
            doubt = doubt or "two parts of one name"
        if member.orig_filename != member.filename:
            doubt = doubt or "a name that ends at a NUL for some"
        parts[name] = octets
    folded = {name.casefold(): name for name in parts}
    if not doubt and _OPC_TYPES in folded and len(folded) < len(parts):
        doubt = "two parts whose names differ by case alone"
    return Package(parts, doubt, folded)


def _overlaid(content: bytes, archive: zipfile.ZipFile) -> str:
    """Are there files that only a reader from the front finds, or files that share their octets?"""
    end = 0
    directory: int = archive.start_dir  # where the directory begins, prefix included
    for member in sorted(archive.infolist(), key=lambda one: one.header_offset):
        at = member.header_offset
        if at < end:
            return "parts that overlap"
        if content.find(_LOCAL, end, at) >= 0:
            return "a part that the directory does not list"
        name = int.from_bytes(content[at + 26 : at + 28], "little")
        extra = int.from_bytes(content[at + 28 : at + 30], "little")
        end = at + _LOCAL_SIZE + name + extra + member.compress_size
    return "a part that the directory does not list" if content.find(_LOCAL, end, directory) >= 0 else ""


def name_of(uri: str, folder: str = "") -> str | None:
    """The name of the part that a relative reference means, seen from `folder`; None = it leads outside.

    RFC 3986 section 5.2: the package is the authority, so nothing leads above its root.
    """
    if _SCHEME.match(uri):
        return None
    path = uri.partition("#")[0].partition("?")[0]
    segments = [] if path.startswith("/") else [one for one in folder.split("/") if one]
    for segment in path.split("/"):
        if segment == "..":
            if not segments:
                return None
            segments.pop()
        elif segment not in {"", "."}:
            segments.append(segment)
    return nfc(unquote("/".join(segments), errors="replace")) or None
