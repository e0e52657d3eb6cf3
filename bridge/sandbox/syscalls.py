"""The few calls of Linux that Python has no name for, each raising OSError as the others do."""

import ctypes
import os
from typing import Any, TypeAlias

Argument: TypeAlias = Any  #: an int, None, or what ctypes.byref and ctypes.Array give

_libc = ctypes.CDLL(None, use_errno=True)

# prctl(2)
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39

# unshare(2)
CLONE_NEWNS = 0x0002_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000

# mount(2)
MS_NOSUID, MS_NODEV = 2, 4
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18


def _raised(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, first: Argument = 0, second: Argument = 0) -> int:
    """prctl(2)."""
    arguments = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (first, second, 0, 0)]
    return _raised(_libc.prctl(option, *arguments), "prctl")


def syscall(name: str, number: int, *arguments: Argument) -> int:
    """syscall(2), for calls that the C library does not wrap."""
    raw = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _raised(_libc.syscall(ctypes.c_long(number), *raw), name)


def unshare(flags: int) -> None:
    """unshare(2): os.unshare came with Python 3.12."""
    _raised(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2)."""
    _raised(
        _libc.mount(source.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode()),
        "mount",
    )


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up every capability, for good: capset(2) with empty sets, version 3."""
    head = _CapabilityHeader(0x2008_0522, 0)
    _raised(_libc.capset(ctypes.byref(head), (ctypes.c_uint32 * 6)()), "capset")
