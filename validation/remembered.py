"""Answers kept in one process: the second look at the same bytes costs nothing.

Promise: only what is a pure function of its key is kept, the oldest goes first, and never more than `most` are held.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """The last answers, by their keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()

    def __len__(self) -> int:
        """How many are held."""
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to `key`, made if it is not there."""
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return self._kept[key]
