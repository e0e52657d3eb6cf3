"""A stand-in for the office's mail server in the demonstration: takes every letter and keeps it as a file.

Only the demonstration uses it; the tests send through a real Postfix.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Keeper:
    """Writes each mail into a folder, with its envelope in front."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """One mail."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head = f"Return-Path: <{envelope.mail_from or ''}>\r\nDelivered-To: {', '.join(envelope.rcpt_tos)}\r\n"
        with self._lock:
            self._count += 1
            target = self._folder / f"{self._count:02d}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(head.encode("utf-8") + content)
        part.rename(target)
        return "250 2.0.0 kept"


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def smarthost(folder: Path) -> Iterator[int]:
    """Runs the stand-in; gives its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
