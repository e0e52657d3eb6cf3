"""A server's process: in a group of its own, ready before use, stopped with its children, its log kept."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.servers.wait import DeadlineError, wait_until

#: Logs of the servers that run now, by name; `tests/conftest.py` shows their ends with a failed test.
RUNNING_LOGS: dict[str, Path] = {}


def tail(log: Path, start: int = 0, lines: int = 60) -> str:
    """The end of a log, from octet `start` on at most, for a person who asks why a test failed."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_bytes()[start:].decode("utf-8", "replace").splitlines()[-lines:])


def binary(name: str, *more_places: str) -> str:
    """The full path of a program; Debian keeps servers where a user's PATH does not look."""
    places = ["/usr/sbin", "/sbin", "/usr/lib/postfix/sbin", *more_places]
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; `make test` as root installs it")
    return found


@contextlib.contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder that servers of other users can enter (pytest's own are closed to them); removed afterwards.

    Its path is short: that of a socket may have 107 bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"docbridge-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str],
    log: Path,
    ready: Callable[[], bool],
    *,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    deadline: float = 30.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends. A start that fails raises with the log's end in the message."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env=env,
            cwd=cwd,
        )
    RUNNING_LOGS[name] = log
    try:
        try:
            wait_until(lambda: process.poll() is not None or ready(), deadline, f"{name} being ready")
        except DeadlineError as late:
            raise DeadlineError(f"{late}\n{tail(log)}") from late
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} on start\n{tail(log)}")
        yield process
    finally:
        stop(process, stop_signal)
        RUNNING_LOGS.pop(name, None)


def stop(process: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
    """Ask the server to end; after ten seconds, and for children left behind, insist."""
    if process.poll() is None:
        process.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
