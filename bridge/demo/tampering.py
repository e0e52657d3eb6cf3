"""What happens to documents on the way: a byte changed, a page changed by a later revision, a program in disguise.

Everything is built here from our own samples and does nothing when opened.
"""

import io
import struct

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_PAGE_HEIGHT = b"841.89"


def change_one_byte(pdf: bytes) -> bytes:
    """`pdf` with one digit of its first page's height changed: inside every signed range."""
    at = pdf.index(_PAGE_HEIGHT) + len(_PAGE_HEIGHT) - 1
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def append_page_text(pdf: bytes, text: str = "Da sua noi dung") -> bytes:
    """`pdf` with one more revision that writes over its first page; every signed byte stays as it was."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    drawing = f"q 1 1 1 rg 85 420 460 120 re f 0 0 0 rg BT /FX 14 Tf 90 480 Td ({text}) Tj ET Q"
    stream = writer.add_object(generic.StreamObject(stream_data=drawing.encode("ascii")))
    font = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Font"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Type1"),
            generic.pdf_name("/BaseFont"): generic.pdf_name("/Helvetica"),
        }
    )
    fonts = generic.DictionaryObject({generic.pdf_name("/FX"): writer.add_object(font)})  # type: ignore[no-untyped-call]
    resources = generic.DictionaryObject({generic.pdf_name("/Font"): fonts})  # type: ignore[no-untyped-call]
    writer.add_stream_to_page(0, stream, resources=resources)  # type: ignore[no-untyped-call]
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def harmless_program() -> bytes:
    """The headers of a Windows program (PE/COFF) with no section and no code: recognised, never runnable."""
    dos = b"MZ" + b"\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8" + bytes(43) + struct.pack("<I", 128)
    stub = b"This program cannot be run in DOS mode.\r\r\n$"
    coff = struct.pack("<4sHHIIIHH", b"PE\x00\x00", 0x14C, 0, 0, 0, 0, 0xE0, 0x0102)
    optional = struct.pack("<HBB", 0x10B, 14, 0) + bytes(0xE0 - 4)
    head = dos.ljust(64, b"\x00")
    return (head + stub).ljust(128, b"\x00") + coff + optional + bytes(512)
