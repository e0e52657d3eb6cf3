"""Haraka, the mail server in JavaScript, with its own queue on disk: it flushes each mail's file, and delivers nothing.

It is installed by its name into a folder of the caller's; where that cannot be, `NotThereError` says why.
"""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.load import Server
from tests.servers.process import running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

# The two overridden are what it asks for in versions that are not to be had everywhere.
_PACKAGE = {
    "name": "bench-haraka",
    "private": True,
    "version": "0.0.0",
    "dependencies": {"Haraka": "*"},
    "overrides": {"libqp": "2.1.1", "encoding-japanese": "2.2.0"},
}
_PATIENCE = 180.0  # seconds for the installation
_MOST = 60_000_000

# Whoever relays is queued for sending; sending is switched off.
_TAKES_ALL = """\
exports.register = function () { this.register_hook('rcpt', 'take') }
exports.take = function (next, connection) { connection.relaying = true; next(OK) }
"""


class NotThereError(Exception):
    """It cannot be had here; says why."""


def install(folder: Path) -> Path:
    """Its program; what is in `folder` from an earlier time is used.

    Raises:
        NotThereError: it cannot be installed.
    """
    program = folder / "node_modules" / "Haraka" / "bin" / "haraka"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NotThereError("no npm")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(_PACKAGE))
    words = [npm, "install", "--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts"]
    try:
        subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=_PATIENCE)
    except (subprocess.SubprocessError, OSError) as failed:
        raise NotThereError(f"npm: {type(failed).__name__}") from failed
    if not program.exists():
        raise NotThereError("npm installed something else")
    return program


@contextlib.contextmanager
def haraka(program: Path) -> Iterator[Server]:
    """Serve until the block ends."""
    with scratch("haraka") as folder:
        port = free_port()
        node, site = shutil.which("node") or "node", folder / "site"
        subprocess.run([node, str(program), "-i", str(site)], check=True, capture_output=True, timeout=_PATIENCE)
        config, plugins = site / "config", site / "plugins"
        (config / "smtp.ini").write_text(f"listen={LOOPBACK}:{port}\nnodes=0\n")
        (config / "databytes").write_text(f"{_MOST}\n")
        (config / "outbound.ini").write_text("disabled=true\n")
        (config / "me").write_text("haraka.example\n")
        (config / "log.ini").write_text("level=WARN\n")
        (config / "plugins").write_text("takes_all\n")
        (plugins / "takes_all.js").write_text(_TAKES_ALL)
        command = [node, str(program), "-c", str(site)]
        with running("haraka", command, folder / "log", lambda: answers(port, b"220 "), cwd=site) as process:
            yield Server(port, process.pid)
