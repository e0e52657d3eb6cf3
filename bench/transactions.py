"""How long one mail takes, from MAIL to its 250, while fifty connections send: the slow ones count.

The median and the 99th percentile of every transaction, ours against Postfix' in the same run, in turn.  The client is
the same for both, in a process of its own: `python -m bench.transactions PORT`.
"""

import asyncio
import itertools
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench.door import open_door
from bench.load import Row, median
from bench.postfix_hold import holding_postfix
from tests.servers.wait import LOOPBACK

_CONNECTIONS = 50
_EACH = 40  # mails of a connection
_WARM = 4  # of these, the first do not count
_ROOT = Path(__file__).parents[1]
_MAIL = b"Subject: a mail\r\n\r\n" + (b"X" * 78 + b"\r\n") * 125 + b".\r\n"

Seconds = list[float]


def run(rounds: int = 3) -> list[Row]:
    """A row."""
    found: list[tuple[Seconds, Seconds]] = []
    with holding_postfix() as postfix:
        for _ in range(rounds):
            sides: dict[bool, Seconds] = {}
            for ours in random.sample([True, False], 2):
                if ours:
                    with open_door() as door:
                        sides[True] = _driven(door.port)
                else:
                    postfix.clear()
                    sides[False] = _driven(postfix.port)
            found.append((sides[True], sides[False]))
    return [
        {
            "benchmark": "transactions",
            "case": f"10 kB x {_CONNECTIONS}, 99th percentile",
            "peer": "postfix smtpd to hold",
            "rounds": rounds,
            "ratio": median(_slow(ours) / _slow(theirs) for ours, theirs in found),
            "ours_p99_ms": median(1000 * _slow(ours) for ours, _ in found),
            "peer_p99_ms": median(1000 * _slow(theirs) for _, theirs in found),
            "ours_p50_ms": median(1000 * statistics.median(ours) for ours, _ in found),
            "peer_p50_ms": median(1000 * statistics.median(theirs) for _, theirs in found),
        }
    ]


def _slow(times: Seconds) -> float:
    return statistics.quantiles(times, n=100)[98]


def _driven(port: int) -> Seconds:
    words = [sys.executable, "-m", "bench.transactions", str(port)]
    done = subprocess.run(words, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300)
    return [float(one) for one in json.loads(done.stdout)]


async def _all(port: int) -> Seconds:
    number = itertools.count()
    each = await asyncio.gather(*(_one(port, number) for _ in range(_CONNECTIONS)))
    return [took for times in each for took in times[_WARM:]]


async def _one(port: int, number: Iterator[int]) -> Seconds:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)

    async def said(words: bytes, code: bytes) -> None:
        writer.write(words)
        while (line := await reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(code):
            raise RuntimeError(f"expected {code!r}, heard {line!r}")

    await said(b"", b"220")
    await said(b"EHLO bench.example\r\n", b"250")
    times: Seconds = []
    for _ in range(_EACH):
        begun = time.perf_counter()
        await said(b"MAIL FROM:<a@b.example>\r\n", b"250")
        await said(b"RCPT TO:<x%d@ours.example>\r\n" % next(number), b"250")
        await said(b"DATA\r\n", b"354")
        await said(_MAIL, b"250")
        times.append(time.perf_counter() - begun)
    await said(b"QUIT\r\n", b"221")
    writer.close()
    return times


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(_all(int(sys.argv[1])))))
