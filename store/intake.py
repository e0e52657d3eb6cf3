"""Taking in: when `keep` returns, the bytes and the row are on disk, once.

Group commit: callers who come at about the same time share one transaction and one flush.  Large bodies are flushed
before, each in its caller's thread.  The same mail handed in again is another arrival, not another mail.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from store.arrival import Arrival, Kept, write_arrivals
from store.blobs import Blobs
from store.checkpoints import Checkpoints
from store.connection import Database
from store.contents import Content, Contents
from store.errors import Unavailable
from store.gathering import Gathering
from store.incoming import Incoming, sweep
from store.mail import Origin
from store.settings import StoreSettings

_log = structlog.get_logger("docbridge.store")

_BATCH = 256  # arrivals that share a transaction at most
_BATCH_OCTETS = 8 * 2**20  # and what their rows weigh
_PATIENCE = 0.003  # seconds that a commit may wait for those who were there a moment ago

Resolve = Callable[[Kept | BaseException], None]


@dataclass(slots=True)
class _Waiting:
    """One caller who waits for the commit."""

    arrival: Arrival
    loop: asyncio.AbstractEventLoop | None
    resolve: Resolve
    outcome: Kept | BaseException = field(default_factory=lambda: Unavailable("not committed"))


class Intake:
    """The way in.  Without `start` every keep commits by itself."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._settings = settings
        self._contents = Contents(db, blobs, settings)
        self._window: timedelta = settings.same_mail_window
        self._clock = clock
        self._gathering = Gathering(_BATCH, _BATCH_OCTETS, _weight)
        self._gate = threading.Lock()  # of what follows
        self._committer: threading.Thread | None = None
        self._flushers: ThreadPoolExecutor | None = None
        self._checkpoints = Checkpoints(db, lambda: self.commits)
        self.commits = 0  #: transactions made so far
        self.waiting = 0  #: callers in the queue or in the commit under way

    def start(self, *, ahead: bool = False) -> None:
        """Begin to share commits; removes what died half-way in an earlier life.

        `ahead`: for a service, which goes on for days, the disk is made ready beside its first mails.
        """
        sweep(self._settings)
        with self._gate:
            if self._committer is not None:
                return
            self._flushers = ThreadPoolExecutor(8, "docbridge-flush")
            self._flushers.submit(self._contents.furnish)  # a disk that refuses will say so to the first mail
            if ahead:
                self._flushers.submit(self._db.lengthen_log).add_done_callback(_note)
            self._gathering.open()
            self._committer = threading.Thread(target=self._run, name="docbridge-intake", daemon=True)
            self._committer.start()
            self._checkpoints.start()

    def stop(self) -> None:
        """Commit what waits, then go back to a commit for each."""
        with self._gate:
            committer, flushers = self._committer, self._flushers
            self._committer = self._flushers = None
            if committer is not None:
                self._gathering.close()
        if committer is not None:
            committer.join()
        if flushers is not None:
            flushers.shutdown()
        self._checkpoints.stop()

    def keep(self, incoming: Incoming, origin: Origin, received_at: datetime) -> Kept:
        """Keep one mail.  Blocks until it is on disk.

        Raises:
            Unavailable: it is not kept, and nothing of it will appear later.
        """
        return self._entered(self._contents.ready(incoming), origin, received_at).result()

    def submit(self, incoming: Incoming, origin: Origin, received_at: datetime) -> Future[Kept]:
        """`keep` for who has more to do meanwhile: what is submitted together shares commits, large ones their flushes.

        The future holds Unavailable when it is not kept.
        """
        flushers = self._flushers
        if incoming.small or flushers is None:
            try:
                return self._entered(self._contents.ready(incoming), origin, received_at)
            except Unavailable as unavailable:
                failed: Future[Kept] = Future()
                failed.set_exception(unavailable)
                return failed
        # A flusher waits for the commit too; they are several, so that commits are still shared.
        return flushers.submit(self.keep, incoming, origin, received_at)

    def _entered(self, content: Content, origin: Origin, received_at: datetime) -> Future[Kept]:
        future: Future[Kept] = Future()

        def resolve(outcome: Kept | BaseException) -> None:
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self._enter(_Waiting(Arrival(content, origin, received_at), None, resolve))
        return future

    async def keep_async(self, incoming: Incoming, origin: Origin, received_at: datetime) -> Kept:
        """`keep` for the event loop: never blocks it.  A caller who is cancelled may still have kept the mail.

        Raises:
            Unavailable: as `keep`.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Kept] = loop.create_future()

        def resolve(outcome: Kept | BaseException) -> None:
            if future.cancelled():
                return
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        def enter() -> None:
            arrival = Arrival(self._contents.ready(incoming), origin, received_at)
            if not future.cancelled():
                self._enter(_Waiting(arrival, loop, resolve))

        def told(flushed: Future[None]) -> None:
            error = flushed.exception()
            if error is not None:
                loop.call_soon_threadsafe(resolve, error)

        flushers = self._flushers
        if flushers is None:
            await loop.run_in_executor(None, enter)
        elif incoming.small:
            enter()
        else:
            # The thread that flushes hands on to the committer itself: the loop is woken once, when all is done.
            flushing = flushers.submit(enter)
            flushing.add_done_callback(told)
            try:
                return await future
            except asyncio.CancelledError:
                # The thread has the file open: nobody may discard it under its hands.
                await asyncio.wait([asyncio.wrap_future(flushing)])
                raise
        return await future

    def _enter(self, waiting: _Waiting) -> None:
        with self._gate:
            if self._gathering.enter(waiting):
                self.waiting += 1
                return
        self._commit([waiting])
        _answer([waiting])

    def _run(self) -> None:
        crowd, patience = 1, 0.0
        while batch := self._gathering.take(crowd, patience):
            begun = time.monotonic()
            self._commit(batch)
            # Whoever was in this commit or came during it may be back soon: to wait for them, at most as long as a
            # commit takes, makes one flush of two.  Someone alone never waits.
            patience = min(time.monotonic() - begun, _PATIENCE)
            crowd = len(batch) + len(self._gathering)
            with self._gate:
                self.waiting -= len(batch)
            _answer(batch)

    def _commit(self, batch: list[_Waiting]) -> None:
        """One transaction for all; when a row is bad, one for each, so that it fails alone."""
        try:
            self.commits += 1
            with self._db.direct() as direct:
                arrivals = [one.arrival for one in batch]
                kept = write_arrivals(direct, self._contents, arrivals, self._window, self._clock())
        except Exception as error:  # noqa: BLE001  the border: whoever waits is told, whatever it was
            if len(batch) > 1 and not isinstance(error, Unavailable):
                _log.warning("intake.batch_failed", count=len(batch), error=type(error).__name__)
                for one in batch:
                    self._commit([one])
                return
            _log.error("intake.failed", count=len(batch), error=type(error).__name__)
            for one in batch:
                one.outcome = Unavailable(str(error) if isinstance(error, Unavailable) else type(error).__name__)
            return
        for one, outcome in zip(batch, kept, strict=True):
            one.outcome = outcome


def _note(done: Future[None]) -> None:
    """What would only have been quicker does not stop a start."""
    error = done.exception()
    if error is not None:
        _log.warning("intake.log_not_lengthened", error=type(error).__name__)


def _weight(waiting: _Waiting) -> int:
    small = waiting.arrival.content.small
    return 1024 + (0 if small is None else len(small))


def _answer(batch: list[_Waiting]) -> None:
    """Tell everyone; each event loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
    for one in batch:
        if one.loop is None:
            one.resolve(one.outcome)
        else:
            by_loop.setdefault(one.loop, []).append(one)
    for loop, group in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, group)
        except RuntimeError:  # the loop is closed: nobody waits any more
            _log.info("intake.nobody_waits", count=len(group))


def _resolve_all(group: list[_Waiting]) -> None:
    for one in group:
        one.resolve(one.outcome)
