"""The walls stand for a service that runs as a plain user, too: the same tests, without root."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers.process import scratch

HERE = Path(__file__).parent


def test_the_walls_stand_for_a_plain_user() -> None:
    if os.geteuid() != 0:
        return  # `test_walls.py` itself has just shown it
    with scratch("nobody") as home:
        run = subprocess.run(
            [sys.executable, "-m", "tests.sandbox.as_nobody", str(home), str(HERE / "test_walls.py")],
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout
