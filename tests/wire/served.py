"""The door over a real store on SQLite, on an event loop of its own: in a thread, or as a process (`python -m`)."""

import asyncio
import contextlib
import logging
import resource
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
import uvloop
from sqlalchemy import select

from bridge.glance import Glance
from smtp_in.door import Door
from smtp_in.given import Look
from smtp_in.room import Room
from smtp_in.settings import SmtpSettings
from store.arrival import Kept
from store.blobs import Blobs
from store.connection import Database, migrate, open_database, schema_version
from store.contents import Contents
from store.incoming import Incoming
from store.intake import Intake
from store.mail import Origin, SmtpOrigin
from store.reply import Reply
from store.schema import mails
from store.settings import StoreSettings

MayReceive = Callable[[str], bool | Awaitable[bool]]
Keep = Callable[[Incoming, Origin, datetime], Awaitable[Kept]]


#: The tests' door; a test that needs another takes `dataclasses.replace`.
SETTINGS = SmtpSettings(listen=("127.0.0.1:0",), hostname="door.example", max_size=5_000_000)


def ours(address: str) -> bool:
    """The recipients of these tests: everyone at ours.example, and the postmaster."""
    return address.lower() == "postmaster" or address.lower().endswith(("@ours.example", "@vanthư.example"))


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail as the store has it."""

    id: str
    origin: SmtpOrigin
    content: bytes


@dataclass(frozen=True, slots=True)
class Store:
    """A real store in a folder."""

    settings: StoreSettings
    db: Database
    blobs: Blobs
    intake: Intake

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """With its schema and its folders, made where they are absent."""
        settings = StoreSettings(data=folder)
        db, blobs = open_database(settings), Blobs(settings)
        if not schema_version(db):
            migrate(db)
        blobs.prepare()
        return cls(settings, db, blobs, Intake(db, blobs, settings, lambda: datetime.now(UTC)))

    def close(self) -> None:
        """Commit what waits and let go of the database."""
        self.intake.stop()
        self.db.close()

    def incoming(self) -> Incoming:
        """A new, empty body."""
        return Incoming(self.settings)

    def mails(self) -> list[Taken]:
        """What was kept, oldest first."""
        contents = Contents(self.db, self.blobs, self.settings)
        with self.db.reading() as connection:
            rows = connection.execute(select(mails.c.id, mails.c.origin, mails.c.sha256).order_by(mails.c.id)).all()
        return [Taken(row.id, row.origin, contents.read(row.id, row.sha256)) for row in rows]

    def spooled(self) -> list[Path]:
        """Bodies that are half-way in."""
        return list((self.settings.data / "spool").glob("*"))


@dataclass(frozen=True, slots=True)
class Served:
    """A door that is open."""

    port: int
    store: Store
    stop: Callable[[], None]  #: and wait until every connection has ended
    connections: Callable[[], int]


@contextlib.contextmanager
def served(
    folder: Path,
    settings: SmtpSettings,
    may_receive: MayReceive = ours,
    keep: Keep | None = None,
    room: Callable[[], Reply | None] = lambda: None,
    look: Look | None = None,
) -> Iterator[Served]:
    """Serve in a thread until the block ends."""
    store = Store.open(folder)
    door = Door(settings, may_receive, keep or store.intake.keep_async, store.incoming, room=room, look=look)
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def main() -> None:
        over = asyncio.Event()
        await door.start()
        ready.set_result((asyncio.get_running_loop(), over))
        await over.wait()
        await door.stop()

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())

    store.intake.start()
    thread = threading.Thread(target=run, name="door")
    thread.start()
    loop, over = ready.result(10)

    def stop() -> None:
        with contextlib.suppress(RuntimeError):  # stopped before: the loop is closed
            loop.call_soon_threadsafe(over.set)
        thread.join(30)
        assert not thread.is_alive(), "the door did not stop"

    try:
        yield Served(door.addresses[0][1], store, stop, lambda: door.connections)
    finally:
        stop()
        store.close()


class OnlyGlances:
    """The look of the service without its sandbox: every mail is glanced at, and taken."""

    def glance(self) -> Glance:
        """For one mail."""
        return Glance()

    async def __call__(self, content: bytes | Path, origin: SmtpOrigin) -> tuple[None, ...]:
        """Nothing is wrong."""
        return (None,) * len(origin.rcpt_to)


def _log_as_in_service() -> None:
    """One line of JSON for each event, from INFO up."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


async def _serve(folder: Path, port: int, max_size: int, connections: int) -> None:
    store = Store.open(folder)
    store.intake.start(ahead=True)
    settings = SmtpSettings(
        listen=(f"127.0.0.1:{port}",),
        hostname="door.example",
        max_size=max_size,
        max_connections=connections,
        max_connections_per_address=connections,
        max_connections_per_network=connections,
    )
    room = Room(settings, folder, lambda: store.intake.waiting)
    door = Door(settings, lambda address: True, store.intake.keep_async, store.incoming, room=room, look=OnlyGlances())
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await door.start()
    await over.wait()
    await door.stop()
    store.close()


if __name__ == "__main__":
    where, listen, size, file_limit, *guests = sys.argv[1:]
    most = int(guests[0]) if guests else 100
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if int(file_limit):  # a disk that fills up: writing beyond fails with EFBIG once SIGXFSZ is ignored
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(file_limit), int(file_limit)))
    _log_as_in_service()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as main_runner:
        main_runner.run(_serve(Path(where), int(listen), int(size), most))
