"""Files that the tests make themselves: just enough of each format for its own readers."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

OOXML = "application/vnd.openxmlformats-officedocument."
PE = b"MZ" + b"\0" * 58 + struct.pack("<L", 64) + b"PE\0\0" + b"\x4c\x01" + b"\0" * 300
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\x00\x3e\x00" + b"\0" * 100
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046") + b"\0" * 100
RTF = b"{\\rtf1\\ansi Kinh gui}"
CMS = bytes.fromhex("3080 06092a864886f70d010702 a080 3080 020101") + b"\0" * 64
RAR = b"Rar!\x1a\x07\x00" + b"\xcf\x90\x73\x00\x00\x0d\0\0\0\0\0\0\0" + b"\0" * 40
SEVEN = b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 60
TNEF = b"\x78\x9f\x3e\x22" + b"\0" * 40
EML = b"From: a@b.vn\r\nTo: c@d.vn\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n\r\nhello\r\n"
EDXML = b'<?xml version="1.0"?><edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope/></edXML>'
TEXT = "Kính gửi Ủy ban nhân dân tỉnh\n".encode()


def pdf(catalog: str = "", *objects: str, header: bytes = b"%PDF-1.7\n") -> bytes:
    """A PDF of one empty page; `catalog` goes into the catalogue, `objects` get the numbers from 4 on."""
    bodies = [
        f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        *objects,
    ]
    out, offsets = bytearray(header), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += f"trailer<</Size {len(bodies) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of `members`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)  # also a name that is empty
    return out.getvalue()


def ooxml(main: str, folder: str, **more: bytes) -> bytes:
    """An OOXML package whose main part is of content type `main`."""
    types = f'<Types><Override PartName="/{folder}/x.xml" ContentType="{main}"/></Types>'
    return zipped({"[Content_Types].xml": types.encode(), f"{folder}/x.xml": b"<x/>", **more})


def docx(**more: bytes) -> bytes:
    """A Word document."""
    return ooxml(f"{OOXML}wordprocessingml.document.main+xml", "word", **more)


def odt() -> bytes:
    """An OpenDocument text."""
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, zipfile.ZIP_STORED)


def encrypted_zip() -> bytes:
    """A zip whose one member says that it is encrypted (APPNOTE 4.4.4, bit 0)."""
    raw = bytearray(zipped({"a.pdf": pdf()}))
    raw[6] |= 1
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


def tarred(members: Mapping[str, bytes]) -> bytes:
    """A tar of `members`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def png() -> bytes:
    """One black pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file ([MS-CFB], version 3): every stream of exactly 4,096 octets, so that none is a mini stream."""
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    contents = [content.ljust(4096, b"\0")[:4096] for content in streams.values()]
    directory_sectors = (len(streams) + 1 + 3) // 4
    table: list[int] = [fat]
    table += [number + 2 for number in range(directory_sectors)]
    table[-1] = end
    first = len(table)
    for index in range(len(contents)):
        start = first + index * 8
        table += [*(start + step + 1 for step in range(7)), end]
    table += [free] * (128 - len(table))

    def entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBLLL", len(raw) + 2 if name else 0, kind, 1, left, right, child)
            + b"\0" * 36
            + struct.pack("<LQ", start, size)
        )

    entries = [entry("Root Entry", 5, free, free, 1 if streams else free, end, 0)]
    for index, name in enumerate(streams, 1):  # a degenerate tree: each is the right sibling of the one before
        following = index + 1 if index < len(streams) else free
        entries.append(entry(name, 2, free, following, free, first + (index - 1) * 8, 4096))
    entries += [b"\0" * 68 + b"\xff" * 12 + b"\0" * 48] * (directory_sectors * 4 - len(entries))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<L", 0)
    head += struct.pack("<L", free) * 108
    return head + struct.pack("<128L", *table) + b"".join(entries) + b"".join(contents)
