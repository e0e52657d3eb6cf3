"""The peer in our own language: aiosmtpd as it comes.  `python -m bench.plain_aiosmtpd PORT FOLDER drop|durable`.

Its handler drops every mail, or writes it into a file of its own and flushes file and folder before it answers.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.load import Server
from tests.servers.process import running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

_ROOT = Path(__file__).parents[1]
_MOST = 60_000_000


class Keeper:
    """aiosmtpd's handler."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: where mails go; None = nowhere."""
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        """Keep, or not, and say so."""
        del server, session
        content = envelope.content
        if self._folder is not None and isinstance(content, bytes):
            with (self._folder / uuid4().hex).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return "250 OK"


@contextlib.contextmanager
def plain_aiosmtpd(way: str) -> Iterator[Server]:
    """Serve until the block ends; `way`: drop or durable."""
    with scratch("aiosmtpd") as folder:
        port = free_port()
        command = [sys.executable, "-m", "bench.plain_aiosmtpd", str(port), str(folder), way]
        with running("aiosmtpd", command, folder / "log", lambda: answers(port, b"220 "), cwd=_ROOT) as process:
            yield Server(port, process.pid)


async def _serve(port: int, keeper: Keeper) -> None:
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return SMTP(keeper, data_size_limit=_MOST, hostname="plain.example", loop=loop)

    server = await loop.create_server(connected, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    where, mails, kind = sys.argv[1:]
    asyncio.run(_serve(int(where), Keeper(Path(mails) if kind == "durable" else None)))
