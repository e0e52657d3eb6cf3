"""Runs tests as a plain user, wherever root keeps its Python: `python -m tests.sandbox.as_nobody HOME TEST…`."""

import os
import sys
from pathlib import Path

from bridge.sandbox.code import project_root
from bridge.sandbox.reach import open_ways
from bridge.sandbox.syscalls import CLONE_NEWNS, unshare
from bridge.sandbox.walls import NOBODY


def main() -> None:
    """Give up root for good, and become pytest."""
    home, *tests = sys.argv[1:]
    os.chown(home, NOBODY, NOBODY)
    unshare(CLONE_NEWNS)
    open_ways([Path(sys.prefix), Path(sys.base_prefix), project_root()])
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.chdir(project_root())
    pytest = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={home}/tmp"]
    os.execve(sys.executable, [*pytest, *tests], {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"})


if __name__ == "__main__":
    main()
