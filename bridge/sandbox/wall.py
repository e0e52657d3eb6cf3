"""A Wall, as the child that stands behind it reports it, and the orders by which a child raises its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wall:
    """One bound of the sandbox."""

    name: str  #: memory, cpu, disk, time, privileges, network, files, processes
    stops: str  #: what cannot be done because of it
    stands: bool  #: tried out by the child itself, not concluded from how it was raised
    how: str  #: what holds it: "network namespace, seccomp"; "" = nothing
    missing: str = ""  #: what should hold it and does not, and why; "" = nothing is missing
    grave: bool = False  #: without it the service is less safe than its manual says

    @property
    def warns(self) -> bool:
        """Whether `doctor` warns: a grave wall does not stand.  One that stands on fewer feet is only told."""
        return self.grave and not self.stands


@dataclass(frozen=True, slots=True)
class Orders:
    """What a child is told before it has seen a hostile byte."""

    parent: int  #: process id of the pool's process
    work: Path  #: its one folder
    readable: tuple[Path, ...]  #: code and data that it may read
    outside: Path  #: a file that everybody may read and the child may not: it tries
    jobs: tuple[tuple[str, str], ...]  #: name and "module:function"
    preload: tuple[str, ...]  #: modules imported, and warmed, before the walls are raised
    memory: int
    file_size: int
    open_files: int
    seconds: float  #: time for one job, for the report; the parent keeps it
