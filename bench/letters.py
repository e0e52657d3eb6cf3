"""Letters a second: composed, recorded, sent, outcome recorded, against Postfix's own queue and against smtplib.

All three hand the same letters to the same smtp-sink, in turn, in one run; each ratio is of one round, and the median
of the rounds is told.  CPU is a letter's share of it, in milliseconds: of our whole process, and of `send_message`
alone, which neither composes nor records.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.letters_ours import letter
from bench.load import Row, median
from bench.postfix_queue import SendingPostfix, sending_postfix
from outbound.letter import compose
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

#: Name, octets of a letter, letters a round, of which Postfix gets a part: it takes longer.
CASES = (("10 kB", 10_000, 800, 4), ("200 kB", 200_000, 200, 2), ("5 MB", 5_000_000, 24, 1))
PEERS = {"postfix": "postfix: sendmail, qmgr, smtp", "smtplib": "smtplib send_message, one connection"}
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Took:
    """A letter's share of one side of one round, in seconds."""

    seconds: float
    cpu: float


def run(rounds: int = 3) -> Iterator[Row]:
    """Two rows a case."""
    for name, size, count, part in CASES:
        found = [_round(size, count, count // part) for _ in range(rounds)]
        for key, peer in PEERS.items():
            yield {
                "benchmark": "letters",
                "case": name,
                "peer": peer,
                "rounds": rounds,
                "ratio": median(one[key].seconds / one["ours"].seconds for one in found),
                "ours_per_second": median(1 / one["ours"].seconds for one in found),
                "peer_per_second": median(1 / one[key].seconds for one in found),
                "cpu_ratio": median(one["ours"].cpu / one[key].cpu for one in found),
                "ours_cpu_ms": median(1000 * one["ours"].cpu for one in found),
                "peer_cpu_ms": median(1000 * one[key].cpu for one in found),
            }


def _round(size: int, count: int, of_postfix: int) -> dict[str, Took]:
    with _sink() as port, sending_postfix(port) as server, scratch("letters") as folder:
        file = folder / "letter.eml"
        file.write_bytes(compose(letter(0, size)).replace(b"\r\n", b"\n"))
        sides = {
            "ours": lambda: _process("letters_ours", port, size, count, str(folder)),
            "smtplib": lambda: _process("smtplib_peer", port, size, count),
            "postfix": lambda: _queue(server, file, of_postfix),
        }
        return {name: sides[name]() for name in random.sample(list(sides), len(sides))}


def _process(module: str, port: int, size: int, count: int, *more: str) -> Took:
    command = [sys.executable, "-m", f"bench.{module}", *map(str, (port, size, count)), *more]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=600)
    said = json.loads(done.stdout)
    return Took(said["seconds"] / count, said["cpu"] / count)


def _queue(server: SendingPostfix, file: Path, count: int) -> Took:
    seconds, cpu = server.sent(file, count)
    return Took(seconds / count, cpu / count)


@contextlib.contextmanager
def _sink() -> Iterator[int]:
    """A smtp-sink that takes everything and keeps nothing."""
    with scratch("sink") as folder:
        port = free_port()
        user = ["-u", "mail"] if os.getuid() == 0 else []
        command = [binary("smtp-sink"), *user, f"{LOOPBACK}:{port}", "256"]
        with running("smtp-sink", command, folder / "log", lambda: answers(port, b"220 "), cwd=folder):
            yield port
