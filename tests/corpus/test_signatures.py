"""The PDF part of a corpus of signed files of other projects, by `make corpus CORPUS=DIR` alone.

The bar: of attacked, tampered, modified, partly covered and mixed files none is sound, and nothing raises.
"""

import collections
import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of
from validation.signature import state_of

BAD = frozenset({"attack", "tampered", "modified", "partial-coverage", "mixed"})
MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def rows() -> list[tuple[Path, dict[str, str]]]:
    """The manifest's unambiguous PDF rows, with their files."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "signatures"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        found = [row for row in csv.DictReader(manifest) if row["kind"] == "pdf" and row["ambiguous"] == "0"]
    return [(folder / row["file"], row) for row in found]


def test_no_bad_file_is_sound(rows: list[tuple[Path, dict[str, str]]]) -> None:
    """Every row, counted by what the manifest says of it and what we say."""
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    shown_sound, slow = [], 0.0
    for path, row in rows:
        started = time.monotonic()
        reading = signatures_of(path.read_bytes(), Evidence(MOMENT))
        slow = max(slow, time.monotonic() - started)
        state, expected = state_of(reading.signatures), row["expected_fine"]
        table[expected][state] += 1
        causes = "; ".join(f"{one.where}: {one.reason} {one.detail}" for one in reading.signatures if not one.sound)
        print(f"{expected:17} {state:10} {path.name} {causes}")
        if expected in BAD and state == "sound":
            shown_sound.append(path.name)
    for expected, counts in sorted(table.items()):
        print(f"{expected:17} {dict(counts)}")
    print(f"slowest file {slow:.2f} s")
    assert shown_sound == []
