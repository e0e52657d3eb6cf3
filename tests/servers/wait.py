"""Waiting without luck: poll a condition until it holds or a deadline passes; find a free loopback port."""

import os
import random
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

LOOPBACK = "127.0.0.1"

T = TypeVar("T")

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
#: Workers that run side by side throw in ranges of their own: what one has probed the other cannot take.
_PORTS = (20000 + _WORKER % 4 * 3000, 23000 + _WORKER % 4 * 3000)

_GIVEN: deque[int] = deque(maxlen=500)

_dice = random.SystemRandom()  # pytest-randomly seeds the module's own dice alike in every run


class DeadlineError(AssertionError):
    """What was waited for did not come in time."""


def wait_until(condition: Callable[[], T], deadline: float = 20.0, what: str = "the condition") -> T:
    """The first true value of `condition`, asked again and again for at most `deadline` seconds."""
    end = time.monotonic() + deadline
    pause = 0.005
    while True:
        if value := condition():
            return value
        if time.monotonic() >= end:
            raise DeadlineError(f"{what} did not come about within {deadline:g} s (last answer: {value!r})")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def free_port() -> int:
    """A loopback port that nobody holds now.

    Taken below the range from which the kernel serves outgoing connections, so that no client takes it
    between this answer and the server's bind.
    """
    for _ in range(200):
        port = _dice.randrange(*_PORTS)
        if port in _GIVEN:
            continue  # given to a server that may not have bound it yet
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            _GIVEN.append(port)
            return port
    raise DeadlineError("no free loopback port in 200 throws")


def answers(port: int, greeting: bytes = b"") -> bool:
    """Whether a server takes a TCP connection on `port` and, if asked for, opens with `greeting`."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as peer:
            return not greeting or peer.recv(len(greeting)) == greeting
    except OSError:
        return False
