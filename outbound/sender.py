"""The sender: takes letters that are due from the store, hands them to the smarthost, records what became of each.

Promise: at most `concurrency` letters are in hand and none waits in memory; each outcome is recorded under the lease
by which its letter was claimed; a stop finishes what is in hand.  Killed in mid-DATA it repeats that one letter, when
its lease has run out, under the same Message-ID; it never forgets one.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from outbound.settings import OutboundSettings
from outbound.smarthost import Conversation, Handover
from store.deliveries import Deliveries
from store.delivery import ATTEMPT_WORDS, Attempt, Delivery, TryLater
from store.errors import LeaseLostError, Unavailable
from store.papers import Letters
from store.reply import Reply

_log = structlog.get_logger("docbridge.outbound")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_TRIES_WHEN_STOPPING = 5


def _now() -> datetime:
    return datetime.now(UTC)


class Sender:
    """Sends until it is stopped.  Several senders, in one process or many, share a queue by its leases."""

    def __init__(
        self,
        settings: OutboundSettings,
        deliveries: Deliveries,
        letters: Letters,
        owner: str,
        password: str = "",
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._deliveries = deliveries
        self._letters = letters
        self._owner = owner
        self._password = password
        self._now = now
        self._idle: list[Conversation] = []
        self._in_hand: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
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
        self._stopping = stop
        watch = asyncio.ensure_future(self._call_at_end(stop))
        pause = _FIRST_PAUSE
        try:
            while not stop.is_set():
                self._news.clear()
                try:
                    busy = await self._take()
                    pause = _FIRST_PAUSE
                except Unavailable as away:
                    _log.warning("store unavailable", cause=away.cause)
                    await self._rest(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                if not busy and not await self._rest(self._settings.poll.total_seconds()) and not self._in_hand:
                    await self._part()
        finally:
            watch.cancel()
            if self._in_hand:
                await asyncio.wait(self._in_hand)
            await self._part()

    async def _take(self) -> bool:
        """Claim as many letters as hands are free; whether it makes sense to ask again at once."""
        free = self._settings.concurrency - len(self._in_hand)
        if free <= 0:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
            return True
        claimed = await asyncio.to_thread(
            self._deliveries.claim, "letter", self._owner, self._settings.lease, self._now(), free
        )
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        return len(claimed) == free

    async def _rest(self, seconds: float) -> bool:
        """Wait for news at most so long; whether there were some."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _call_at_end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _deliver(self, delivery: Delivery) -> None:
        conversation = self._idle.pop() if self._idle else Conversation(self._settings, self._password)
        try:
            attempt = await self._attempt(conversation, delivery)
        finally:
            self._idle.append(conversation)
        await self._record(delivery, attempt)

    async def _attempt(self, conversation: Conversation, delivery: Delivery) -> Attempt:
        try:
            return await conversation.send(await asyncio.to_thread(self._handover, delivery))
        except Unavailable as away:
            return TryLater(Reply(451, "4.3.0", "our own store cannot be read now", away.cause))
        except Exception as bug:  # noqa: BLE001  the one border: a bug met in one letter must not stop all others
            _log.exception("letter failed by our own fault", delivery=delivery.id)
            return TryLater(Reply(451, "4.3.0", "our own fault", type(bug).__name__))

    def _handover(self, delivery: Delivery) -> Handover:
        letter = self._letters.get(delivery.content_id)
        if letter is None:
            raise KeyError(delivery.content_id)
        return Handover(delivery.id, letter.sender, delivery.recipient, self._letters.content(letter.id))

    async def _record(self, delivery: Delivery, attempt: Attempt) -> None:
        """Keep the outcome, however long the store is away: it is known to us alone."""
        pause = _FIRST_PAUSE
        tries = 0
        while True:
            try:
                state = await asyncio.to_thread(
                    self._deliveries.record, delivery.id, delivery.token, attempt, self._settings.retry, self._now()
                )
            except LeaseLostError:
                _log.warning("lease lost, outcome dropped", delivery=delivery.id, outcome=ATTEMPT_WORDS[type(attempt)])
                return
            except Unavailable as away:
                tries += 1
                if self._stopping.is_set() and tries >= _TRIES_WHEN_STOPPING:
                    _log.error("outcome lost", delivery=delivery.id, outcome=ATTEMPT_WORDS[type(attempt)])
                    return
                _log.warning("store unavailable", cause=away.cause, delivery=delivery.id)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE if not self._stopping.is_set() else 1.0)
                continue
            _log.info(
                "attempted",
                delivery=delivery.id,
                outcome=ATTEMPT_WORDS[type(attempt)],
                state=type(state).__name__.lower(),
                code=attempt.reply.code,
                enhanced=attempt.reply.enhanced,
                cause=attempt.reply.cause,
            )
            return

    async def _part(self) -> None:
        """End the conversations that nobody needs."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(conversation.end() for conversation in idle))
