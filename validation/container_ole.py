"""OLE2 compound files ([MS-CFB]): doc, xls, ppt, msg, msi and encrypted OOXML told apart, and what they hide.

olefile is the only reader of them here; whatever it raises on a hostile file is `Damaged`.
"""

import io
import struct
from dataclasses import dataclass

import olefile

from validation.damaged import Damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What olefile raises: its own errors are OSErrors; the rest is its unchecked arithmetic on hostile sizes.
FOREIGN = (OSError, ValueError, struct.error, IndexError, TypeError, AttributeError, KeyError, RecursionError)
_MSI = "000C1084-0000-0000-C000-000000000046"
_STREAM_CAP = 50_000_000
_PPT_ENCRYPTED = 0xF3D1C4DF  # [MS-PPT] section 2.3.2 CurrentUserAtom.headerToken
_BOUNDSHEET, _FILEPASS = 0x0085, 0x002F  # [MS-XLS] sections 2.4.28, 2.4.117


@dataclass(frozen=True, slots=True)
class Ole:
    """What a compound file is, and what was seen in it."""

    media_type: str
    properties: tuple[str, ...] = ()


def _type_of(names: set[str], clsid: str) -> str:
    if "encryptedpackage" in names:
        return "application/encrypted"
    if clsid.upper() == _MSI:
        return "application/x-msi"
    for stream, media_type in (
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("worddocument", "application/msword"),
        ("workbook", "application/vnd.ms-excel"),
        ("book", "application/vnd.ms-excel"),
        ("powerpoint document", "application/vnd.ms-powerpoint"),
        ("visiodocument", "application/vnd.visio"),
        ("quill", "application/x-mspublisher"),
        ("hwpsummaryinformation", "application/x-hwp"),
        ("fileheader", "application/x-hwp"),
    ):
        if stream in names:
            return media_type
    return "application/x-ole-storage"


def _biff_properties(stream: bytes) -> set[str]:
    """Walk the records of an Excel workbook as far as its globals go: a password, sheets of Excel 4 macros."""
    found: set[str] = set()
    position = 0
    for _ in range(20_000):
        if position + 4 > len(stream):
            break
        record, length = struct.unpack_from("<HH", stream, position)
        if record == _FILEPASS:
            return {"encrypted"}
        if record == _BOUNDSHEET and length >= 6 and stream[position + 9] & 0x0F == 1:
            found.add("macros")
        if record == 0x000A:  # EOF of the globals substream
            break
        position += 4 + length
    return found


def _read(ole: "olefile.OleFileIO", name: str, cap: int) -> bytes:
    return bytes(ole.openstream(name).read(cap))


def _properties(ole: "olefile.OleFileIO", entries: list[list[str]], names: set[str], media_type: str) -> set[str]:
    found: set[str] = set()
    flat = {segment.lower() for entry in entries for segment in entry}
    if "_vba_project" in flat or "_vba_project_cur" in flat or {"vba", "dir"} <= flat:
        found.add("macros")
    if flat & {"\x01ole10native", "objectpool", "\x01ole10itemname"} or any(s.startswith("mbd") for s in flat):
        found.add("embedded-files")
    if media_type == "application/encrypted":
        found.add("encrypted")
    elif media_type == "application/msword":
        fib = _read(ole, "WordDocument", 32)
        if len(fib) >= 12 and struct.unpack_from("<H", fib, 10)[0] & 0x0100:  # [MS-DOC] 2.5.2 FibBase.fEncrypted
            found.add("encrypted")
    elif media_type == "application/vnd.ms-excel":
        found |= _biff_properties(_read(ole, "Workbook" if "workbook" in names else "Book", _STREAM_CAP))
    elif media_type == "application/vnd.ms-powerpoint":
        user = _read(ole, "Current User", 64) if "current user" in names else b""
        token = struct.unpack_from("<L", user, 12)[0] if len(user) >= 16 else 0
        if token == _PPT_ENCRYPTED or "encryptedsummary" in names:
            found.add("encrypted")
    return found


def read_ole(content: bytes) -> Ole:
    """Judge a compound file; Damaged where even its directory cannot be read."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            entries = ole.listdir(streams=True, storages=True)
            names = {entry[0].lower().removeprefix("\x05") for entry in entries}
            media_type = _type_of(names, str(ole.root.clsid or ""))
            try:
                properties = _properties(ole, entries, names, media_type)
            except (OSError, ValueError, struct.error, IndexError, TypeError, AttributeError, KeyError):
                properties = {"damaged"}
            return Ole(media_type, tuple(sorted(properties)))
    except FOREIGN as error:
        raise Damaged(f"ole: {type(error).__name__}") from error
