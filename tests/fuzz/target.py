"""A target is one border that hostile octets meet, as a function of octets that raises where a promise is broken.

The engines (`engines`) know nothing else of it, so that the same targets serve coverage-guided fuzzing, hypothesis
and the short form in `make test`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis.strategies import SearchStrategy

#: Takes one input; returns, or raises what was found.
Take = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Target:
    """One border."""

    name: str  #: as `make fuzz` and files call it
    promise: str  #: what holds for every input
    seeds: Callable[[], Sequence[bytes]]  #: good input, made by our own code
    opened: Callable[[Path], AbstractContextManager[Take]]  #: ready to take, with a folder of its own
    shapes: Callable[[Sequence[bytes]], SearchStrategy[bytes]]  #: for hypothesis: input near the good


def alone(take: Take) -> Callable[[Path], AbstractContextManager[Take]]:
    """For a function that needs nothing around it."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Take]:
        yield take

    return opened
