"""Bytes on their way in: small ones in memory, large ones in a spool file.  Memory stays flat.

What is to lie in a file waits in memory while there is room, and goes there in pieces large enough to be hashed and
written by another thread (`relieve`): both cost an event loop more than reading the mail, and need no interpreter.  A
spool file is locked while its writer lives; `sweep` removes those whose writer died.
"""

import contextlib
import fcntl
import hashlib
import os
import threading
from pathlib import Path
from types import TracebackType

from store.connection import translated
from store.ids import new_id
from store.settings import StoreSettings

_HEAVY = 256 * 1024  # octets that had better go to disk, in a thread of their own
_CRUMB = 2048  # octets below which pieces are put together: each lone one costs as much memory again
_MOST = 2 * _HEAVY  # octets that one body may hold in memory


class Room:
    """What the larger bodies of this process may hold in memory together."""

    def __init__(self, octets: int) -> None:
        self._free = octets
        self._lock = threading.Lock()

    def take(self, octets: int) -> bool:
        """Room for so many, if there is."""
        with self._lock:
            if self._free < octets:
                return False
            self._free -= octets
            return True

    def give(self, octets: int) -> None:
        """So many are gone."""
        with self._lock:
            self._free += octets


_ROOM = Room(24 * 2**20)


class Incoming:
    """One body being taken in.  Used by one thread at a time; `discard` it unless it was kept."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._small = settings.small_body
        self._hash = hashlib.sha256()  # of what is in the file
        self._held: list[bytes | bytearray] = []  # what is not
        self._weight = 0  # its octets
        self._taken = 0  # how many of these have taken room
        self._file: int | None = None
        self._path: Path | None = None
        self.size = 0  #: octets so far

    @property
    def sha256(self) -> str:
        """Hex digest of what came so far."""
        digest = self._hash.copy() if self._held else self._hash
        for chunk in self._held:
            digest.update(chunk)
        return digest.hexdigest()

    @property
    def small(self) -> bool:
        """Whether it is to lie in a row."""
        return self.size <= self._small

    @property
    def heavy(self) -> bool:
        """It is time to `relieve` it."""
        return self._weight >= _HEAVY

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes.

        Raises:
            Unavailable: the disk refuses them.
        """
        octets = len(chunk)
        self.size += octets
        self._weight += octets
        if octets >= _CRUMB:
            self._held.append(chunk if isinstance(chunk, bytes) else bytes(chunk))
        elif self._held and isinstance(self._held[-1], bytearray):
            self._held[-1] += chunk
        else:
            self._held.append(bytearray(chunk))
        if self.size > self._small and not self._fits():
            self.relieve()

    def relieve(self) -> None:
        """Bring what waits in memory to the file; any thread may do this while nobody else uses it.

        Raises:
            Unavailable: the disk refuses it.
        """
        with translated():
            if self._file is None:
                self._open()
            for chunk in self._held:
                self._hash.update(chunk)
                self._push(chunk)
        self._forget()

    def memory(self) -> bytes:
        """The bytes of a small one."""
        assert self.small
        return bytes(self._held[0]) if len(self._held) == 1 else b"".join(self._held)

    def content(self) -> bytes | Path:
        """What came so far, for a reader: the bytes, or the file they lie in until it is kept or discarded.

        Raises:
            Unavailable: the disk refuses what is not in the file yet.
        """
        if self._file is None:
            return b"".join(self._held)
        self.relieve()
        assert self._path is not None
        return self._path

    def name(self, path: Path) -> None:
        """Give what came the name `path`, and flush it; its caller flushes the folder.

        Where the name is new, the flush comes last and takes the folder's change along: a journal is written once, not
        twice.  Where it is not, rows may rely on it: what takes its place is flushed before.

        Raises:
            Unavailable: the disk refuses; the name may be there, and what it names is then to be named again.
        """
        with translated():
            if self._file is None:
                self._open_nameless(path.parent)
        self.relieve()
        assert self._file is not None
        with translated():
            try:
                self._link(path)
            except FileExistsError:
                os.fsync(self._file)
                if self._path is None:
                    between = path.parent / f"{new_id()}.part"
                    self._link(between)
                    self._path = between
                self._path.rename(path)
                self._path = None
            else:
                os.fsync(self._file)
            self._close()

    def _link(self, path: Path) -> None:
        assert self._file is not None
        if self._path is not None:
            os.link(self._path, path)
        else:  # open(2) on O_TMPFILE; a folder's handle, whichever, makes Python follow the link
            os.link(f"/proc/self/fd/{self._file}", path, src_dir_fd=self._file)

    def discard(self) -> None:
        """Forget the bytes.  Harmless when they were kept or discarded before."""
        self._close()
        self._forget()

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _fits(self) -> bool:
        """Whether what waits may go on waiting."""
        more = self._weight - self._taken
        if self._weight > _MOST or not _ROOM.take(more):
            return False
        self._taken += more
        return True

    def _forget(self) -> None:
        _ROOM.give(self._taken)
        self._held, self._weight, self._taken = [], 0, 0

    def _close(self) -> None:
        """Let go of the file, and of its name in the spool."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open_nameless(self, folder: Path) -> None:
        """A file that gets its first name when it is whole: there is nothing to lock, to sweep or to rename."""
        with contextlib.suppress(OSError):  # this file system has none of that kind: there will be one in the spool
            self._file = os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600)

    def _open(self) -> None:
        while True:
            path = self._settings.data / "spool" / f"{new_id()}.part"
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:  # the first one ever
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink:  # else a sweep came between the two calls above and removed it
                self._file, self._path = file, path
                return
            os.close(file)

    def _push(self, chunk: bytes | bytearray | memoryview) -> None:
        assert self._file is not None
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._file, rest) :]


def sweep(settings: StoreSettings) -> int:
    """Remove spool files whose writer is gone; returns how many."""
    removed = 0
    with translated():
        for path in (settings.data / "spool").glob("*.part"):
            try:
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            else:
                path.unlink(missing_ok=True)
                removed += 1
            finally:
                os.close(file)
    return removed
