"""The walls, raised by the child round itself, from the outer to the inner; then each is tried.

The order is forced: namespaces need the rights that are dropped next, Landlock and seccomp need no-new-privileges, and
seccomp comes last because it forbids what raises the others.  A wall that cannot be raised here is reported and the
rest is raised all the same: every Linux has the limits, not every container has the namespaces.
"""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from bridge.sandbox import landlock, limits, reach, seccomp
from bridge.sandbox.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWUSER,
    PR_GET_NO_NEW_PRIVS,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    drop_capabilities,
    prctl,
    unshare,
)
from bridge.sandbox.wall import Orders, Wall

NOBODY = 65534  #: user and group without any rights, the same number on all Linux systems
DEVICES = (Path("/dev/null"), Path("/dev/urandom"))
_SIGKILL = 9
_NOWHERE = ("192.0.2.1", 9)  # TEST-NET-1, RFC 5737: nobody answers there


class ThreadsError(AssertionError):
    """A preloaded module has started a thread: walls would stand round the main thread only.  Our bug."""


def raise_walls(orders: Orders) -> tuple[Wall, ...]:
    """Raise all walls round this process and tell which stand.  There is no way back."""
    if (threads := len(list(Path("/proc/self/task").iterdir()))) > 1:
        raise ThreadsError(f"{threads} threads")
    limits.impose(orders.memory, orders.file_size, orders.open_files)
    no_namespace = _tried(_leave_network)
    no_privileges = _tried(lambda: _leave_root(orders)) if os.geteuid() == 0 else ""
    os.chdir(orders.work)
    drop_capabilities()
    prctl(PR_SET_DUMPABLE, 0)  # its memory is not to be read by its siblings, which have the same user
    prctl(PR_SET_PDEATHSIG, _SIGKILL)  # after the change of user, which clears it
    if os.getppid() != orders.parent:
        os._exit(0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    no_landlock = _tried(lambda: landlock.restrict(orders.readable, orders.work, DEVICES))
    no_seccomp = _tried(seccomp.confine)
    if no_seccomp:
        limits.forbid_tasks()
    return (
        Wall(
            "memory",
            "taking the machine's memory",
            stands=True,
            how=f"{orders.memory // 1_000_000} MB of address space",
        ),
        Wall("cpu", "computing for ever", stands=True, how="a limit on processor time, by the size of the mail"),
        Wall(
            "time",
            "waiting for ever",
            stands=True,
            how=f"the pool's clock: {orders.seconds:g} s and more for large mails",
        ),
        Wall(
            "disk",
            "filling the disk",
            stands=True,
            how=f"{orders.file_size // 1_000_000} MB a file; the pool watches the sum",
        ),
        _privileges(no_privileges),
        Wall(
            "network",
            "talking to anybody",
            stands=_cannot_connect(),
            how=_held("network namespace", no_namespace, "seccomp", no_seccomp),
            missing=_lacking("network namespace", no_namespace, "seccomp", no_seccomp),
            grave=True,
        ),
        Wall(
            "files",
            "reading settings, keys and other mails; writing outside its own folder",
            stands=_cannot_read(orders.outside),
            how=_held("landlock", no_landlock),
            missing=_lacking("landlock", no_landlock),
            grave=True,
        ),
        Wall(
            "processes",
            "starting programs and touching other processes",
            stands=_cannot_fork(),
            how=_held("seccomp", no_seccomp) or "a limit on the number of tasks",
            missing=_lacking("seccomp", no_seccomp),
            grave=True,
        ),
    )


def _tried(step: Callable[[], object]) -> str:
    """Do it; "" or why it cannot be done here."""
    try:
        step()
    except OSError as refused:
        return refused.strerror or str(refused)
    return ""


def _held(*pairs: str) -> str:
    """The names, of name and reason in turn, that have no reason not to stand."""
    return ", ".join(name for name, why in zip(pairs[::2], pairs[1::2], strict=True) if not why)


def _lacking(*pairs: str) -> str:
    return "; ".join(f"{name}: {why}" for name, why in zip(pairs[::2], pairs[1::2], strict=True) if why)


def _leave_network() -> None:
    """Into a network namespace that has no interface; a user namespace gives anybody the right to one."""
    unshare((0 if os.geteuid() == 0 else CLONE_NEWUSER) | CLONE_NEWNET | CLONE_NEWIPC)


def _leave_root(orders: Orders) -> None:
    """Become nobody, if nobody can still get at the code afterwards.

    Raises:
        OSError: it could not; the process stays root's, without its capabilities.
    """
    needed = (*orders.readable, orders.work, orders.outside)  # the last so that only Landlock keeps it closed
    reach.check_open(orders.readable)
    if reach.closed_ways(needed):
        unshare(CLONE_NEWNS)
        reach.open_ways(needed)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _privileges(why: str) -> Wall:
    stands = os.geteuid() != 0 and prctl(PR_GET_NO_NEW_PRIVS) == 1
    how = "no new privileges, no capabilities" + ("" if why else f", user {os.geteuid()}")
    return Wall("privileges", "acting as root", stands, how, f"still root's process: {why}" if why else "", grave=True)


def _cannot_connect() -> bool:
    with contextlib.suppress(PermissionError):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.settimeout(0)
            try:
                door.connect(_NOWHERE)  # of a datagram socket: asks for a route and sends nothing
            except OSError:
                return True
        return False
    return True


def _cannot_read(outside: Path) -> bool:
    try:
        outside.read_bytes()
    except PermissionError:
        return True
    return False


def _cannot_fork() -> bool:
    try:
        child = os.fork()
    except OSError:
        return True
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return False
