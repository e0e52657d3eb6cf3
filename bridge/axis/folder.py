"""The folder axis: envelopes out by rename, packets in by rename, nothing lost or doubled in between.

Both sides write `*.tmp`, fsync and rename, so whatever has its final name is complete.  The province's side moves what
it took to `out/taken/`; a name that is in either folder is never written again.
"""

import errno
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import assert_never

import structlog

from bridge.axis.protocol import Acknowledgement, Bad, ListedOrgan, Taken
from bridge.axis.settings import FolderAxis
from store.delivery import Attempt, Delivered, Refused, TryLater
from store.errors import Unavailable
from store.reply import Reply

_log = structlog.get_logger("docbridge.axis")

_ENVELOPE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,127}", re.ASCII)

#: how file systems without hard links (vfat, some network shares) answer
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})

WRITTEN = Reply(250, "2.0.0", "envelope written to the folder")
THERE_ALREADY = Reply(250, "2.0.0", "envelope is there already")
UNSAFE_ID = Reply(554, "5.6.0", "envelope id is not fit for a file name")
FOLDER_UNAVAILABLE = Reply(451, "4.3.0", "folder of the axis is not available")


class Folder:
    """An axis that is a folder (`bridge.axis.protocol.Axis`)."""

    def __init__(self, settings: FolderAxis) -> None:
        self.settings = settings
        self._out = settings.directory / "out"
        self._taken = self._out / "taken"
        self._in = settings.directory / "in"
        self._done = self._in / "done"
        self._bad = self._in / "bad"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.settings.name

    @property
    def names_once(self) -> bool:
        """The province may lay another packet under the name of one that was taken."""
        return False

    @property
    def ready(self) -> bool:
        """A folder is never left alone."""
        return True

    @property
    def asks_first(self) -> bool:
        """Whether an envelope is there, the folder itself says."""
        return False

    def send(self, envelope_id: str, content: bytes | Path, unsure_since: datetime | None = None) -> Attempt:
        """Write `out/<envelope_id>.edxml`, on disk before the answer; there already = Delivered."""
        del unsure_since  # whether it is there, the folder itself says
        if not _ENVELOPE_ID.fullmatch(envelope_id):
            return Refused(UNSAFE_ID)
        name = f"{envelope_id}.edxml"
        try:
            with _available():
                _make(self._out, self._taken)
                # out/ before taken/: the province may move it between the two looks, and then the second one sees it
                there = (self._out / name).exists() or (self._taken / name).exists()
                placed = not there and self._place(name, content)
                for draft in self._out.glob(f"{name}.*.tmp"):
                    draft.unlink(missing_ok=True)  # of a sender that was killed while it wrote
                return Delivered(WRITTEN if placed else THERE_ALREADY)
        except Unavailable as error:
            return TryLater(FOLDER_UNAVAILABLE.because(error.cause))

    def received(self) -> Iterator[str]:
        """The complete `in/*.edxml`, oldest first; what is still being written has another ending."""
        with _available():
            _make(self._in, self._done, self._bad)
            found = [
                (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
                for entry in os.scandir(self._in)
                if entry.name.endswith(".edxml") and entry.is_file(follow_symlinks=False)
            ]
        yield from (name for _, name in sorted(found))

    def fetch(self, name: str) -> bytes:
        """The bytes of one packet; a packet beyond the largest is cut one octet above it, and so judged too large."""
        with _available(), self._waiting(name).open("rb") as packet:
            return packet.read(self.settings.largest_packet + 1)

    def acknowledge(self, name: str, answer: Acknowledgement) -> None:
        """Move the packet to `in/done/`, or to `in/bad/` with the reason in a `.txt`; never over another file."""
        with _available():
            _make(self._done, self._bad)
            source = self._waiting(name)
            if not source.exists():
                return  # moved in an earlier life of this program
            match answer:
                case Taken():
                    place = _free(self._done, name)
                case Bad(reason):
                    place = _free(self._bad, name)
                    _write_durably(place.with_name(f"{place.name}.txt"), f"{reason}\n".encode())
                case _:
                    assert_never(answer)
            source.rename(place)
            _sync(place.parent)
            _sync(self._in)
        _log.info("axis.acknowledged", axis=self.name, bad=isinstance(answer, Bad))

    def organs(self) -> Iterator[ListedOrgan]:
        """A folder keeps no list of organisations."""
        yield from ()

    def close(self) -> None:
        """It holds nothing open."""

    def _place(self, name: str, content: bytes | Path) -> bool:
        """Bring `content` to its name, complete and durable; False when another writer was faster."""
        draft = self._out / f"{name}.{uuid.uuid4().hex}.tmp"  # its own draft: two workers may hold the same envelope
        try:
            _write_durably(draft, content)
            try:
                os.link(draft, self._out / name)  # unlike rename, refuses a name that is taken
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                draft.rename(self._out / name)
        finally:
            draft.unlink(missing_ok=True)
        _sync(self._out)
        return True

    def _waiting(self, name: str) -> Path:
        if name != Path(name).name or not name.endswith(".edxml"):
            raise ValueError("not a name that `received` gave")
        return self._in / name


@contextmanager
def _available() -> Iterator[None]:
    """The one border to the file system: what it cannot do now is Unavailable."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"folder axis: {type(error).__name__} {error.errno}") from error


def _make(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def _write_durably(path: Path, content: bytes | Path) -> None:
    with path.open("xb") as out:
        if isinstance(content, bytes):
            out.write(content)
        else:
            with content.open("rb") as source:
                copyfileobj(source, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _free(folder: Path, name: str) -> Path:
    """A path in `folder` that neither a packet nor a reason has: `name`, else with a number before its ending."""
    stem = name.removesuffix(".edxml")
    place, count = folder / name, 1
    while place.exists() or place.with_name(f"{place.name}.txt").exists():
        count += 1
        place = folder / f"{stem}-{count}.edxml"
    return place
