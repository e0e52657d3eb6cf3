"""Pictures of the pages that a report shows, and where on them the signatures stand: values that cross the wall.

A picture is raw points, red, green and blue, row by row: there is nothing in it to be parsed.  What comes out of the
sandbox is a stranger's word all the same, so sizes are looked at before they are believed.
"""

import struct
import zlib
from dataclasses import dataclass

_LONGEST = 2_000  # points on one side


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature stands on a page; fractions of the page, from its left upper corner."""

    where: str  #: the field's name
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as it is seen."""

    page: int  #: 1 for the first
    width: int
    height: int
    points: bytes  #: three octets each
    places: tuple[Place, ...] = ()

    @property
    def is_fit(self) -> bool:
        """Does it hold what it says?"""
        within = 0 < self.width <= _LONGEST and 0 < self.height <= _LONGEST
        return within and len(self.points) == 3 * self.width * self.height


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """What is to be pictured."""

    path: tuple[str, ...]  #: of the file, from the file that the job is given as its payload
    where: tuple[str, ...] = ()  #: names of its signatures


@dataclass(frozen=True, slots=True)
class Pictures:
    """The first page, and those with signatures on them."""

    pages: int = 0  #: how many there are in all; 0 = it has none that could be drawn
    pictures: tuple[Picture, ...] = ()


def png(picture: Picture) -> bytes:
    """The picture as PNG: the same points give the same octets."""
    row = 3 * picture.width
    rows = b"".join(b"\0" + picture.points[at : at + row] for at in range(0, len(picture.points), row))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
