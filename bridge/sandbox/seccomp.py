"""The wall round system calls: a BPF filter (seccomp(2)) that denies what reading a document never needs.

Denied calls fail with EPERM, so that a parser that asks out of habit goes on; those whose absence the C library knows
how to live with fail with ENOSYS.  Some calls are looked at more closely: threads are allowed and processes are not, a
stream socket pair to itself is allowed (asyncio wants one) and no other socket, signals go to the child itself only,
and limits are set on the child itself only.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

from bridge.sandbox.syscall_table import DENIED, NEWEST
from bridge.sandbox.syscalls import PR_SET_SECCOMP, prctl

_MODE_FILTER = 2

# linux/bpf_common.h: load a word, jumps, and, return
_LOAD, _EQUAL, _GREATER, _GREATER_EQUAL, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x54, 0x06
# linux/seccomp.h: offsets in struct seccomp_data (low words, little endian) and the answers
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000

_DENY, _ABSENT = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS

_CLONE_THREAD = 0x0001_0000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xFF

_X32_BIT = 0x4000_0000

#: machine -> column in the table, AUDIT_ARCH (linux/audit.h), clone, clone3, socketpair, prlimit64, kill, tgkill
_MACHINES = {
    "x86_64": (0, 0xC000_003E, (56, 435, 53, 302, 62, 234)),
    "aarch64": (1, 0xC000_00B7, (220, 435, 199, 261, 129, 131)),
}

_Instruction = tuple[int, int, int, int]  #: code, jump if true, jump if false, operand


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class UnknownMachineError(OSError):
    """There is no table of system calls for this processor."""


def _argument(index: int) -> _Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _answer(word: int) -> _Instruction:
    return (_RETURN, 0, 0, word)


def _for_call(number: int, *body: _Instruction) -> list[_Instruction]:
    """`body`, which returns on every way, for one call; the others jump over it."""
    return [(_EQUAL, 0, len(body), number), *body]


def program(machine: str, pid: int) -> list[_Instruction]:
    """The filter for the process `pid`.

    Raises:
        UnknownMachineError: no table for this machine.
    """
    if machine not in _MACHINES or sys.byteorder != "little":
        raise UnknownMachineError(errno.ENOSYS, f"no table of system calls for {machine}")
    column, architecture, (clone, clone3, socketpair, prlimit64, kill, tgkill) = _MACHINES[machine]
    either = [_answer(_ALLOW), _answer(_DENY)]
    steps: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        _answer(_KILL),  # calls in the manner of another architecture: nobody honest does that here
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [(_GREATER_EQUAL, 0, 1, _X32_BIT), _answer(_ABSENT)]
    steps += [(_GREATER, 0, 1, NEWEST), _answer(_ABSENT)]
    steps += _for_call(clone3, _answer(_ABSENT))  # its flags are out of a filter's sight; glibc falls back to clone
    steps += _for_call(clone, _argument(0), (_ANY_BIT, 0, 1, _CLONE_THREAD), *either)
    steps += _for_call(
        socketpair,
        _argument(0),
        (_EQUAL, 0, 4, _AF_UNIX),
        _argument(1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_EQUAL, 0, 1, _SOCK_STREAM),
        *either,
    )
    steps += _for_call(prlimit64, _argument(0), (_EQUAL, 1, 0, 0), (_EQUAL, 0, 1, pid), *either)
    for call in (kill, tgkill):
        steps += _for_call(call, _argument(0), (_EQUAL, 0, 1, pid), *either)
    for numbers in DENIED.values():
        if (number := numbers[column]) is not None:
            steps += _for_call(number, _answer(_DENY))
    return [*steps, _answer(_ALLOW)]


def install(steps: list[_Instruction]) -> None:
    """Put the filter over this thread and all it starts, for good.  Needs no-new-privileges."""
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = _Program(len(steps), ctypes.cast(buffer, ctypes.c_char_p))
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(head))


def confine() -> None:
    """Put the child's filter over this process."""
    install(program(platform.machine(), os.getpid()))
