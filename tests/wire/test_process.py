"""The door as a process of its own: its memory under a mail without end, and a disk that fills up."""

import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import running
from tests.servers.wait import answers, free_port, wait_until
from tests.wire.served import Store
from tests.wire.talk import Peer

_ROOT = Path(__file__).parents[2]
_ENVELOPE = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
    C: MAIL FROM:<a@b.example>
    S: 250 *
    C: RCPT TO:<x@ours.example>
    S: 250 *
    C: DATA
    S: 354 *
"""


@contextlib.contextmanager
def process(
    folder: Path, max_size: int, file_limit: int = 0, connections: int = 100
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve until the block ends: the port, the process."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.wire.served",
        str(folder / "store"),
        str(port),
        str(max_size),
        str(file_limit),
        str(connections),
    ]
    log = folder / "door.log"
    with running("door", command, log, lambda: answers(port, b"220 door.example"), cwd=_ROOT) as started:
        yield port, started


def sizes(folder: Path) -> list[int]:
    """Of the mails that were kept, oldest first."""
    with contextlib.closing(Store.open(folder / "store")) as store:
        return [len(mail.content) for mail in store.mails()]


def resident(pid: int) -> int:
    """Resident memory in octets; the peak of the process's life."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def test_memory_stays_flat_under_300_mib_without_a_line_end_and_under_40_mib_of_mail(tmp_path: Path) -> None:
    line = b"x" * 998 + b"\r\n"
    with process(tmp_path, 50_000_000) as (port, server), Peer(port, deadline=60) as peer:
        peer.talk(f"{_ENVELOPE}\nC: .\nS: 250 *")
        before = resident(server.pid)
        peer.talk(_ENVELOPE.partition("S: 250-*")[2])
        for _ in range(4800):
            peer.socket.sendall(b"x" * 65_536)
        peer.send(b"\r\n.\r\n")
        peer.expect("554 5.6.0 *")
        peer.talk(_ENVELOPE.partition("S: 250-*")[2])
        for _ in range(640):
            peer.socket.sendall(line * 65)
        peer.send(b".\r\n")
        peer.expect("250 2.0.0 *")
        assert resident(server.pid) - before < 20 * 2**20
    assert sizes(tmp_path) == [0, 640 * 65_000]


def test_a_disk_that_fills_up_puts_mails_off_and_keeps_nothing_half(tmp_path: Path) -> None:
    body = "y" * 60_000 + r"\r\n"
    with process(tmp_path, 50_000_000, file_limit=3_000_000) as (port, _), Peer(port) as peer:
        peer.talk(f"{_ENVELOPE}\nR: {body * 100}.\\r\\n\nS: 451 4.3.0 *")
        again = _ENVELOPE.partition("S: 250-*")[2]
        peer.talk(f"{again}\nR: {body * 20}.\\r\\n\nS: 250 2.0.0 *")
    assert sizes(tmp_path) == [20 * 60_002]
    assert list((tmp_path / "store" / "spool").iterdir()) == []


def test_sigterm_ends_the_process_cleanly(tmp_path: Path) -> None:
    with process(tmp_path, 1_000_000) as (port, server), Peer(port) as peer:
        peer.expect("220 *")
        server.terminate()
        peer.talk("S: 421 4.3.2 *\nEOF")
        wait_until(lambda: server.poll() is not None, what="the end")
        assert server.returncode == 0


def test_a_thousand_idle_connections_stop_neither_mails_nor_each_other(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))  # a thousand sockets here, too
    with process(tmp_path, 1_000_000, connections=1010) as (port, server), contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Peer(port)) for _ in range(1000)]
        for number, peer in enumerate(slow):
            peer.socket.sendall(b"EHLO slow" if number % 2 else b"")  # half of a command, and nothing at all
        for number in range(20):
            begun = time.monotonic()
            with Peer(port) as peer:
                peer.talk(f"{_ENVELOPE}\nC: {number}\nC: .\nS: 250 2.0.0 *")
            assert time.monotonic() - begun < 5
        assert resident(server.pid) < 100 * 2**20
        for peer in (slow[0], slow[-1]):
            peer.talk("R: .example\\r\\n\nS: 220 *\nS: *")
    assert len(sizes(tmp_path)) == 20
