"""The ways to the code, kept open for a child that is no longer root.

Root's Python often lies in a folder that is closed to others (/root, mode 0700), and a child that has become `nobody`
could not import anything any more.  In a mount namespace of its own an empty folder is laid over the closed one, and
only what the child may read is mounted into it: nothing else from there is left to be seen.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from bridge.sandbox.syscalls import MS_BIND, MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_REC, mount


class PrivateFilesError(OSError):
    """The files themselves are closed to others; no mount helps."""


def closed_way(path: Path) -> Path | None:
    """The topmost folder above `path` that others may not pass through; None if the way is open."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def closed_ways(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """Which closed folder stands before which of the paths.  Links count as what they lead to as well."""
    closed: dict[Path, list[Path]] = {}
    for path in sorted({form for one in paths if one.exists() for form in (one, one.resolve())}):
        if gate := closed_way(path):
            closed.setdefault(gate, []).append(path)
    return closed


def check_open(paths: Iterable[Path]) -> None:
    """See that the folders and the files right in them may be read by others.

    Raises:
        PrivateFilesError: they may not (a strict umask at installation).
    """
    for path in paths:
        if not path.exists():
            continue
        first = next((Path(entry) for entry in os.scandir(path) if entry.is_file()), None) if path.is_dir() else None
        for one in (path, first):
            if one is not None and not one.stat().st_mode & stat.S_IROTH:
                raise PrivateFilesError(f"{path} is closed to other users")


def open_ways(paths: Iterable[Path]) -> None:
    """Make each of the paths reachable for everybody in this mount namespace, which must be ours alone.

    Raises:
        OSError: without the right to mount.
    """
    mount("none", "/", "", MS_REC | MS_PRIVATE)  # or the namespace we came from would see it all
    for gate, behind in closed_ways(paths).items():
        held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in behind}
        # tmpfs allots inodes by memory, not by `size`: folders are made, files are not.
        mount("tmpfs", str(gate), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k")
        before = os.umask(0o022)
        try:
            for path, file in held.items():
                if stat.S_ISDIR(os.fstat(file).st_mode):
                    path.mkdir(parents=True, exist_ok=True)
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.touch()
                mount(f"/proc/self/fd/{file}", str(path), "", MS_BIND)
        finally:
            os.umask(before)
            for file in held.values():
                os.close(file)
