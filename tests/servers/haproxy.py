"""A HAProxy that passes connections on and says whose they are, by the PROXY protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import binary, running
from tests.servers.wait import LOOPBACK, answers, free_port

_CONFIG = """\
global
    maxconn 100
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen smtp
    bind {loopback}:{port}
    server door {loopback}:{behind} {send} check inter 200ms
"""


@contextmanager
def haproxy(folder: Path, behind: int, send: str) -> Iterator[int]:
    """Its port; `send` is "send-proxy" (version 1) or "send-proxy-v2".  It asks every 200 ms whether `behind` lives."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(_CONFIG.format(loopback=LOOPBACK, port=port, behind=behind, send=send))
    command = [binary("haproxy"), "-db", "-f", str(config)]
    with running("haproxy", command, folder / "haproxy.log", lambda: answers(port, b"220 ")):
        yield port
