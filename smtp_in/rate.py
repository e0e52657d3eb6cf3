"""So many a minute: of mails by a sender, of mails and of wrong passwords by a peer.

The generic cell rate algorithm: one number for each key, the time at which its account would be even. A burst of a
whole minute's worth is let through, then one at a time as the account recovers. Time is an argument.
"""

_MINUTE = 60.0
_MOST_KEYS = 20_000  # who changes its name each time is limited by its address, and must not fill our memory


class Rate:
    """Counts by key."""

    def __init__(self, per_minute: int) -> None:
        self._step = _MINUTE / per_minute if per_minute else 0.0  # 0 = no limit
        self._even: dict[str, float] = {}  # in the order of the last count

    def full(self, key: str, now: float) -> bool:
        """One more would be too many."""
        return bool(self._step) and max(self._even.get(key, now), now) + self._step > now + _MINUTE + 1e-6

    def count(self, key: str, now: float) -> None:
        """One more."""
        if not self._step:
            return
        self._even[key] = max(self._even.pop(key, now), now) + self._step
        while self._even:
            oldest = next(iter(self._even))
            if self._even[oldest] > now and len(self._even) <= _MOST_KEYS:
                break
            del self._even[oldest]
