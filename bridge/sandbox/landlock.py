"""The wall round files: Landlock, by which a process without rights gives up the rest of the file system for good.

Numbers and structures are those of linux/landlock.h; what each version of the interface knows is told in the kernel's
Documentation/userspace-api/landlock.rst.  Not given to anybody: to run a program, to make folders, links, pipes,
sockets and devices, and to move or link across folders.  What Landlock does not cover (mode, owner and times of files)
is forbidden by `seccomp`.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from bridge.sandbox.syscalls import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # flag: LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = (
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 5,
    1 << 8,
    1 << 14,
)
_ALL_OF_VERSION_1 = (1 << 13) - 1  # EXECUTE .. MAKE_SYM
_REFER, _IOCTL_DEV = 1 << 13, 1 << 15
_NET = 0b11  # bind and connect by TCP, from version 4
_SCOPED = 0b11  # abstract sockets and signals, from version 6

_READ = _READ_FILE | _READ_DIR
_WORK = _READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
_FILE_RIGHTS = _READ_FILE | _WRITE_FILE | _TRUNCATE  # the others are refused for a path that is no folder


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of the interface that this kernel offers.

    Raises:
        OSError: none: ENOSYS (an old kernel) or EOPNOTSUPP (switched off).
    """
    return syscall("landlock", _CREATE_RULESET, None, 0, _VERSION)


def restrict(readable: Iterable[Path], work: Path, devices: Iterable[Path]) -> int:
    """From now on this process reads `readable`, reads and writes in `work` and in `devices`, and opens nothing else.

    Needs no-new-privileges.  Paths that are not there are left out.

    Returns:
        The version of the interface that holds the wall.
    """
    abi = version()
    handled = _ALL_OF_VERSION_1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        handled |= right if abi >= since else 0
    rules = _Ruleset(handled, _NET if abi >= 4 else 0, _SCOPED if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = syscall("landlock_create_ruleset", _CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        for path in devices:
            _allow(ruleset, path, (_READ_FILE | _WRITE_FILE) & handled)
        _allow(ruleset, work, _WORK & handled)
        syscall("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        rule = _PathBeneath(access if path.is_dir() else access & _FILE_RIGHTS, parent)
        syscall("landlock_add_rule", _ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
