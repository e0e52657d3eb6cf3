"""Bytes on their way in: hashed as they arrive, small ones in memory, large ones in a spool file.  Memory stays flat.

A middling one waits in memory while there is room, and whoever settles it writes its file: making files costs an event
loop more than reading the mail.  A spool file is locked while its writer lives; `sweep` removes those whose writer
died.
"""

import fcntl
import hashlib
import os
import threading
from pathlib import Path
from types import TracebackType

from store.connection import translated
from store.ids import new_id
from store.settings import StoreSettings

_MIDDLING = 256 * 1024  # octets up to which a body may wait in memory for its file


class Room:
    """What the middling bodies of this process may hold in memory together."""

    def __init__(self, octets: int) -> None:
        self._free = octets
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Room for one, if there is any."""
        with self._lock:
            if self._free < _MIDDLING:
                return False
            self._free -= _MIDDLING
            return True

    def give(self) -> None:
        """One is gone."""
        with self._lock:
            self._free += _MIDDLING


_ROOM = Room(64 * _MIDDLING)


class Incoming:
    """One body being taken in.  Used by one thread at a time; `discard` it unless it was kept."""

    def __init__(self, settings: StoreSettings) -> None:
        self._spool = settings.data / "spool"
        self._small = settings.small_body
        self._hash = hashlib.sha256()
        self._memory = bytearray()
        self._file: int | None = None
        self._path: Path | None = None
        self._roomy = False  # has taken room
        self.size = 0  #: octets so far

    @property
    def sha256(self) -> str:
        """Hex digest of what came so far."""
        return self._hash.hexdigest()

    @property
    def small(self) -> bool:
        """Whether it is to lie in a row."""
        return self.size <= self._small

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes.

        Raises:
            Unavailable: the disk refuses them.
        """
        self._hash.update(chunk)
        self.size += len(chunk)
        if self._file is None and (self.size <= self._small or self._fits()):
            self._memory += chunk
            return
        with translated():
            self._spill()
            self._push(chunk)

    def memory(self) -> bytes:
        """The bytes of a small one."""
        assert self.small
        return bytes(self._memory)

    def content(self) -> bytes | Path:
        """What came so far, for a reader: the bytes, or the file they lie in until it is kept or discarded."""
        if self._file is None:
            return bytes(self._memory)
        assert self._path is not None
        return self._path

    def settle(self) -> Path:
        """Flush a large one to disk and say where it lies; its caller moves it."""
        with translated():
            self._spill()
            assert self._file is not None
            assert self._path is not None
            os.fsync(self._file)
        return self._path

    def moved(self) -> None:
        """The settled file has a name of its own now: there is nothing left to discard."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def discard(self) -> None:
        """Forget the bytes.  Harmless when they were kept or discarded before."""
        if self._file is not None:
            assert self._path is not None
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None
        self._forget()

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _fits(self) -> bool:
        if self.size > _MIDDLING:
            return False
        self._roomy = self._roomy or _ROOM.take()
        return self._roomy

    def _forget(self) -> None:
        self._memory = bytearray()
        if self._roomy:
            self._roomy = False
            _ROOM.give()

    def _spill(self) -> None:
        """From memory into a file, unless it is in one."""
        if self._file is None:
            self._open()
            self._push(self._memory)
            self._forget()

    def _open(self) -> None:
        while True:
            path = self._spool / f"{new_id()}.part"
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:  # the first one ever
                self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
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
