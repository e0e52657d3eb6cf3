"""What tells a file from the one before it, so that an administrator's change is seen without reading it again."""

from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[tuple[int, int, int], ...]


def stamp(files: Iterable[Path]) -> Stamp:
    """Time of change, size and inode of each: a file that is written over differs in one, a renamed one in another.

    Raises:
        OSError: one is not there.
    """
    found = (file.stat() for file in files)
    return tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in found)
