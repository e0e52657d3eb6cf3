"""A Word 97 file (.doc): its characters without fonts; cells and paragraphs as far as marks say.

[MS-DOC] 2.4.1: the characters of the main text in order; 2.8.35 (PlcPcd), 2.9.38 (Clx), 2.9.177 (Pcd).  A row's
end looks like one more empty cell, and where a table begins is written elsewhere: the row with `Nơi nhận` begins there.
"""

import re
import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from bridge.fields.fold import fold
from bridge.fields.paragraphs import Cell, Paragraph, Piece, Rough, Row, row_of

_MAGIC = 0xA5EC
_ENCRYPTED, _FIRST_TABLE = 0x0100, 0x0200
_MAIN_LENGTH, _CLX = 0x4C, 0x1A2  # FibRgLw97.ccpText; FibRgFcLcb97.fcClx (2.5.4, 2.5.6)
_MOST = 4 << 20
_NESTED = 8  # fields within fields
_COMPRESSED = 0x40000000
_FIELD = re.compile(r"\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15")  # 2.8.25: instruction, result
_CONTROL = str.maketrans(
    {
        **dict.fromkeys((chr(code) for code in (*range(1, 7), 8, *range(14, 30), 31)), None),
        "\x1e": "-",
        "\xa0": " ",
        "\x0b": "\n",
        "\x0c": "\r",
    }
)


def read(content: bytes) -> Rough | None:
    """The rows of its main text; None when it cannot be read."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            text = _text(ole)
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, AttributeError):
        # olefile raises all of these on damaged files
        return None
    return Rough(tuple(_rows(text))) if text.strip() else None


def _text(ole: olefile.OleFileIO) -> str:
    main = ole.openstream("WordDocument").read(_MOST * 4)
    magic, flags = struct.unpack_from("<H8xH", main)
    if magic != _MAGIC or flags & _ENCRYPTED:
        return ""
    (length,) = struct.unpack_from("<I", main, _MAIN_LENGTH)
    begin, size = struct.unpack_from("<II", main, _CLX)
    table = ole.openstream("1Table" if flags & _FIRST_TABLE else "0Table").read(_MOST * 4)
    return "".join(_pieces(main, table[begin : begin + min(size, _MOST)]))[: min(length, _MOST)]


def _pieces(main: bytes, clx: bytes) -> Iterator[str]:
    at = 0
    while clx[at] == 1:  # a Prc: formatting
        at += 3 + int(struct.unpack_from("<H", clx, at + 1)[0])
    (size,) = struct.unpack_from("<I", clx, at + 1)
    count = (size - 4) // 12
    edges = struct.unpack_from(f"<{count + 1}I", clx, at + 5)
    for number in range(count):
        (where,) = struct.unpack_from("<I", clx, at + 5 + 4 * (count + 1) + 8 * number + 2)
        length = max(0, min(edges[number + 1] - edges[number], _MOST))
        if where & _COMPRESSED:
            begin = (where & ~_COMPRESSED) // 2
            yield main[begin : begin + length].decode("cp1252", "replace")
        else:
            yield main[where : where + 2 * length].decode("utf-16-le", "replace")


def _rows(text: str) -> Iterator[Row]:
    for _ in range(_NESTED):
        plain = _FIELD.sub(lambda field: field[1] or "", text)
        if plain == text:
            break
        text = plain
    cells: list[Cell] = []
    first = True
    for part in text.translate(_CONTROL).split("\x07"):
        paragraphs = [Paragraph((Piece(line),)) for line in re.split(r"[\r\n]", part)]
        if not cells and not part:
            continue
        if not part:  # the row's end
            yield tuple(cells)
            cells = []
            continue
        if not cells:
            begin = 0 if first else _table_begins(paragraphs)
            for paragraph in paragraphs[:begin]:
                yield row_of(paragraph)
            paragraphs = paragraphs[begin:]
        cells.append(tuple(paragraphs))
        first = False
    for cell in cells:
        for paragraph in cell:
            yield row_of(paragraph)


def _table_begins(paragraphs: list[Paragraph]) -> int:
    """Running text and the first cell of the table after it are not told apart by marks."""
    named = (at for at, paragraph in enumerate(paragraphs) if fold(paragraph.text).startswith("noi nhan"))
    return next(named, len(paragraphs) - 1)
