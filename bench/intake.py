"""Mails a second that are on disk when they are answered 250: our door and store against other servers.

Postfix' smtpd and hold queue, aiosmtpd as it comes, and Haraka's queue where npm can have it.  Postfix' smtp-source
drives all in the same run, in turn; each ratio is of one round, the median of the rounds is told.  Ours and Postfix log
one line or more for each mail.  `python -m bench.intake --only "10 kB x 10"` measures one case.
"""

import argparse
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import slow_disk
from bench.door import open_door
from bench.haraka import NotThereError, haraka, install
from bench.load import Case, Measured, Row, Server, measure, median
from bench.plain_aiosmtpd import plain_aiosmtpd
from bench.postfix_hold import holding_postfix
from bench.report import report

CASES = (
    Case("10 kB x 10", 10_000, 10, 3000),
    Case("10 kB x 50", 10_000, 50, 3000),
    Case("10 kB x 1", 10_000, 1, 1000),
    Case("10 kB x 10, new connection each", 10_000, 10, 1500, reconnect=True),
    Case("200 kB x 10", 200_000, 10, 600),
    Case("5 MB x 10", 5_000_000, 10, 80),
)
SLOW = Case("10 kB x 10, +2 ms each fsync", 10_000, 10, 2000)
_AGAINST_ALL = ("10 kB x 10", "200 kB x 10", "5 MB x 10")
_BUDGET = 300.0  # seconds after which no other round begins
_SLOWER = 6  # the others are: so many times fewer mails for them
_ROOT = Path(__file__).parents[1]

POSTFIX, SMTPD_DROP = "postfix smtpd to hold", "aiosmtpd, dropped"
SMTPD_FILE, HARAKA = "aiosmtpd, a file and two fsync each", "haraka, its queue"

Measure = Callable[[Case], Measured]


@dataclass(frozen=True, slots=True)
class Round:
    """One case, once, on one server."""

    case: str
    server: str  #: "" = ours
    measured: Measured


def run(rounds: int = 3, only: str = "") -> list[Row]:
    """All cases, or one; each in so many rounds: a row for each case and peer."""
    with contextlib.ExitStack() as stack:
        slow = stack.enter_context(slow_disk.environment())
        plain = stack.enter_context(holding_postfix()).measured
        slowed = None if slow is None else stack.enter_context(holding_postfix(slow))
        others, missing = _others()
        plans: list[tuple[Case, dict[str, Measure]]] = []
        for case in CASES:
            servers: dict[str, Measure] = {"": partial(_once, open_door), POSTFIX: plain}
            plans.append((case, {**servers, **others} if case.name in _AGAINST_ALL else servers))
        if slowed is not None:
            plans.append((SLOW, {"": partial(_once, partial(open_door, slow)), POSTFIX: slowed.measured}))
        chosen = [plan for plan in plans if only in ("", plan[0].name)]
        found: list[Round] = []
        until = time.monotonic() + _BUDGET
        for number in range(rounds):
            if number and time.monotonic() > until:
                break  # a slow machine: the rows say how many rounds there were
            found += [one for case, servers in chosen for one in _round(case, servers)]
    rows = [row for case, servers in chosen for row in _rows(case.name, list(servers), found)]
    return rows + ([] if only else missing)


def _round(case: Case, servers: dict[str, Measure]) -> Iterator[Round]:
    for name in random.sample(list(servers), len(servers)):
        yield Round(case.name, name, servers[name](case))


def _once(start: Callable[[], contextlib.AbstractContextManager[Server]], case: Case) -> Measured:
    """On a server started for it."""
    with start() as server:
        return measure(server, case)


def _fewer(start: Callable[[], contextlib.AbstractContextManager[Server]], case: Case) -> Measured:
    return _once(start, replace(case, mails=max(case.connections, case.mails // _SLOWER)))


def _others() -> tuple[dict[str, Measure], list[Row]]:
    """The peers besides Postfix, and a row for each that is not to be had."""
    found: dict[str, Measure] = {
        SMTPD_DROP: partial(_fewer, partial(plain_aiosmtpd, "drop")),
        SMTPD_FILE: partial(_fewer, partial(plain_aiosmtpd, "durable")),
    }
    try:
        found[HARAKA] = partial(_fewer, partial(haraka, install(_ROOT / "var" / "haraka")))
    except NotThereError as absent:
        return found, [{"benchmark": "intake", "case": "not measured", "peer": f"{HARAKA}: {absent}"}]
    return found, []


def _rows(case: str, servers: Sequence[str], found: Sequence[Round]) -> Iterator[Row]:
    ours = [one.measured for one in found if one.case == case and not one.server]
    for peer in filter(None, servers):
        theirs = [one.measured for one in found if one.case == case and one.server == peer]
        pairs = list(zip(ours, theirs, strict=True))
        yield {
            "benchmark": "intake",
            "case": case,
            "peer": peer,
            "rounds": len(pairs),
            "ratio": median(one.rate / other.rate for one, other in pairs),
            "ours_per_second": median(one.rate for one in ours),
            "peer_per_second": median(other.rate for other in theirs),
            "ours_cpu_ms": median(one.cpu for one in ours),
            "peer_cpu_ms": median(other.cpu for other in theirs),
            "cpu_ratio": median(one.cpu / other.cpu for one, other in pairs),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.intake", description="Mails a second against other servers.")
    parser.add_argument("--only", default="", choices=["", SLOW.name, *(case.name for case in CASES)])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("var/bench.jsonl"))
    given = parser.parse_args()
    report(run(given.rounds, given.only), given.output, given.rounds)
