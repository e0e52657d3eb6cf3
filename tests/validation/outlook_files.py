"""winmail.dat and .msg files that the tests make themselves, as [MS-OXTNEF] and [MS-OXMSG] write them."""

import struct
from collections.abc import Mapping, Sequence

from validation.compound import Storage, compound

IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
IID_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")
Value = str | bytes | int | tuple[int, bytes]  #: Unicode, binary, a number, or a type and its octets

#: The example of [MS-OXRTFCP] section 3.
HELLO_RTF = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def _typed(value: Value) -> tuple[int, bytes]:
    if isinstance(value, str):
        return 0x1F, value.encode("utf-16-le") + b"\0\0"
    if isinstance(value, bytes):
        return 0x102, value
    return (0x03, struct.pack("<L", value)) if isinstance(value, int) else value


def properties(values: Mapping[int, Value]) -> bytes:
    """A property list as TNEF keeps it."""
    out = bytearray(struct.pack("<L", len(values)))
    for number, value in values.items():
        kind, raw = _typed(value)
        out += struct.pack("<HH", kind, number)
        if number >= 0x8000:
            out += bytes(16) + struct.pack("<L", 1) + struct.pack("<L", 8) + "abc\0".encode("utf-16-le")
        if kind in {0x1E, 0x1F, 0x102, 0x0D}:
            out += struct.pack("<LL", 1, len(raw))
        out += raw + bytes(-len(raw) % 4)
    return bytes(out)


def attribute(level: int, number: int, data: bytes) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BLL", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef(
    mail: Mapping[int, Value], files: Sequence[tuple[bytes, bytes, Mapping[int, Value]]], code_page: int = 1252
) -> bytes:
    """A winmail.dat: the mail's properties, and of each file its short title, its data and its properties."""
    out = struct.pack("<LH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<L", 0x10000))
    out += attribute(1, 0x00069007, struct.pack("<LL", code_page, 0)) + attribute(1, 0x00069003, properties(mail))
    for title, data, values in files:
        out += attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, title + b"\0")
        out += attribute(2, 0x0006800F, data) if data else b""
        out += attribute(2, 0x00069005, properties(values))
    return out


def folder(values: Mapping[int, Value], head: int) -> dict[str, bytes | Storage]:
    """The streams of one mail or attachment of a .msg."""
    listed = bytearray(head)
    found: dict[str, bytes | Storage] = {}
    for number, value in values.items():
        kind, raw = _typed(value)
        long = kind in {0x1E, 0x1F, 0x102}
        listed += struct.pack("<HHL", kind, number, 6)
        listed += struct.pack("<LL", len(raw), 0) if long else raw.ljust(8, b"\0")
        if long:
            found[f"__substg1.0_{number:04X}{kind:04X}"] = raw.removesuffix(b"\0\0") if kind == 0x1F else raw
    found["__properties_version1.0"] = bytes(listed)
    return found


def mail_folder(
    values: Mapping[int, Value], attachments: Sequence[Mapping[str, bytes | Storage]] = (), head: int = 32
) -> dict[str, bytes | Storage]:
    """A mail of a .msg with its attachments: at the top its head has 32 octets, embedded 24."""
    found = folder(values, head)
    for number, attachment in enumerate(attachments):
        found[f"__attach_version1.0_#{number:08X}"] = attachment
    return found


def file_folder(name: str, content: bytes) -> dict[str, bytes | Storage]:
    """An attachment by value."""
    return folder({0x3707: name, 0x3701: content, 0x3705: 1}, 8)


def embedded_folder(mail: Storage) -> dict[str, bytes | Storage]:
    """An attachment that is a mail."""
    found = folder({0x3001: "Untitled", 0x3705: 5}, 8)
    found["__substg1.0_3701000D"] = mail
    return found


def msg(values: Mapping[int, Value], attachments: Sequence[Mapping[str, bytes | Storage]] = ()) -> bytes:
    """A .msg."""
    names: Storage = {"__substg1.0_00020102": b"", "__substg1.0_00030102": b"", "__substg1.0_00040102": b""}
    return compound({**mail_folder(values, attachments), "__nameid_version1.0": names})
