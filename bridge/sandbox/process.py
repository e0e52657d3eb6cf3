"""The pool's side of one child: start it, talk to it against the clock, end it.

Nothing that comes from the child is believed: lengths are capped before they are waited for, its error output is
drained and thrown away (only what it says before READY, when it has seen nothing of anybody's, is kept for the log),
and a child that neither reads nor answers is killed in time.
"""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bridge.sandbox import codec, frames
from bridge.sandbox.frames import Kind
from bridge.sandbox.outcome import Crashed, Stop
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.wall import Orders, Wall
from store.errors import Unavailable

_PIECE = 1 << 20
_READY_LIMIT = 1 << 16
_COMPLAINT_LIMIT = 4096
_LOOK_AT_FOLDER = 0.2  #: seconds between two looks at what the child has written
_LAST_BREATH = 1.0  #: seconds between the end of the pipe and the end of the process
_PASSED_ON = ("LD_LIBRARY_PATH",)  #: of our environment: where the libraries are; nothing else (it may hold secrets)

Payload = bytes | Path


class StartError(Exception):
    """A child did not get as far as READY: the installation or a preloaded module is broken."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame from the child."""

    kind: int
    serial: int
    body: bytearray


class Child:
    """One child process and its work folder.  Used by one thread at a time."""

    def __init__(self, orders: Orders, settings: SandboxSettings, code: Sequence[Path]) -> None:
        """Start it; it gets ready in its own time."""
        self.settings = settings
        self.work = orders.work
        self.jobs_done = 0
        self.walls: tuple[Wall, ...] = ()
        environment = {
            "PYTHONPATH": os.pathsep.join(map(str, code)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "HOME": str(orders.work),
            "TMPDIR": str(orders.work),
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        }
        self._process = subprocess.Popen(
            # -P: the work folder, where the child will run, is no place to import from.
            [sys.executable, "-P", "-m", "bridge.sandbox.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        self._pipes = [
            pipe.fileno() for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe
        ]
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
            with contextlib.suppress(OSError):  # beyond the user's share of pipe memory: then in smaller pieces
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIECE)
        self._complaint = bytearray()
        self._started = time.monotonic()
        setup = codec.encode(orders)
        os.write(self._pipes[0], frames.header(Kind.SETUP, 0, len(setup)) + setup)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has said READY, as far as we have listened."""
        return bool(self.walls)

    def may_be_ready(self) -> bool:
        """Whether waiting for READY would end at once."""
        return self.is_ready or self._has_spoken()

    def is_fit(self) -> bool:
        """Whether it may be given a job: it has not ended, and has said nothing since its last answer."""
        return not self.is_ready or not self._has_spoken()

    def _has_spoken(self) -> bool:
        poll = select.poll()
        poll.register(self._pipes[1], select.POLLIN)
        return bool(poll.poll(0))  # the end of the pipe counts as a word, too

    def wait_ready(self) -> None:
        """Wait until its walls stand.

        Raises:
            StartError: it ended before, or took too long.
        """
        if self.is_ready:
            return
        frame = self._exchange(iter(()), self._started + self.settings.start_seconds, _READY_LIMIT)
        if isinstance(frame, Crashed):
            raise StartError(f"{frame.wall} {frame.detail}: {self._complaint.decode('utf-8', 'replace')}")
        self.walls = codec.decode(tuple[Wall, ...], frame.body)
        self._complaint.clear()

    def ask(self, serial: int, job: bytes, payloads: Sequence[BinaryIO | bytes], seconds: float) -> Frame | Crashed:
        """Give it one job, and have its answer or what stopped it.  After a Crashed it is good for nothing more."""
        self.jobs_done += 1
        frame = self._exchange(
            _outgoing(serial, job, payloads), time.monotonic() + seconds, self.settings.answer_size, seconds
        )
        if isinstance(frame, Frame) and frame.serial != serial:
            return Crashed(Stop.ANSWER, "of another job")
        return frame

    @property
    def is_closed(self) -> bool:
        """Whether it was killed and collected."""
        return self._process.returncode is not None

    def kill(self) -> None:
        """Kill it, with all that it might have started.  Safe beside a thread that waits for its answer."""
        if self._process.returncode is None:  # not collected yet: its number is still its own
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and collect it."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _exchange(
        self, outgoing: Iterator[bytes | memoryview], deadline: float, limit: int, seconds: float = 0
    ) -> Frame | Crashed:
        to_child, from_child, complaints = self._pipes
        poll = select.poll()
        poll.register(from_child, select.POLLIN)
        poll.register(complaints, select.POLLIN)
        piece = memoryview(next(outgoing, b""))
        if piece:
            poll.register(to_child, select.POLLOUT)
        answer = bytearray()
        next_look = time.monotonic() + _LOOK_AT_FOLDER
        while True:
            if (now := time.monotonic()) >= deadline:
                return Crashed(Stop.TIME, f"{seconds:.0f} s")
            if now >= next_look:
                if excess := self._excess():
                    return excess
                next_look = now + _LOOK_AT_FOLDER
            for pipe, _ in poll.poll(max(0.0, min(deadline, next_look) - now) * 1000 + 1):
                if pipe == from_child:
                    got = os.read(from_child, _PIECE)
                    answer += got
                    if not got:
                        return self._post_mortem()
                    if len(answer) >= frames.HEADER.size:
                        head = frames.parse_header(answer)
                        if head.length > limit:
                            return Crashed(Stop.ANSWER, f"{head.length} octets")
                        if len(answer) > frames.HEADER.size + head.length:
                            return Crashed(Stop.ANSWER, "more than one")
                        if len(answer) == frames.HEADER.size + head.length:
                            del answer[: frames.HEADER.size]
                            return self._excess() or Frame(head.kind, head.serial, answer)
                elif pipe == complaints:
                    heard = os.read(complaints, _PIECE)
                    if not heard:
                        poll.unregister(complaints)
                    elif not self.is_ready:
                        self._complaint = (self._complaint + heard)[-_COMPLAINT_LIMIT:]
                else:
                    try:
                        piece = piece[os.write(to_child, piece) :]
                    except BrokenPipeError:
                        poll.unregister(to_child)  # its death will show on the other pipe
                        continue
                    if not piece and not (piece := memoryview(next(outgoing, b""))):
                        poll.unregister(to_child)

    def _excess(self) -> Crashed | None:
        """What is too much in the child's folder."""
        total = count = 0
        with os.scandir(self.work) as entries:
            for entry in entries:
                count += 1
                with contextlib.suppress(FileNotFoundError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                if count > self.settings.folder_entries or total > self.settings.folder_size:
                    return Crashed(Stop.DISK, f"{total} octets in {count} files")
        return None

    def _post_mortem(self) -> Crashed:
        """Why the child closed its pipe.  Looks without collecting it: `close` must still be able to kill its group."""
        look = os.WEXITED | os.WNOHANG | os.WNOWAIT
        deadline = time.monotonic() + _LAST_BREATH
        while (ended := os.waitid(os.P_PID, self.pid, look)) is None:
            if time.monotonic() > deadline:
                return Crashed(Stop.ERROR, "hung up")
            time.sleep(0.001)
        if ended.si_code == os.CLD_EXITED:
            return Crashed(Stop.ERROR, f"exit {ended.si_status}")
        match ended.si_status:
            case signal.SIGXCPU:
                return Crashed(Stop.CPU, "SIGXCPU")
            case signal.SIGKILL:
                return Crashed(Stop.KILLED, "SIGKILL")
            case number:
                return Crashed(Stop.SIGNAL, signal.Signals(number).name if number < 32 else str(number))


def _outgoing(serial: int, job: bytes, payloads: Sequence[BinaryIO | bytes]) -> Iterator[bytes | memoryview]:
    yield frames.header(Kind.JOB, serial, len(job)) + job
    for payload in payloads:
        if isinstance(payload, bytes):
            yield frames.header(Kind.PAYLOAD, serial, len(payload))
            if payload:
                yield payload
            continue
        left = os.fstat(payload.fileno()).st_size
        yield frames.header(Kind.PAYLOAD, serial, left)
        while left:
            try:
                piece = payload.read(min(left, _PIECE))
            except OSError as error:
                raise Unavailable(f"payload: {error.strerror}") from error
            if not piece:
                raise Unavailable("payload: a file became shorter while it was read")
            left -= len(piece)
            yield piece
