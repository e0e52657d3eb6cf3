"""What a mail server under test is made to do: Postfix' smtp-source sends, and rate and CPU are taken down."""

import statistics
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench import cpu
from tests.servers.process import binary
from tests.servers.wait import LOOPBACK

Row = dict[str, str | float | int]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of load."""

    name: str
    octets: int
    connections: int
    mails: int
    reconnect: bool = False  #: a new connection for each mail


@dataclass(frozen=True, slots=True)
class Measured:
    """One load on one server."""

    rate: float  #: mails a second
    cpu: float  #: CPU milliseconds of the server for each mail


@dataclass(frozen=True, slots=True)
class Server:
    """One that listens."""

    port: int  #: SMTP, on loopback
    pid: int  #: leads the session of all its processes


def send(port: int, case: Case, mails: int) -> float:
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


def measure(server: Server, case: Case) -> Measured:
    """After a few mails that warm: processes are forked then, and connections known."""
    send(server.port, case, max(case.connections, case.mails // 20))
    before = cpu.seconds(server.pid)
    took = send(server.port, case, case.mails)
    return Measured(case.mails / took, 1000 * (cpu.seconds(server.pid) - before) / case.mails)


def median(values: Iterable[float]) -> float:
    """Of the rounds, as it is told."""
    return round(statistics.median(values), 3)
