"""The ways that are open: kept for the next letter to the same destination, given up when nobody needs them.

Promise: each way is lent to one letter at a time; of idle ones the longest idle go first when there are too many.
"""

from collections.abc import Callable

from outbound.way import Way, parted


class Ways:
    """Idle ways by destination."""

    def __init__(self, make: Callable[[str], Way], most: int) -> None:
        """`make` opens a way to a destination; `most` idle ones are kept."""
        self._make = make
        self._most = most
        self._idle: list[tuple[str, Way]] = []  # the longest idle first

    def lend(self, destination: str) -> Way:
        """A way there: the one used last, else a new one."""
        for at in range(len(self._idle) - 1, -1, -1):
            if self._idle[at][0] == destination:
                return self._idle.pop(at)[1]
        return self._make(destination)

    async def give_back(self, destination: str, way: Way) -> None:
        """It may be lent again."""
        self._idle.append((destination, way))
        if len(self._idle) > self._most:
            _, oldest = self._idle.pop(0)
            await oldest.end()

    async def part(self) -> None:
        """End all that are idle."""
        idle, self._idle = self._idle, []
        await parted([way for _, way in idle])
