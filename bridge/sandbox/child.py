"""The child: imports everything, raises its walls, says READY, and then does one job after another until told to end.

Run as `python -P -m bridge.sandbox.child`; its pipes to the pool are stdin and stdout.  A job is a function of ours,
`def job(arguments: A, *payloads: bytes) -> B`, whose annotations say how its arguments are read; what it writes, it
writes into the current folder.
"""

import importlib
import inspect
import os
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from bridge.sandbox import codec, frames, limits, walls
from bridge.sandbox.frames import Kind
from bridge.sandbox.wall import Orders

_FRAMES_TOLD = 12


@dataclass(frozen=True, slots=True)
class Call:
    """One job, as the pool asks for it."""

    job: str
    arguments: bytes  #: encoded; the job's annotation says as what
    payloads: int  #: so many PAYLOAD frames follow
    seconds: float  #: processor time that it may use


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in the child, told by type and place.  Its message might quote the mail, and stays behind."""

    memory: bool
    error: str  #: the type
    trace: str


@dataclass(frozen=True, slots=True)
class _Job:
    function: Callable[..., Any]
    arguments: Any  #: the type of its first parameter


def channel() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the pool, moved away from 0 and 1: what a library prints must not become an answer."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def load(orders: Orders) -> dict[str, _Job]:
    """Import and warm what the jobs need."""
    for name in orders.preload:
        module = importlib.import_module(name)
        if warm := getattr(module, "warm", None):
            warm()
    jobs = {}
    for name, where in orders.jobs:
        module_name, _, function_name = where.partition(":")
        function = getattr(importlib.import_module(module_name), function_name)
        first = next(iter(inspect.signature(function).parameters))
        kind = typing.get_type_hints(function, include_extras=True)[first]
        codec.prepare(kind)
        jobs[name] = _Job(function, kind)
    return jobs


def serve(jobs: dict[str, _Job], requests: BinaryIO, answers: BinaryIO) -> None:
    """Do jobs until the pool closes its pipe."""
    while True:
        try:
            head, body = frames.read(requests, Kind.JOB)
            kind, answer = _do(jobs, body, requests)
        except frames.ClosedError:
            return
        frames.write(answers, kind, head.serial, answer)
        if kind is Kind.FAILED:
            del head, body, answer


def _do(jobs: dict[str, _Job], body: bytes, requests: BinaryIO) -> tuple[Kind, bytes]:
    try:
        call = codec.decode(Call, body)
        del body
        limits.allow_cpu(call.seconds)
        payloads = [frames.read(requests, Kind.PAYLOAD)[1] for _ in range(call.payloads)]
        job = jobs[call.job]
        value = job.function(codec.decode(job.arguments, call.arguments), *payloads)
        return Kind.ANSWER, codec.encode(value)
    except frames.ClosedError:
        raise
    except BaseException as error:  # noqa: BLE001  the one border: whatever a parser raises is an answer to the pool
        return Kind.FAILED, codec.encode(Failure(isinstance(error, MemoryError), type(error).__name__, _trace(error)))


def _trace(error: BaseException) -> str:
    """File, line and function of the innermost frames; no message and no source, which could quote the mail."""
    places = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return " > ".join(places[-_FRAMES_TOLD:])


def main() -> None:
    """Be a child."""
    requests, answers = channel()
    _, body = frames.read(requests, Kind.SETUP)
    orders = codec.decode(Orders, body)
    jobs = load(orders)
    frames.write(answers, Kind.READY, 0, codec.encode(walls.raise_walls(orders)))
    serve(jobs, requests, answers)
    os._exit(0)  # nothing to flush, and no library's farewell behind the walls


if __name__ == "__main__":
    main()
