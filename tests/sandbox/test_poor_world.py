"""Where a wall cannot stand, the pool works and says so; and the attacks of these tests are real ones."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.process import scratch


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    """What a pool says on a machine without namespaces, Landlock and seccomp."""
    with scratch("world") as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        file = folder / "docbridge.toml"
        file.write_text("password = 'not for children'\n")
        run = subprocess.run(
            [sys.executable, "-m", "tests.sandbox.poor_world", str(file), str(listener.getsockname()[1])],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        answer: dict[str, object] = json.loads(run.stdout)
        return answer


def test_jobs_are_done_all_the_same(told: dict[str, object]) -> None:
    assert told["works"] is True


@pytest.mark.parametrize(
    ("wall", "missing"),
    [
        ("network", "network namespace: "),
        ("network", "seccomp: "),
        ("files", "landlock: "),
        ("processes", "seccomp: "),
    ],
    ids=lambda word: word.strip(" :"),
)
def test_what_is_missing_is_named_with_its_reason(told: dict[str, object], wall: str, missing: str) -> None:
    walls = told["walls"]
    assert isinstance(walls, dict)
    stands, _, lacks = walls[wall]
    assert missing in lacks
    assert stands is False or wall == "processes"  # held by the limit on tasks, where the user is not root


def test_the_attacks_that_walls_stop_elsewhere_succeed_here(told: dict[str, object]) -> None:
    fallen = told["fallen"]
    assert isinstance(fallen, list)
    assert {"read", "tcp", "memory file"} <= set(fallen)
