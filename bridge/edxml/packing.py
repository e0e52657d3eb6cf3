"""How a file is carried: as it is, or alone in a ZIP, by the rule that VNPT's SDK writes and reads by.

Written: pdf, doc, docx and zip raw as `application/<extension>`; all else as the one member of a ZIP.
Read: a ZIP that is only the carrier is opened, with a cap; a ZIP that is the file itself (by its extension,
or an office document by its members) stays as it is.
"""

import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from bridge.edxml.names import extension_of
from bridge.edxml.packet import PacketFile
from validation.container_zip import is_folder

_RAW = frozenset({"pdf", "doc", "docx", "zip"})
_ZIP_BASED = frozenset(
    {
        "zip",
        "docx",
        "docm",
        "dotx",
        "xlsx",
        "xlsm",
        "xltx",
        "pptx",
        "pptm",
        "ppsx",
        "odt",
        "ods",
        "odp",
        "odg",
    }
    | {"epub", "jar", "apk", "asice", "asics", "sce", "scs", "bdoc", "edoc", "adoc", "vsdx", "ott", "kmz"}
)
_OFFICE_MEMBERS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})
#: a damaged or encrypted ZIP: zipfile has no common base class for what it raises
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError)
_KNOWN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_PIECE = 1 << 20
_IN_MEMORY = 8 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same file gives the same bytes on every retry

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xml": "application/xml",
    "zip": "application/zip",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}


class TooLargeWithinError(Exception):
    """A ZIP that would grow beyond the cap."""


def media_type_of(name: str, carried: str) -> str:
    """The type of a file from its extension, else the carrier's word, else octets."""
    known = _MEDIA_TYPES.get(extension_of(name))
    if known:
        return known
    return carried if carried and carried != "application/zip" else "application/octet-stream"


@contextmanager
def packed(file: PacketFile, member: str) -> Iterator[tuple[str, IO[bytes]]]:
    """The content type and the bytes under which `file` travels; `member` names it inside a ZIP, without extension.

    The member's name must differ from file to file: VNPT's reader swaps the contents of two that agree.
    """
    extension = extension_of(file.name)
    with file.open() as content:
        if extension in _RAW:
            yield f"application/{extension}", content
            return
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as carrier:
            with zipfile.ZipFile(carrier, "w", zipfile.ZIP_DEFLATED) as archive:
                entry = zipfile.ZipInfo(f"{member}.{extension}" if extension else member, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=file.size >= zipfile.ZIP64_LIMIT) as inside:
                    shutil.copyfileobj(content, inside, _PIECE)
            carrier.seek(0)
            yield "application/zip", carrier


def carried_type(name: str) -> str:
    """The content type that `packed` gives to a file of that name."""
    extension = extension_of(name)
    return f"application/{extension}" if extension in _RAW else "application/zip"


def unpacked(carried: bytes | Path, content_type: str, name: str, largest: int) -> tuple[bytes | Path, str]:
    """The file inside `carried`, and a note when the carrier was not what it says ("" = nothing to note).

    A carrier that is a Path is followed by its content in a file beside it.

    Raises:
        TooLargeWithinError: the member is larger than `largest` octets.
    """
    extension = extension_of(name)
    says_zip = content_type.strip().lower() == "application/zip"
    if extension == "zip" or not (says_zip or _starts_as_zip(carried)) or (not says_zip and extension in _ZIP_BASED):
        return carried, ""
    source: IO[bytes] = BytesIO(carried) if isinstance(carried, bytes) else carried.open("rb")
    try:
        with source, zipfile.ZipFile(source) as archive:
            members = [entry for entry in archive.infolist() if not is_folder(entry)]
            if len(members) != 1 or _OFFICE_MEMBERS & {entry.filename for entry in members}:
                return carried, "zip-kept"
            plain = members[0].compress_type in _KNOWN_METHODS  # the others' decoders fail in ways of their own
            if members[0].header_offset < 0 or not plain:  # a damaged directory; zipfile would seek there
                return carried, "zip-unreadable"
            if members[0].file_size > largest:
                raise TooLargeWithinError
            with archive.open(members[0]) as inside:
                return _copied(inside, carried, largest), ""
    except DAMAGED_ZIP:
        return carried, "zip-unreadable"


def _copied(inside: IO[bytes], carried: bytes | Path, largest: int) -> bytes | Path:
    target = None if isinstance(carried, bytes) else carried.with_suffix(".out")
    pieces = BytesIO()
    with target.open("wb") if target else pieces as out:
        total = 0
        while piece := inside.read(_PIECE):
            total += len(piece)
            if total > largest:
                raise TooLargeWithinError
            out.write(piece)
        if target is None:
            return pieces.getvalue()
    return target


def _starts_as_zip(carried: bytes | Path) -> bool:
    if isinstance(carried, bytes):
        return carried.startswith(b"PK\x03\x04")
    with carried.open("rb") as start:
        return start.read(4) == b"PK\x03\x04"
