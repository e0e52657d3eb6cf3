"""Jobs for the tests: one honest parser, and parsers that a document has taken over."""

import ctypes
import errno
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Words:
    """What the honest parser takes and gives."""

    text: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Attack:
    """What to try, and on what."""

    name: str
    path: str = ""
    port: int = 0
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """The system said no."""

    error: str  #: the name of the errno: EPERM, EACCES...


@dataclass(frozen=True, slots=True)
class Succeeded:
    """It worked: a hole."""

    got: str


def echo(words: Words, *payloads: bytes) -> Words:
    """What it was given."""
    return Words(words.text, words.data + b"".join(payloads))


def write(words: Words) -> Words:
    """Leaves a file, named by the text, in its folder."""
    Path(words.text).write_bytes(words.data)
    return Words(",".join(sorted(one.name for one in Path().iterdir())))


def environment(_: Words) -> Words:
    """What it was given to know."""
    return Words(",".join(sorted(os.environ)))


def attempt(attack: Attack) -> Refused | Succeeded:
    """Tries one attack."""
    try:
        return Succeeded(str(ATTACKS[attack.name](attack)))
    except OSError as refused:
        return Refused(errno.errorcode.get(refused.errno or 0, str(refused)))


def _call(number: int, *arguments: object) -> int:
    """A system call without the C library's manners."""
    raw = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    if (result := int(_libc.syscall(ctypes.c_long(number), *raw))) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def _tcp(attack: Attack) -> object:
    with socket.create_connection(("127.0.0.1", attack.port), timeout=1) as peer:
        return peer.getpeername()


def _udp(attack: Attack) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        return door.sendto(b"hallo", ("127.0.0.1", attack.port))


def _unix(attack: Attack) -> object:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(attack.path)
        return "done"


def _datagram_pair(attack: Attack) -> object:
    mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with mine, other:
        return mine.sendto(b"hallo", attack.path)


def _x32_socket(_: Attack) -> object:
    return _call(0x4000_0000 | 41, 2, 1, 0)


def _io_uring(_: Attack) -> object:
    return _call(425, 8, ctypes.create_string_buffer(120))


def _memory_file(_: Attack) -> object:
    return os.memfd_create("hidden")


def _read(attack: Attack) -> object:
    return Path(attack.path).read_bytes()


def _read_through_self(attack: Attack) -> object:
    return Path(f"/proc/self/root{attack.path}").read_bytes()


def _read_up(attack: Attack) -> object:
    return Path("../" * 20 + attack.path).read_bytes()


def _read_openat2(attack: Attack) -> object:
    return _call(437, -100, attack.path.encode() + b"\0", struct.pack("QQQ", 0, 0, 0), 24)


def _hard_link(attack: Attack) -> object:
    Path("link").hardlink_to(attack.path)
    return Path("link").read_bytes()


def _symbolic_link(attack: Attack) -> object:
    Path("link").symlink_to(attack.path)
    return "left for the parent to follow"


def _pipe_file(_: Attack) -> object:
    os.mkfifo("pipe")
    return "left for the parent to hang on"


def _parent_environment(attack: Attack) -> object:
    return Path(f"/proc/{attack.parent}/environ").read_bytes()


def _list(attack: Attack) -> object:
    return list(Path(attack.path).parent.iterdir())


def _list_siblings(_: Attack) -> object:
    return list(Path("..").iterdir())


def _overwrite(attack: Attack) -> object:
    return Path(attack.path).write_bytes(b"taken")


def _create_beside(attack: Attack) -> object:
    return Path(attack.path).with_suffix(".new").write_bytes(b"taken")


def _remove(attack: Attack) -> object:
    Path(attack.path).unlink()
    return "done"


def _rename_over(attack: Attack) -> object:
    Path("mine").write_bytes(b"taken")
    return Path("mine").rename(attack.path)


def _mode(attack: Attack) -> object:
    Path(attack.path).chmod(0)
    return "done"


def _times(attack: Attack) -> object:
    os.utime(attack.path, (0, 0))
    return "done"


def _shorten(attack: Attack) -> object:
    os.truncate(attack.path, 0)
    return "done"


def _shared_memory(_: Attack) -> object:
    return Path("/dev/shm/docbridge-test").write_bytes(b"taken")


def _fork(_: Attack) -> object:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)


def _program(_: Attack) -> object:
    return subprocess.run(["/bin/true"], check=True).returncode


def _spawn(_: Attack) -> object:
    return os.posix_spawn("/bin/true", ["true"], {})


def _replace(_: Attack) -> object:
    os.execv("/bin/true", ["true"])


