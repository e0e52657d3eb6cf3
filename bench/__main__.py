"""`python -m bench --output FILE`: every benchmark, as JSON lines appended to FILE and as a table."""

import argparse
import importlib
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

#: Modules with `run(rounds) -> rows`; a row has "benchmark", "case", "peer", "ratio" and what it measured.
BENCHMARKS = ("bench.intake", "bench.pipeline", "bench.reading")

_SHOWN = ("benchmark", "case", "peer", "ratio", "ours_per_second", "peer_per_second", "cpu_ratio", "rounds")


def main() -> None:
    """Run, write, show."""
    parser = argparse.ArgumentParser(prog="bench", description="Ratios against peers, measured in one run.")
    parser.add_argument("--output", type=Path, default=Path("var/bench.jsonl"), help="JSON lines are appended here")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; the medians are told")
    parser.add_argument("--only", default="", help="one benchmark, by the name of its module")
    given = parser.parse_args()
    facts = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version()}
    table = Table(*_SHOWN, title=f"medians of {given.rounds} rounds, {os.cpu_count()} cores")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    with given.output.open("a", encoding="utf-8") as out:
        for name in BENCHMARKS:
            if given.only not in ("", name.removeprefix("bench.")):
                continue
            for row in importlib.import_module(name).run(given.rounds):
                load = os.getloadavg()[0]
                out.write(json.dumps({**facts, **row, "load": round(load, 2)}, ensure_ascii=False) + "\n")
                table.add_row(*(str(row.get(column, "")) for column in _SHOWN))
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
