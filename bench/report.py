"""What was measured, for a program (JSON lines, appended) and for a person (a table)."""

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.load import Row

_SHOWN = ("benchmark", "case", "peer", "ratio", "ours", "theirs", "cpu_ratio", "rounds")


def report(rows: Iterable[Row], output: Path, rounds: int) -> None:
    """Write and show; each row is on disk as soon as there is one."""
    facts = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version()}
    table = Table(*_SHOWN, title=f"medians of {rounds} rounds, {os.cpu_count()} cores")
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("a", encoding="utf-8") as out:
        for row in rows:
            load = round(os.getloadavg()[0], 2)
            out.write(json.dumps({**facts, **row, "load": load}, ensure_ascii=False) + "\n")
            out.flush()
            shown = {**row, "ours": _first(row, "ours_"), "theirs": _first(row, "peer_")}
            table.add_row(*(str(shown.get(column, "")) for column in _SHOWN))
    Console(width=180).print(table)


def _first(row: Row, prefix: str) -> str:
    """The first figure of that side, with its unit: "1200 per second"."""
    name = next((name for name in row if name.startswith(prefix)), "")
    return f"{row[name]} {name.removeprefix(prefix).replace('_', ' ')}" if name else ""
