"""Every target by every engine for DOCBRIDGE_FUZZ_SECONDS, each in a process of its own, a few at a time.

Run by `make fuzz`. Where atheris has no wheel (pyproject.toml names the machines), hypothesis alone is the engine.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fuzz.engines import has_atheris
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("atheris", "hypothesis") if has_atheris() else ("hypothesis",)
RUNS = [(name, engine) for engine in ENGINES for name in TARGETS]
_COUNT = re.compile(r"(?:inputs: |number_of_executed_units: )(\d+)")


@dataclass(frozen=True, slots=True)
class Ran:
    """One target, one engine, over."""

    code: int
    told: str

    @property
    def inputs(self) -> int:
        """How many were taken."""
        found = _COUNT.findall(self.told)
        return int(found[-1]) if found else 0


def told(name: str, engine: str) -> str:
    """The run as a sentence."""
    return f"{name}: {TARGETS[name].promise} ({engine})"


def _run(name: str, engine: str, folder: Path) -> Ran:
    seconds = os.environ["DOCBRIDGE_FUZZ_SECONDS"]
    words = [sys.executable, "-m", "tests.fuzz.engines", name, engine, seconds, str(folder)]
    done = subprocess.run(
        words,
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=10 * float(seconds) + 600,
        check=False,
    )
    return Ran(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Future[Ran]]]:
    """All that were chosen, on their way: DOCBRIDGE_FUZZ_JOBS at a time, as many as there are processors by default."""
    jobs = int(os.environ.get("DOCBRIDGE_FUZZ_JOBS") or os.cpu_count() or 1)
    with ThreadPoolExecutor(jobs) as pool:
        names = {item.name for item in request.session.items}
        chosen = [run for run in RUNS if f"test_that[{told(*run)}]" in names]
        yield {run: pool.submit(_run, *run, tmp_path_factory.mktemp(run[0])) for run in chosen}


@pytest.mark.parametrize("run", RUNS, ids=[told(*run) for run in RUNS])
def test_that(runs: dict[tuple[str, str], Future[Ran]], run: tuple[str, str]) -> None:
    ran = runs[run].result()
    assert ran.code == 0, f"{run}: what was found lies in var/fuzz\n{ran.told[-6000:]}"
    assert ran.inputs > 0
    print(f"{run[0]} by {run[1]}: {ran.inputs} inputs")
