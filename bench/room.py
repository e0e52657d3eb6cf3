"""What the door needs when it is full: memory with large mails at once and with idle guests; and who waits meanwhile.

The last is how long a newcomer waits for the greeting while large mails arrive: the event loop's longest stall, seen
from outside.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.door import open_door
from bench.load import Case, Row, Server, median, send
from bench.plain_aiosmtpd import plain_aiosmtpd
from tests.servers.wait import LOOPBACK

_LARGE = Case("20 x 50 MB at once", 50_000_000, 20, 20)
_STALLING = Case("eight mails of 26 MB", 26_000_000, 8, 8)
_IDLE = 1000
_MB = 1e6


def run(rounds: int = 3) -> list[Row]:
    """Three rows."""
    return [_memory(_LARGE.name, _full), _memory(f"{_IDLE} idle connections", _idle), _stalls(rounds)]


def _memory(case: str, act: Callable[[Server], None]) -> Row:
    with open_door(guests=_IDLE + 100) as door:
        before = _resident(door, "VmRSS")
        act(door)
        most = _resident(door, "VmHWM")
    return {
        "benchmark": "memory",
        "case": case,
        "peer": "itself, empty",
        "rounds": 1,
        "ratio": round(most / before, 3),
        "ours_mb": round(most / _MB, 1),
        "peer_mb": round(before / _MB, 1),
    }


def _full(door: Server) -> None:
    send(door.port, _LARGE, _LARGE.mails)


def _idle(door: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(_IDLE):
            guest = stack.enter_context(socket.create_connection((LOOPBACK, door.port), 30))
            _heard(guest, b"220 ")
            guest.sendall(b"EHLO idle.example\r\n")
            _heard(guest, b"250-")


def _heard(guest: socket.socket, begins: bytes) -> None:
    said = guest.recv(4096)
    if not said.startswith(begins):
        raise RuntimeError(f"expected {begins!r}, heard {said[:80]!r}")


def _resident(server: Server, line: str) -> int:
    """Octets, as proc(5) has them under that name."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return 1024 * int(next(one for one in status.splitlines() if one.startswith(f"{line}:")).split()[1])


def _stalls(rounds: int) -> Row:
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds):
        with open_door() as door:
            ours = _longest(door)
        with plain_aiosmtpd("drop") as plain:
            pairs.append((ours, _longest(plain)))
    return {
        "benchmark": "stall",
        "case": _STALLING.name,
        "peer": "aiosmtpd, dropped",
        "rounds": rounds,
        "ratio": median(ours / theirs for ours, theirs in pairs),
        "ours_ms": median(1000 * ours for ours, _ in pairs),
        "peer_ms": median(1000 * theirs for _, theirs in pairs),
    }


def _longest(server: Server) -> float:
    """Seconds that the unluckiest newcomer waited."""
    sending = threading.Thread(target=send, args=(server.port, _STALLING, _STALLING.mails))
    sending.start()
    longest = 0.0
    while sending.is_alive():
        begun = time.perf_counter()
        with socket.create_connection((LOOPBACK, server.port), 60) as guest:
            _heard(guest, b"220 ")
            longest = max(longest, time.perf_counter() - begun)
            guest.sendall(b"QUIT\r\n")
            guest.recv(4096)
    sending.join()
    return longest
