"""What became of a job: the child answered, or it ran into a wall."""

import contextlib
import os
import shutil
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

A = TypeVar("A")


class Stop(StrEnum):
    """What stopped a job."""

    MEMORY = "memory"  #: asked for more memory than it may have
    CPU = "cpu"  #: used up its processor time
    TIME = "time"  #: no answer within its time by the clock
    DISK = "disk"  #: wrote more into its folder than it may
    KILLED = "killed"  #: SIGKILL from outside: the system was out of memory, or an operator
    SIGNAL = "signal"  #: died of a signal: a parser in C went wrong
    ANSWER = "answer"  #: answered what no job of ours answers, or too much
    ERROR = "error"  #: a Python exception, or an end without an answer


@dataclass(frozen=True, slots=True)
class Crashed:
    """The job was stopped.  Both texts name code and limits, never content; they are for the log."""

    wall: Stop
    detail: str  #: "SIGSEGV", "ValueError", "60 s"
    trace: str = ""  #: for ERROR: file, line and function of the innermost frames, without messages


class ForeignFileError(Exception):
    """The child left something under that name which is not a plain file of bearable size."""


@dataclass(frozen=True, slots=True)
class Files:
    """What a job wrote into its folder, moved out of the child's reach.  Removed by `close`."""

    folder: Path | None = None  #: None = it wrote nothing

    def names(self) -> tuple[str, ...]:
        """The names, sorted."""
        return () if self.folder is None else tuple(sorted(os.listdir(self.folder)))  # noqa: PTH208  names alone

    def read(self, name: str, at_most: int) -> bytes:
        """The content of one file.

        The child chose the names and kinds, so nothing is followed: no link, no pipe, no path.

        Raises:
            ForeignFileError: there is no plain file of that name, or it is longer than `at_most`.
        """
        if self.folder is None or os.sep in name or name in {"", ".", ".."}:
            raise ForeignFileError
        try:
            file = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as gone:
            raise ForeignFileError from gone
        with os.fdopen(file, "rb") as reader:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size > at_most:
                raise ForeignFileError
            return reader.read(at_most)

    def close(self) -> None:
        """Remove the files."""
        if self.folder is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        """Use the files within a block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove them at its end."""
        self.close()


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """The answer has the declared type.  It is still the word of a process that read hostile bytes."""

    value: A
    files: Files = Files()
