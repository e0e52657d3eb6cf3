"""The sender: takes letters that are due from the store, has them brought, records what became of each.

Promise: no letter waits in memory, and each hand has one at most; each outcome is recorded under the lease by which its
letter was claimed, before that hand takes another; a stop finishes what is in hand.  Killed in mid-DATA it repeats what
was in hand, when the lease has run out, under the same Message-ID; it never forgets one.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from outbound.content import BadMessageError, Message, kept, whole
from outbound.destinations import Destinations
from outbound.handover import Handover
from outbound.outcome import unfit
from outbound.settings import OutboundSettings
from outbound.signing import Signing
from outbound.way import Way
from outbound.ways import Ways
from store.delivery import ATTEMPT_WORDS, Attempt, TryLater
from store.errors import Unavailable
from store.outbox import Claimed, Outbox, Outcome, Turn
from store.reply import Reply

_log = structlog.get_logger("docbridge.outbound")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_GATHER = 0.002  # seconds
_TRIES_WHEN_STOPPING = 5
_DICE = random.SystemRandom().random


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Ended:
    """One letter that was tried, and what became of it."""

    claimed: Claimed
    destination: str
    outcome: Outcome


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """So long, or until the stop; after it, a second at most."""
    if stop.is_set():
        await asyncio.sleep(min(seconds, 1.0))
        return
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


class Sender:
    """Sends until it is stopped.  Several senders, in one process or many, share a queue by its leases."""

    def __init__(
        self,
        settings: OutboundSettings,
        outbox: Outbox,
        owner: str,
        make: Callable[[str], Way],
        now: Callable[[], datetime] = _now,
        dice: Callable[[], float] = _DICE,
    ) -> None:
        """`make` opens a way to a destination: "" is the smarthost, anything else a domain."""
        self._settings = settings
        self._outbox = outbox
        self._owner = owner
        self._signing = Signing(settings)
        self._now = now
        self._dice = dice
        self._hands = settings.concurrency if settings.smarthost else settings.conversations
        self._destinations = Destinations(settings.concurrency, settings.rate)
        self._ways = Ways(make, self._hands)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._ended: list[_Ended] = []
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """There may be letters now.  Callable from any thread."""
        if self._loop is not None:
            # A loop that has ended has no sender to wake.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set and what was in hand has its outcome recorded."""
        self._loop = asyncio.get_running_loop()
        watch = asyncio.ensure_future(self._call_at_end(stop))
        pause, tries = _FIRST_PAUSE, 0
        try:
            while not stop.is_set() or self._in_hand or self._ended:
                self._news.clear()
                if self._ended:
                    await self._gather()
                try:
                    busy = await self._turn(claiming=not stop.is_set())
                    pause, tries = _FIRST_PAUSE, 0
                except Unavailable as away:
                    _log.warning("store unavailable", cause=away.cause, outcomes=len(self._ended))
                    tries += 1
                    if stop.is_set() and tries >= _TRIES_WHEN_STOPPING and not self._in_hand:
                        self._lost()
                        break
                    await _sleep(stop, pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                if self._ended or (busy and len(self._in_hand) < self._hands):
                    continue
                if not await self._rest() and not self._in_hand:
                    await self._ways.part()
        finally:
            watch.cancel()
            await self._ways.part()

    async def _turn(self, *, claiming: bool) -> bool:
        """Record what ended and claim what may go; whether it makes sense to ask again at once.

        Raises:
            Unavailable: the store is away; every outcome is kept, however long: it is known to us alone.
        """
        ended, self._ended = self._ended, []
        clock = time.monotonic()
        for one in ended:
            self._destinations.end(one.destination)
        try:
            wanted = min(self._hands - len(self._in_hand), self._room(clock)) if claiming else 0
            if not ended and wanted < 1:
                return False
            without = () if self._settings.smarthost else self._destinations.full(clock)
            outcomes = [one.outcome for one in ended]
            turn = await asyncio.to_thread(
                self._outbox.turn, self._owner, outcomes, wanted, self._settings.lease, self._now(), without
            )
        except BaseException:
            for one in ended:
                self._destinations.begin(one.destination, clock)
            self._ended[:0] = ended
            raise
        self._tell(ended, turn)
        begun = [await self._begin(claimed) for claimed in turn.claimed]
        return any(begun) and len(begun) == wanted

    def _room(self, clock: float) -> int:
        return self._destinations.room("", clock) if self._settings.smarthost else self._hands

    async def _begin(self, claimed: Claimed) -> bool:
        """Have it brought; False where there is no room for it just now."""
        clock = time.monotonic()
        destination = "" if self._settings.smarthost else claimed.recipient.rpartition("@")[2].lower()
        if not self._destinations.room(destination, clock):
            # More for one domain came than may go there now: it waits in the store, not here.
            with contextlib.suppress(Unavailable):  # its lease then ends by itself
                await asyncio.to_thread(self._outbox.release, claimed, self._now())
            return False
        self._destinations.begin(destination, clock)
        task = asyncio.create_task(self._deliver(claimed, destination))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return True

    async def _rest(self) -> bool:
        """Wait for news at most as long as the settings say; whether there were some."""
        seconds = self._settings.poll.total_seconds()
        if self._settings.rate:
            seconds = min(seconds, self._destinations.opens(time.monotonic()) + 0.01)
            self._destinations.forget(time.monotonic())
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _gather(self) -> None:
        """Let others end as well: what is recorded together shares a flush of the disk, and a flush costs more."""
        if self._in_hand:
            await asyncio.sleep(_GATHER)

    async def _call_at_end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _deliver(self, claimed: Claimed, destination: str) -> None:
        way = self._ways.lend(destination)
        attempt = await self._attempt(way, claimed)
        retry = self._settings.retry(self._dice())
        outcome = Outcome(claimed.delivery_id, claimed.token, attempt, retry, self._now())
        self._ended.append(_Ended(claimed, destination, outcome))
        self._news.set()
        await self._ways.give_back(destination, way)

    async def _attempt(self, way: Way, claimed: Claimed) -> Attempt:
        try:
            message = await self._message(claimed)
            if not isinstance(message, Message):
                return message
            return await way.send(Handover(claimed.delivery_id, claimed.sender, claimed.recipient, message))
        except Unavailable as away:
            return TryLater(Reply(451, "4.3.0", "our own store cannot be read now", away.cause))
        except BadMessageError as bad:
            return unfit("5.6.0", "not a finished message", str(bad))
        except Exception as bug:  # noqa: BLE001  the one border: a bug met in one letter must not stop all others
            _log.exception("letter failed by our own fault", delivery=claimed.delivery_id)
            return TryLater(Reply(451, "4.3.0", "our own fault", type(bug).__name__))

    async def _message(self, claimed: Claimed) -> Message | TryLater:
        """The letter as it is to go out."""
        if claimed.small is not None:
            message = whole(claimed.small)
        else:
            message = await asyncio.to_thread(kept, partial(self._outbox.open, claimed), claimed.size)
        if not self._signing.wanted:
            return message
        return await asyncio.to_thread(self._signing.sign, message, self._now())

    def _tell(self, ended: list[_Ended], turn: Turn) -> None:
        for one, state in zip(ended, turn.states, strict=True):
            word, reply = ATTEMPT_WORDS[type(one.outcome.attempt)], one.outcome.attempt.reply
            if state is None:
                _log.warning("lease lost, outcome dropped", delivery=one.claimed.delivery_id, outcome=word)
                continue
            _log.info(
                "attempted",
                delivery=one.claimed.delivery_id,
                outcome=word,
                state=type(state).__name__.lower(),
                code=reply.code,
                enhanced=reply.enhanced,
                cause=reply.cause,
            )

    def _lost(self) -> None:
        for one in self._ended:
            word = ATTEMPT_WORDS[type(one.outcome.attempt)]
            _log.error("outcome lost", delivery=one.claimed.delivery_id, outcome=word)
        self._ended.clear()
