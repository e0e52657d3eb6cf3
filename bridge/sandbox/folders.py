"""The sandbox's folders: emptied between jobs, and swept up after a service that was killed."""

import contextlib
import os
import re
import shutil
import stat
from pathlib import Path

PREFIX = "docbridge-sandbox-"
_OURS = re.compile(rf"{PREFIX}(\d+)-\w+")


def empty(folder: Path) -> bool:
    """Remove all in a child's folder, whatever it is; whether that succeeded."""
    with os.scandir(folder) as entries:
        found = list(entries)
    for entry in found:
        path = Path(entry)
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(path)
            else:
                path.unlink()
    return not found or not any(folder.iterdir())


def sweep(parent: Path) -> None:
    """Remove the folders of pools whose process is gone (SIGKILL, power): their mails are elsewhere, and safe."""
    for folder in parent.glob(f"{PREFIX}*"):
        named = _OURS.fullmatch(folder.name)
        if named is None or _runs(int(named[1])):
            continue
        with contextlib.suppress(OSError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
                shutil.rmtree(folder)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
