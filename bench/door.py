"""Our door over a new SQLite store, in a process of its own."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.load import Server
from tests.servers.process import running, scratch
from tests.servers.wait import answers, free_port

_ROOT = Path(__file__).parents[1]
_MOST = 60_000_000  # octets of a mail


@contextlib.contextmanager
def open_door(env: Mapping[str, str] | None = None, guests: int = 100) -> Iterator[Server]:
    """Serve up to `guests` connections until the block ends; `env` is added to the environment."""
    with scratch("door") as folder:
        port = free_port()
        command = [sys.executable, "-m", "tests.wire.served", str(folder / "store"), str(port), str(_MOST), "0"]
        command.append(str(guests))
        whole = {**os.environ, **(env or {})}
        ready = lambda: answers(port, b"220 door.example")  # noqa: E731
        with running("door", command, folder / "log", ready, env=whole, cwd=_ROOT) as process:
            yield Server(port, process.pid)
