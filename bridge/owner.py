"""The name under which a process holds leases, and whether the process behind such a name is gone.

A service that was killed leaves leases behind.  Who starts next on the same machine need not wait for them to run out:
a name tells machine, boot, process and when it began, so that a dead holder is known for certain.  Of any other
machine's processes nothing is known, and their leases run out by themselves.
"""

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def _machine() -> str:
    """Host, boot and process namespace: what makes a process number mean the same process."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = os.stat(_PROC / "self/ns/pid").st_ino  # noqa: PTH116  a link that is no path
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot[:8]}/{namespace}"


def _began(pid: int) -> str:
    """When the process began, in ticks since boot; "" when there is none."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold anything; what follows its last bracket is numbers (proc(5): starttime is the 22nd).
    return stat.rpartition(")")[2].split()[19]


def owner(part: str = "") -> str:
    """Our name; `part` tells one lease holder of this process from another."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_began(pid)}/{part}"


def is_dead(name: str) -> bool:
    """Is it certain that the process of that name is gone?"""
    machine, _, rest = name.rpartition("/")
    machine, _, began = machine.rpartition("/")
    machine, _, pid = machine.rpartition("/")
    del rest
    if machine != _machine() or not pid.isdecimal() or not began:
        return False
    return _began(int(pid)) != began
