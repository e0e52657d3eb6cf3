"""The pool: so many warm children, each behind its walls; a job goes to a free one and its answer is read strictly.

`run` may be called from any thread and blocks until the answer.  A child that was stopped is replaced by a fresh one,
and so is one that has done its share of jobs; a job never sees the files of the one before.
"""

import contextlib
import functools
import operator
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, overload

from bridge.late_log import late_log
from bridge.sandbox import codec
from bridge.sandbox.child import Call, Failure
from bridge.sandbox.code import project_root, readable
from bridge.sandbox.folders import PREFIX, empty, sweep
from bridge.sandbox.frames import Kind
from bridge.sandbox.outcome import Answered, Crashed, Files, Stop
from bridge.sandbox.process import Child, Frame, Payload, StartError
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.wall import Orders, Wall
from bridge.sandbox.walls import NOBODY
from store.errors import Unavailable

A = TypeVar("A")
B = TypeVar("B")

_PRELOAD = ("bridge.sandbox.warm",)
_NAME = "docbridge.bridge"  # of the log


class ClosedError(Exception):
    """The pool was closed while, or before, it was asked."""


class Pool:
    """Children that do the named jobs."""

    def __init__(
        self,
        settings: SandboxSettings,
        jobs: Mapping[str, str],
        preload: Sequence[str] = _PRELOAD,
        code: Sequence[Path] = (),
    ) -> None:
        """Start the children; they get ready in the background.

        Args:
            settings: the bounds.
            jobs: name -> "module:function"; see `bridge.sandbox.child` for what a job looks like.
            preload: modules to import, and to `warm()`, before the walls are raised.
            code: further folders to import from, readable to the children.
        """
        self._settings = settings
        self._jobs = tuple(jobs.items())
        self._preload = tuple(preload)
        self._code = (project_root(), *code)
        self._readable = (*readable(), *code, *settings.readable)
        self._base = _make_base(settings.folder)
        self._outside = self._base / "outside"
        self._outside.write_text("A child that can read this stands behind no wall.\n", "ascii")
        self._outside.chmod(0o644)
        self._free: list[Child] = []
        self._all: set[Child] = set()
        self._serial = 0
        self._failed: Exception | None = None
        self._closed = False
        self._changed = threading.Condition()
        # Children are started by this one thread, which lives as long as the pool: PR_SET_PDEATHSIG counts the end
        # of the *thread* that started a process as the death of its parent (prctl(2)).
        self._starter = ThreadPoolExecutor(1, "sandbox-starter")
        for _ in range(settings.pool_size()):
            self._starter.submit(self._start)

    @overload
    def run(
        self, job: str, arguments: object, payloads: Sequence[Payload], answer: type[A]
    ) -> Answered[A] | Crashed: ...

    @overload
    def run(
        self, job: str, arguments: object, payloads: Sequence[Payload], answer: tuple[type[A], type[B]]
    ) -> Answered[A | B] | Crashed: ...

    def run(
        self,
        job: str,
        arguments: object,
        payloads: Sequence[Payload],
        answer: type[Any] | tuple[type[Any], ...],
    ) -> Answered[Any] | Crashed:
        """Have a child do one job.

        Args:
            job: its name.
            arguments: a value of the type that the job's first parameter is annotated with.
            payloads: octets, or files to read them from, handed to the job as further arguments.
            answer: the type of the answer, or the two that it may have.

        Raises:
            Unavailable: a payload's file cannot be read, or an answer's files cannot be kept.
            StartError: no child could be started.
            ClosedError: the pool is closed.
        """
        kind: codec.Shape = functools.reduce(operator.or_, answer) if isinstance(answer, tuple) else answer
        codec.prepare(kind)
        encoded = codec.encode(arguments)
        with contextlib.ExitStack() as opened:
            given = [one if isinstance(one, bytes) else opened.enter_context(_open(one)) for one in payloads]
            octets = len(encoded) + sum(_size(one) for one in given)
            seconds = self._settings.allowance(octets)
            call = codec.encode(Call(job, encoded, len(given), seconds))
            with self._child() as child:
                outcome = child.ask(self._next_serial(), call, given, seconds * self._settings.patience)
                result = self._read(outcome, kind, child)
                if isinstance(result, Crashed) and (result.wall is not Stop.ERROR or not isinstance(outcome, Frame)):
                    child.close()
        if isinstance(result, Crashed):
            late_log(_NAME).warning(
                "sandbox.job_stopped", job=job, wall=result.wall.value, detail=result.detail, octets=octets
            )
        return result

    def wait_ready(self) -> None:
        """Wait until a child is free and ready.

        Raises:
            Unavailable: none can be started.
            ClosedError: the pool is closed.
        """
        try:
            with self._child():
                return
        except StartError as error:
            raise Unavailable("no sandbox can be started") from error

    def walls(self) -> tuple[Wall, ...]:
        """The walls, as a living child reports them."""
        with self._child() as child:
            return child.walls

    def pids(self) -> tuple[int, ...]:
        """The process ids of the children, for whoever looks at the machine."""
        with self._changed:
            return tuple(sorted(child.pid for child in self._all))

    def close(self) -> None:
        """Kill the children and remove their folders.  Jobs that are under way end as Crashed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for child in self._free:
                child.close()
            self._all.difference_update(self._free)
            self._free.clear()
            for child in self._all:
                child.kill()  # whoever waits for its answer hears of it, and closes it
            self._changed.wait_for(lambda: not self._all)
        self._starter.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._base, ignore_errors=True)

    def __enter__(self) -> Self:
        """Use the pool within a block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it at its end."""
        self.close()

    def _next_serial(self) -> int:
        with self._changed:
            self._serial = (self._serial + 1) % (1 << 32)
            return self._serial

    def _start(self) -> None:
        try:
            child = self._start_one()
        except Exception as error:  # noqa: BLE001  the border of a thread: unseen, it would leave callers waiting for ever
            with self._changed:
                self._failed = error
                self._changed.notify_all()
            return
        with self._changed:
            if self._closed:
                child.close()
                return
            self._all.add(child)
            self._free.append(child)
            self._changed.notify_all()

    def _start_one(self) -> Child:
        work = Path(tempfile.mkdtemp(prefix="child-", dir=self._base))  # mode 0700
        if os.geteuid() == 0:
            os.chown(work, NOBODY, NOBODY)
        settings = self._settings
        orders = Orders(
            parent=os.getpid(),
            work=work,
            readable=self._readable,
            outside=self._outside,
            jobs=self._jobs,
            preload=self._preload,
            memory=settings.memory,
            file_size=settings.file_size,
            open_files=settings.open_files,
            seconds=settings.seconds * settings.patience,
        )
        return Child(orders, settings, self._code)

    @contextlib.contextmanager
    def _child(self) -> Iterator[Child]:
        """A free child that is ready, for the length of the block; replaced afterwards if it is no longer fit."""
        child = self._take()
        try:
            child.wait_ready()
            yield child
        except BaseException:
            child.close()
            raise
        finally:
            self._give_back(child)

    def _take(self) -> Child:
        with self._changed:
            while True:
                if self._closed:
                    raise ClosedError
                failed, self._failed = self._failed, None
                if failed is not None:
                    late_log(_NAME).error("sandbox.start_failed", error=type(failed).__name__)
                    self._starter.submit(self._start)
                    if not self._all:
                        raise StartError(str(failed)) from failed
                for child in [one for one in self._free if not one.is_fit()]:
                    self._replace(child)
                if self._free:
                    ready = next((at for at, one in enumerate(self._free) if one.may_be_ready()), 0)
                    return self._free.pop(ready)
                self._changed.wait()

    def _give_back(self, child: Child) -> None:
        fit = not child.is_closed and child.jobs_done < self._settings.jobs_per_child and empty(child.work)
        with self._changed:
            if fit and not self._closed:
                self._free.append(child)
                self._changed.notify()
            else:
                self._replace(child)

    def _replace(self, child: Child) -> None:
        if child in self._free:
            self._free.remove(child)
        child.close()
        shutil.rmtree(child.work, ignore_errors=True)
        self._all.discard(child)
        if not self._closed:
            self._starter.submit(self._start)
        self._changed.notify_all()

    def _read(self, outcome: Frame | Crashed, kind: codec.Shape, child: Child) -> Answered[Any] | Crashed:
        if isinstance(outcome, Crashed):
            return outcome
        try:
            if outcome.kind == Kind.FAILED:
                failure = codec.decode(Failure, outcome.body)
                wall = Stop.MEMORY if failure.memory else Stop.ERROR
                return Crashed(wall, _plain(failure.error, 80), _plain(failure.trace, 2000))
            if outcome.kind != Kind.ANSWER:
                return Crashed(Stop.ANSWER, f"frame {outcome.kind}")
            value = codec.decode(kind, outcome.body)
        except codec.CodecError as wrong:
            return Crashed(Stop.ANSWER, str(wrong))
        return Answered(value, self._keep_files(child.work))

    def _keep_files(self, work: Path) -> Files:
        try:
            names = os.listdir(work)  # noqa: PTH208  names alone
            if not names:
                return Files()
            kept = Path(tempfile.mkdtemp(prefix="answer-", dir=self._base))
            for name in names:
                (work / name).rename(kept / name)
        except OSError as error:
            raise Unavailable(f"sandbox folder: {error.strerror}") from error
        return Files(kept)


def _make_base(folder: Path | None) -> Path:
    parent = folder or Path(tempfile.gettempdir())
    try:
        parent.mkdir(parents=True, exist_ok=True)
        sweep(parent)
        base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent.resolve()))
        if os.geteuid() == 0:
            base.chmod(0o711)  # children that are nobody pass through it to their own
    except OSError as error:
        raise Unavailable(f"sandbox folder: {error.strerror}") from error
    return base


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Unavailable(f"payload: {error.strerror}") from error


def _plain(text: str, limit: int) -> str:
    """A child's word as the log may have it: names and places, whoever wrote it."""
    return re.sub(r"[^A-Za-z0-9_./:<> -]", "?", text[:limit])


def _size(payload: bytes | BinaryIO) -> int:
    return len(payload) if isinstance(payload, bytes) else os.fstat(payload.fileno()).st_size
