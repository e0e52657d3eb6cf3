"""Who waits for a commit: a queue that wakes its one reader once for a batch, not once for each who comes.

Being woken is what costs: in Python the reader takes the interpreter from whoever is about to bring the next one.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_NOBODY = 1 << 62


class Gathering(Generic[T]):
    """Any number of threads enter, one takes.  Until `open` nobody may enter, after `close` nobody either."""

    def __init__(self, most: int, octets: int, weigh: Callable[[T], int]) -> None:
        """A batch holds at most so many, and goes on only while it weighs less than so many octets."""
        self._most = most
        self._octets = octets
        self._weigh = weigh
        self._lock = threading.Lock()
        self._bell = threading.Lock()  # held = not rung
        self._bell.acquire()
        self._waiting: deque[T] = deque()
        self._wakes_at = _NOBODY  # how many must wait for the reader to be woken
        self._open = False

    def __len__(self) -> int:
        return len(self._waiting)

    def open(self) -> None:
        """Let them enter."""
        with self._lock:
            self._open = True

    def close(self) -> None:
        """Nobody enters any more; who is in will be taken."""
        with self._lock:
            self._open = False
            self._ring()

    def enter(self, one: T) -> bool:
        """Whether it may wait here."""
        with self._lock:
            if not self._open:
                return False
            self._waiting.append(one)
            if len(self._waiting) >= self._wakes_at:
                self._ring()
            return True

    def take(self, crowd: int, patience: float) -> list[T]:
        """The next batch; empty = closed, and nobody is left.  Waits for the first, then at most `patience` seconds
        until there are `crowd`."""
        self._wait(1, None)
        if patience > 0 and len(self._waiting) < crowd:
            self._wait(crowd, time.monotonic() + patience)
        batch: list[T] = []
        weight = 0
        while self._waiting and len(batch) < self._most and weight < self._octets:
            batch.append(self._waiting.popleft())
            weight += self._weigh(batch[-1])
        return batch

    def _wait(self, count: int, until: float | None) -> None:
        while True:
            with self._lock:
                if len(self._waiting) >= count or not self._open:
                    self._wakes_at = _NOBODY
                    return
                self._wakes_at = count
            left = -1.0 if until is None else until - time.monotonic()
            if until is not None and left <= 0:
                with self._lock:
                    self._wakes_at = _NOBODY
                return
            self._bell.acquire(timeout=left)

    def _ring(self) -> None:
        self._wakes_at = _NOBODY
        if self._bell.locked():
            self._bell.release()
