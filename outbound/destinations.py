"""How much may go where: conversations at the same time, and letters a minute, for each destination.

Promise: pure book-keeping; the clock is an argument.
"""

from collections import Counter, deque

_MINUTE = 60.0


class Destinations:
    """What is under way, and what went in the last minute."""

    def __init__(self, concurrency: int, rate: int) -> None:
        """`rate` 0 = as many as go."""
        self._concurrency = concurrency
        self._rate = rate
        self._under_way: Counter[str] = Counter()
        self._begun: dict[str, deque[float]] = {}

    def room(self, destination: str, now: float) -> int:
        """How many letters may begin there now."""
        free = self._concurrency - self._under_way[destination]
        if self._rate:
            free = min(free, self._rate - len(self._recent(destination, now)))
        return max(0, free)

    def begin(self, destination: str, now: float) -> None:
        """A letter goes there."""
        self._under_way[destination] += 1
        if self._rate:
            self._recent(destination, now).append(now)

    def end(self, destination: str) -> None:
        """It has been there."""
        self._under_way[destination] -= 1
        if self._under_way[destination] <= 0:
            del self._under_way[destination]

    def full(self, now: float) -> tuple[str, ...]:
        """Where nothing may begin now."""
        known = dict.fromkeys((*self._under_way, *self._begun))
        return tuple(destination for destination in known if not self.room(destination, now))

    def opens(self, now: float) -> float:
        """Seconds until a minute is over for some destination that is full by its rate; a minute when none is."""
        waits = (
            times[0] + _MINUTE - now
            for destination, times in self._begun.items()
            if len(self._recent(destination, now)) >= self._rate and times
        )
        return max(0.0, min(waits, default=_MINUTE))

    def _recent(self, destination: str, now: float) -> deque[float]:
        times = self._begun.setdefault(destination, deque())
        while times and times[0] <= now - _MINUTE:
            times.popleft()
        return times

    def forget(self, now: float) -> None:
        """What lies more than a minute back."""
        for destination in [one for one in self._begun if not self._recent(one, now)]:
            del self._begun[destination]
