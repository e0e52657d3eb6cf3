"""A compound file ([MS-CFB], version 3) written from storages and streams: a mail inside a .msg becomes a .msg again.

Deterministic: the same streams give the same octets, so that the same mail has the same hash wherever it was embedded.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Storage = Mapping[str, Union[bytes, "Storage"]]  #: what a folder is: streams and folders by name

_END, _FREE, _FAT, _DIFAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096  #: section 2.2
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Entry:
    """One directory entry: section 2.6.1."""

    name: str
    kind: int
    content: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = _END


@dataclass(slots=True)
class _Chains:
    """Sectors in use, and the table that links them."""

    table: list[int] = field(default_factory=list)
    octets: bytearray = field(default_factory=bytearray)

    def add(self, content: bytes, size: int) -> int:
        """The first sector of `content`, laid out in sectors of `size` octets."""
        if not content:
            return _END
        first = len(self.table)
        count = -(-len(content) // size)
        self.table += [*range(first + 1, first + count), _END]
        self.octets += content.ljust(count * size, b"\0")
        return first


def _order(name: str) -> tuple[int, str]:
    """Section 2.6.4: the shorter name first, then by upper case."""
    return len(name.encode("utf-16-le")), name.upper()


def _children(storage: Storage, entries: list[_Entry]) -> int:
    """The entries of a folder as a balanced tree; its root."""
    numbers = []
    for name in sorted(storage, key=_order):
        numbers.append(len(entries))
        content = storage[name]
        if isinstance(content, bytes):
            entries.append(_Entry(name[:31], _STREAM, content))
        else:
            entries.append(entry := _Entry(name[:31], _STORAGE))
            entry.child = _children(content, entries)
    return _balanced(numbers, entries)


def _balanced(numbers: list[int], entries: list[_Entry]) -> int:
    if not numbers:
        return _FREE
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.left = _balanced(numbers[:middle], entries)
    entry.right = _balanced(numbers[middle + 1 :], entries)
    return numbers[middle]


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    black = 1
    head = struct.pack("<64sHBBLLL", name, len(name) + 2, entry.kind, black, entry.left, entry.right, entry.child)
    return head + bytes(36) + struct.pack("<LQ", entry.start, len(entry.content))


def compound(root: Storage) -> bytes:
    """The file that holds `root`."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _children(root, entries)
    sectors, minis = _Chains(), _Chains()
    for entry in entries:
        if entry.kind == _STREAM:
            small = len(entry.content) < _CUTOFF
            entry.start = minis.add(entry.content, _MINI) if small else sectors.add(entry.content, _SECTOR)
    entries[0].content = bytes(minis.octets)
    entries[0].start = sectors.add(entries[0].content, _SECTOR)
    mini_table = struct.pack(f"<{len(minis.table)}L", *minis.table)
    mini_table += b"\xff" * (-len(mini_table) % _SECTOR)
    mini_start = sectors.add(mini_table, _SECTOR)
    directory = b"".join(map(_packed, entries))
    unused = bytes(64) + struct.pack("<HBBLLL", 0, 0, 0, _FREE, _FREE, _FREE) + bytes(48)
    directory += unused * (-len(entries) % 4)
    directory_start = sectors.add(directory, _SECTOR)
    fats, difats = _tables(len(sectors.table))
    first = len(sectors.table)
    table = [*sectors.table, *[_FAT] * fats, *[_DIFAT] * difats]
    table += [_FREE] * (fats * 128 - len(table))
    where = list(range(first, first + fats))
    tail = where[109:]
    chained = b""
    for number in range(difats):  # section 2.5: 127 more places in each sector, and where the next one is
        places = tail[number * 127 : number * 127 + 127]
        following = first + fats + number + 1 if number + 1 < difats else _END
        chained += struct.pack("<128L", *places, *[_FREE] * (127 - len(places)), following)
    head = struct.pack("<8s16xHHHHH6x", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<LLLLL", 0, fats, directory_start, 0, _CUTOFF)
    head += struct.pack("<LLLL", mini_start, len(mini_table) // _SECTOR, first + fats if difats else _END, difats)
    head += struct.pack("<109L", *where[:109], *[_FREE] * (109 - len(where[:109])))
    return head + bytes(sectors.octets) + struct.pack(f"<{len(table)}L", *table) + chained


def _tables(sectors: int) -> tuple[int, int]:
    """How many sectors the table takes that links `sectors` and itself, and the list of its places beyond 109."""
    fats = difats = 0
    while True:
        needed = -(-(sectors + fats + difats) // 128)
        listed = -(-max(needed - 109, 0) // 127)
        if (needed, listed) == (fats, difats):
            return fats, difats
        fats, difats = needed, listed
