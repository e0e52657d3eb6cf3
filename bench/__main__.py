"""`python -m bench --output FILE`: every benchmark, as JSON lines appended to FILE and as a table."""

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from bench.load import Row
from bench.report import report

#: Modules with `run(rounds) -> rows`; a row has "benchmark", "case", "peer", "ratio" and what it measured.
BENCHMARKS = ("intake", "transactions", "room", "imap", "pipeline", "signatures", "reading", "edxml", "letters")


def main() -> None:
    """Run, write, show."""
    parser = argparse.ArgumentParser(prog="bench", description="Ratios against peers, measured in one run.")
    parser.add_argument("--output", type=Path, default=Path("var/bench.jsonl"), help="JSON lines are appended here")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; the medians are told")
    parser.add_argument("--only", default="", choices=["", *BENCHMARKS], help="one benchmark")
    given = parser.parse_args()

    def rows() -> Iterator[Row]:
        for name in BENCHMARKS:
            if given.only in ("", name):
                yield from importlib.import_module(f"bench.{name}").run(given.rounds)

    report(rows(), given.output, given.rounds)


if __name__ == "__main__":
    main()
