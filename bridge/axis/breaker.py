"""A circuit breaker: an axis that fails again and again is left alone for a while, then tried with one call.

The pauses grow up to a bound and are never twice the same, so that many bridges do not come back in one moment.
"""

from collections.abc import Callable


class Breaker:
    """Of one axis.  Used by one thread."""

    def __init__(
        self, after: int, most: float, clock: Callable[[], float], dice: Callable[[], float], first: float = 1.0
    ) -> None:
        """Opens after so many failures in a row; pauses from `first` to `most` seconds; `dice` throws 0 to 1."""
        self._after, self._most, self._first = after, most, first
        self._clock, self._dice = clock, dice
        self._failures = 0
        self._until: float | None = None

    @property
    def ready(self) -> bool:
        """May the axis be called?"""
        return self._until is None or self._clock() >= self._until

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._until = 0, None

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        if self._failures >= self._after:
            pause = min(self._most, self._first * 2.0 ** min(self._failures - self._after, 30))
            self._until = self._clock() + pause * (0.5 + self._dice() / 2)
