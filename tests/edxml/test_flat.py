"""A packet of 200 MB passes both ways in less than 60 MB, as the kernel counts what a process holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("name", "size"), [("van-ban.pdf", 200), ("bang-ke.csv", 80)], ids=["as it is", "in a ZIP"])
def test_memory_does_not_grow_with_the_packet(name: str, size: int, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tests" / "edxml" / "passing.py"), str(tmp_path), str(size), name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    for file in tmp_path.rglob("*"):
        file.unlink() if file.is_file() else None
    writing, reading = (int(word) for word in told.split())
    assert max(writing, reading) < 60_000, told
