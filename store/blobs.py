"""Content-addressed files: `blobs/ab/cdef...`, named by their SHA-256, written once and never changed.

File and folder are flushed before `put` returns, and a name that may be relied on is only ever taken over by a flushed
file: what was put is whole and survives a power cut.  A name that nobody was told of may, after one, be that of a file
cut short: the next `put` of the same content takes its place.
"""

import hashlib
import os
from io import BufferedReader
from pathlib import Path

from store.connection import translated
from store.errors import Unavailable
from store.incoming import Incoming
from store.settings import StoreSettings


class Blobs:
    """The files.  Any number of threads and processes may put the same content at once."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._root = settings.data / "blobs"
        self._durable: set[Path] = set()  # folders whose own name is known to be on disk

    def prepare(self) -> None:
        """Make the root, once."""
        if not self._root.is_dir():
            with translated():
                self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
                _flush_folder(self._root.parent)

    def furnish(self) -> None:
        """Make all folders, so that no mail has to: one flush vouches for all of them."""
        with translated():
            for first in range(256):
                (self._root / f"{first:02x}").mkdir(mode=0o700, exist_ok=True)
            _flush_folder(self._root)
        self._durable.update(self._root / f"{first:02x}" for first in range(256))

    def put(self, content: bytes | Incoming) -> str:
        """Keep `content` durably; returns its name.

        Raises:
            Unavailable: the disk cannot take it; nothing has a name that was not there before.
        """
        if isinstance(content, Incoming) and not content.small:
            return self._move(content)
        plain = content.memory() if isinstance(content, Incoming) else content
        with Incoming(_never_small(self._settings)) as spooled:
            spooled.write(plain)
            return self._move(spooled)

    def path(self, sha256: str) -> Path:
        """Where the content of that name lies or would lie."""
        return self._root / sha256[:2] / sha256[2:]

    def open(self, sha256: str) -> BufferedReader:
        """The content as a stream.

        Raises:
            Unavailable: it is not there.
        """
        with translated():
            return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        """The content.

        Raises:
            Unavailable: it is not there.
        """
        with translated():
            return self.path(sha256).read_bytes()

    def check(self, sha256: str, size: int, deep: bool) -> str:
        """What is wrong with the content of that name: "" = nothing; `deep` hashes it."""
        try:
            with self.open(sha256) as stream:
                if os.fstat(stream.fileno()).st_size != size:
                    return "size"
                if deep and hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                    return "sha256"
        except Unavailable:
            return "missing"
        return ""

    def _move(self, incoming: Incoming) -> str:
        sha256 = incoming.sha256
        path = self.path(sha256)
        with translated():
            self._make(path.parent)
            # The same name means the same bytes; taking the place of a file that was damaged on disk mends it.
            incoming.name(path)
            _flush_folder(path.parent)
        return sha256

    def _make(self, folder: Path) -> None:
        """Make one of the 256 folders.  One that is there may have been made a moment ago by somebody who has not
        flushed its name yet, so each process flushes once for each."""
        if folder not in self._durable:
            self.prepare()
            folder.mkdir(mode=0o700, exist_ok=True)
            _flush_folder(self._root)
            self._durable.add(folder)


def _never_small(settings: StoreSettings) -> StoreSettings:
    return StoreSettings(data=settings.data, small_body=-1)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