def _clone3(_: Attack) -> object:
    return _call(435, ctypes.create_string_buffer(88), 88)


def _kill_parent(attack: Attack) -> object:
    os.kill(attack.parent, signal.SIGKILL)
    return "done"


def _kill_all(_: Attack) -> object:
    os.kill(-1, signal.SIGKILL)
    return "done"


def _queue_signal(attack: Attack) -> object:
    return os.pidfd_open(attack.parent)


def _limit_parent(attack: Attack) -> object:
    return resource.prlimit(attack.parent, resource.RLIMIT_NOFILE, (0, 0))


def _slow_parent(attack: Attack) -> object:
    os.setpriority(os.PRIO_PROCESS, attack.parent, 19)
    return "done"


def _trace_parent(attack: Attack) -> object:
    if _libc.ptrace(16, attack.parent, None, None) < 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "refused")
    return "attached"


def _namespace(_: Attack) -> object:
    if _libc.unshare(0x1000_0000) < 0:  # CLONE_NEWUSER: the kernel's favourite hole
        raise OSError(ctypes.get_errno(), "refused")
    return "root again"


def _become_root(_: Attack) -> object:
    os.setuid(0)
    return os.getuid()


def _large_file(_: Attack) -> object:
    with Path("large").open("wb") as file:
        for _step in range(64):
            file.write(b"\0" * 1_000_000)
    return "written"


ATTACKS: dict[str, Callable[[Attack], object]] = {
    function.__name__.strip("_").replace("_", " "): function
    for function in list(globals().values())
    if getattr(function, "__module__", "") == __name__
    and getattr(function, "__annotations__", {}).keys() >= {"return"}
    and function.__annotations__["return"] is object
}


def allocate(_: Words) -> Words:
    """Four gigabytes."""
    return Words(str(len(bytearray(4_000_000_000))))


def loop(_: Words) -> Words:
    """Computes for ever."""
    while True:
        pass


def sleep(_: Words) -> Words:
    """Waits for ever."""
    Path("started").touch()
    while True:
        time.sleep(60)


def stop_itself(_: Words) -> Words:
    """Neither works nor dies."""
    os.kill(os.getpid(), signal.SIGSTOP)
    return Words("woken")


def fill(_: Words) -> Words:
    """File after file, each of a bearable size."""
    number = 0
    while True:
        number += 1
        Path(f"file-{number}").write_bytes(b"\0" * 4_000_000)


def many(_: Words) -> Words:
    """Empty files without end."""
    number = 0
    while True:
        number += 1
        Path(f"file-{number}").touch()


def fault(_: Words) -> Words:
    """What a broken parser in C does."""
    ctypes.string_at(0)
    return Words("alive")


def leave(_: Words) -> Words:
    """Ends without a word."""
    os._exit(3)


def bug(words: Words) -> Words:
    """An exception that quotes the document, in its message and in its name."""
    raise type(words.text, (ValueError,), {})(f"cannot read {words.text!r}")


def deep(words: Words) -> Words:
    """Recursion without end."""
    return deep(words)


def noise(_: Words) -> Words:
    """Prints a great deal, as parsers do."""
    for _step in range(5000):
        print("x" * 100)
    os.write(2, b"y" * 300_000)
    return Words("done")


def _to_pool(data: bytes) -> None:
    for file in range(3, 20):  # it does not know which is the pipe; it tries
        try:
            os.write(file, data)
        except OSError:
            continue


def lie_garbage(words: Words) -> Words:
    """Octets that are no frame."""
    _to_pool(b"\xff" * 64)
    return words


def lie_size(words: Words) -> Words:
    """Announces an exabyte."""
    _to_pool(struct.pack("!BIQ", 5, 1, 1 << 60))
    return words


def lie_serial(words: Words) -> Words:
    """An answer to another job."""
    _to_pool(struct.pack("!BIQ", 5, 4_000_000, 0))
    return words


def lie_body(words: Words) -> Words:
    """The right frame round the wrong octets."""
    for serial in range(200):
        _to_pool(struct.pack("!BIQ", 5, serial, 9) + b"\0" * 9)
    return words


def lie_type(_: Words) -> Words:
    """An honest encoding of another type."""
    return Attack("fork")  # type: ignore[return-value]


def lie_large(_: Words) -> Words:
    """More than an answer may be."""
    return Words("", b"\0" * 20_000_000)


def hide(_: Words) -> Words:
    """Leaves nothing but a folder that nobody may enter, if it can."""
    try:
        Path("closed").mkdir(mode=0)
    except OSError as refused:
        return Words(errno.errorcode[refused.errno or 0])
    return Words(str(shutil.disk_usage(".").free))
