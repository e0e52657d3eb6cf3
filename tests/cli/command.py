"""The command line under test: run in this process with its output caught, and what it said."""

import contextlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from bridge.cli.main import run
from bridge.settings import load
from bridge.wiring import bench_of
from bridge.worker import Worker
from store.store import open_store


@dataclass(frozen=True, slots=True)
class Said:
    """What one call said."""

    code: int
    octets: bytes  #: standard output
    err: str

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.octets.decode("utf-8")

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON, one value a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def one(self) -> Any:  # noqa: ANN401  JSON has no type
        """The only JSON value of standard output."""
        (value,) = self.lines
        return value


@dataclass(frozen=True, slots=True)
class Command:
    """`docbridge` on one settings file."""

    settings: Path

    def __call__(self, *arguments: str | Path, env: Mapping[str, str] | None = None, code: int | None = 0) -> Said:
        """Runs one command; `code` is the exit code that it must have, None = any."""
        octets, err = io.BytesIO(), io.StringIO()
        out = io.TextIOWrapper(octets, "utf-8", write_through=True)
        before = dict(os.environ)
        os.environ.update({"DOCBRIDGE_OPERATOR": "lan", **(env or {})})
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                found = run(["--config", str(self.settings), *map(str, arguments)])
                out.flush()
        finally:
            os.environ.clear()
            os.environ.update(before)
            structlog.reset_defaults()
        said = Said(found, octets.getvalue(), err.getvalue())
        assert "Traceback" not in said.err
        assert "a bug of ours" not in said.err, said.err
        assert code is None or found == code, f"exit code {found}: {said.err}{said.octets[:2000]!r}"
        return said


def id_of(command: Command, state: str, kind: str = "file") -> str:
    """The id of the only mail of that kind in that state."""
    (found,) = (row for row in command("mails", "list", "--state", state, "--json").lines if row["kind"] == kind)
    return str(found["id"])


def judged(settings_file: Path) -> None:
    """Judges everything that waits."""
    settings = load(settings_file, {})
    store = open_store(settings.store)
    bench = bench_of(replace(settings, sandbox=replace(settings.sandbox, children=1)), store)
    worker = Worker(bench, "test")
    while worker.once():
        pass
    bench.pool.close()
    store.close()
