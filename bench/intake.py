"""Mails a second that are on disk when they are answered 250: our door and store against Postfix' smtpd and hold queue.

Postfix' smtp-source drives both in the same run, turn and turn about; each ratio is of one round, the median of the
rounds is told. Both log one line or more for each mail.
"""

import contextlib
import itertools
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.postfix_hold import HoldingPostfix, holding_postfix
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

Row = dict[str, str | float | int]

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of load."""

    name: str
    octets: int
    connections: int
    mails: int
    reconnect: bool = False  #: a new connection for each mail


CASES = (
    Case("10 kB x 10", 10_000, 10, 3000),
    Case("10 kB x 1", 10_000, 1, 1000),
    Case("10 kB x 10, new connection each", 10_000, 10, 1500, reconnect=True),
    Case("200 kB x 10", 200_000, 10, 600),
    Case("5 MB x 10", 5_000_000, 10, 80),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One load on one server."""

    rate: float  #: mails a second
    cpu: float  #: CPU milliseconds of the server for each mail


def _send(port: int, case: Case, mails: int) -> float:
    """Seconds that smtp-source took; -N makes every recipient another, so that no mail is the same as one before."""
    words = ["-s", str(case.connections), "-m", str(mails), "-l", str(case.octets), "-N"]
    words += [] if case.reconnect else ["-d"]
    words += ["-f", "a@b.example", "-t", "x@ours.example", f"{LOOPBACK}:{port}"]
    begun = time.perf_counter()
    done = subprocess.run([binary("smtp-source"), *words], capture_output=True, text=True, timeout=300, check=False)
    took = time.perf_counter() - begun
    if done.returncode or done.stderr:
        raise RuntimeError(f"smtp-source: {done.stderr.strip()}")
    return took


def _measure(port: int, pid: int, case: Case) -> Measured:
    _send(port, case, max(case.connections, case.mails // 20))  # processes forked, pages and connections warm
    before = cpu.seconds(pid)
    took = _send(port, case, case.mails)
    return Measured(case.mails / took, 1000 * (cpu.seconds(pid) - before) / case.mails)


@contextlib.contextmanager
def _door() -> Iterator[tuple[int, int]]:
    """Our door over a new SQLite store: port, process."""
    with scratch("door") as folder:
        port = free_port()
        command = [sys.executable, "-m", "tests.wire.served", str(folder / "store"), str(port), "60000000", "0"]
        with running("door", command, folder / "log", lambda: answers(port, b"220 door.example"), cwd=_ROOT) as process:
            yield port, process.pid


def _ours(case: Case) -> Measured:
    with _door() as (port, pid):
        return _measure(port, pid, case)


def _postfix(case: Case, peer: HoldingPostfix) -> Measured:
    peer.clear()
    measured = _measure(peer.port, peer.pid, case)
    assert peer.held() >= case.mails, "Postfix lost some"
    return measured


def run(rounds: int = 3, cases: tuple[Case, ...] = CASES) -> list[Row]:
    """All cases, each in so many rounds; a row for each case."""
    found: dict[str, list[tuple[Measured, Measured]]] = {case.name: [] for case in cases}
    with holding_postfix() as peer:
        for _, case in itertools.product(range(rounds), cases):
            if random.randrange(2):  # noqa: S311  who begins is no secret
                pair = _ours(case), _postfix(case, peer)
            else:
                theirs = _postfix(case, peer)
                pair = _ours(case), theirs
            found[case.name].append(pair)
    return [_row(name, pairs) for name, pairs in found.items()]


def _row(name: str, pairs: list[tuple[Measured, Measured]]) -> Row:
    def median(of: Callable[[Measured, Measured], float]) -> float:
        return round(statistics.median(of(ours, theirs) for ours, theirs in pairs), 3)

    return {
        "benchmark": "intake",
        "case": name,
        "peer": "postfix smtpd to hold",
        "rounds": len(pairs),
        "ours_per_second": median(lambda ours, _: ours.rate),
        "peer_per_second": median(lambda _, theirs: theirs.rate),
        "ratio": median(lambda ours, theirs: ours.rate / theirs.rate),
        "ours_cpu_ms": median(lambda ours, _: ours.cpu),
        "peer_cpu_ms": median(lambda _, theirs: theirs.cpu),
        "cpu_ratio": median(lambda ours, theirs: ours.cpu / theirs.cpu),
    }
