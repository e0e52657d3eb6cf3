"""The exchange with one axis: envelopes out, packets in, and what became of letters back as status packets.

A packet is acknowledged only when it is on disk; what is no packet goes back with the reason.  An axis that fails again
and again is left alone for a while, and all that waits for it is in work again within a minute of its recovery.  What
an axis may have taken without our knowing is asked for before others are sent: its list may show the newest alone.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import SystemRandom

import structlog

from bridge.axis.protocol import HOLD, UNREACHED, Axis, Bad, Taken
from bridge.parts.reporting import Reporting
from bridge.sandbox.outcome import Answered
from bridge.worker import Bench
from store.delivery import Attempt, Delivery, RetryPolicy, Unsure
from store.errors import LeaseLostError, Unavailable
from store.mail import AxisOrigin

_log = structlog.get_logger("docbridge.axis")
_WAITS = (2, 5, 15, 30, 45)  # seconds; the last one is why all is in work again within a minute
_HELD_WAIT = 3600  # a person must mend it first
_GIVE_UP = timedelta(days=5)
_LEASE = timedelta(minutes=10)
_ENOUGH = 300.0  # seconds for one batch: what is left goes back before its lease is in danger
_BATCH = 20
_OTHERS_WAIT = timedelta(minutes=15)  # for one that cannot be asked for: an axis may have no list at all
_DICE = SystemRandom().random


class Exchange:
    """One axis, both ways."""

    def __init__(
        self,
        bench: Bench,
        axis: Axis,
        owner: str,
        waits: tuple[float, ...] = _WAITS,
        dice: Callable[[], float] = _DICE,
    ) -> None:
        """`dice` throws 0 to 1: no two waits are the same, so that what failed together does not come back together."""
        self._waits = waits
        self._bench = bench
        self._axis = axis
        self._owner = owner
        self._dice = dice
        self._reporting = Reporting(bench, axis.name)

    def once(self) -> bool:
        """One round: sends what is due, reports what was settled, takes in what is there.  False when all was idle.

        Raises:
            Unavailable: the store or the axis cannot; nothing is half done.
        """
        return any([self._send(), self._reporting.once(), self._receive()])

    def _send(self) -> bool:
        if not self._axis.ready:
            return False
        deliveries = self._bench.store.deliveries
        now = datetime.now(UTC)
        first = self._doubtful(now) if self._axis.asks_first else ()
        claimed = deliveries.claim("envelope", self._owner, _LEASE, now, _BATCH, recipient=self._axis.name, among=first)
        end = time.monotonic() + _ENOUGH
        for number, delivery in enumerate(claimed):
            if not self._axis.ready or time.monotonic() > end:
                deliveries.give_back(claimed[number:], datetime.now(UTC))
                break
            content = deliveries.content(delivery)
            attempt = self._axis.send(delivery.content_id, content, self._unsure_since(delivery))
            now = datetime.now(UTC)
            try:
                deliveries.record(delivery.id, delivery.token, attempt, self._patience(attempt), now)
            except LeaseLostError:
                _log.warning("lease_lost", delivery=delivery.id)
            if self._axis.asks_first and isinstance(attempt, Unsure):
                deliveries.give_back(claimed[number + 1 :], now)
                break
        return bool(claimed)

    def _doubtful(self, now: datetime) -> tuple[str, ...]:
        """Those that others wait for: the axis may have taken them, and that is not long ago."""
        found = []
        for id_, died in self._bench.store.deliveries.doubtful("envelope", self._axis.name, now):
            doubts = self._doubts(id_)
            if died or (doubts and now - min(doubts) < _OTHERS_WAIT):
                found.append(id_)
        return tuple(found)

    def _unsure_since(self, delivery: Delivery) -> datetime | None:
        """When the axis may have taken it without our knowing: a lost answer, or a sender of ours that died."""
        doubts = self._doubts(delivery.id)
        if not doubts:
            return None
        # When the one that died began, nobody knows.
        return delivery.born if "taken-over" in doubts.values() else min(doubts)

    def _doubts(self, delivery_id: str) -> dict[datetime, str]:
        """When its fate became unknown, and why; what the axis said since then settles it.

        It is asked before a packet is sent again: whatever it says then, it had not taken it before.
        """
        deliveries = self._bench.store.deliveries
        doubts = {event.at: event.kind for event in deliveries.events(delivery_id) if event.kind == "taken-over"}
        for row in deliveries.attempts(delivery_id):
            if row.word == "unsure":
                doubts[row.at] = row.word
            elif row.reply.enhanced != UNREACHED:
                doubts = {at: why for at, why in doubts.items() if at > row.at}
        return doubts

    def _patience(self, attempt: Attempt) -> RetryPolicy:
        waits = (_HELD_WAIT,) if attempt.reply.enhanced == HOLD else self._waits
        scatter = 0.5 + self._dice() / 2
        return RetryPolicy(tuple(timedelta(seconds=wait * scatter) for wait in waits), _GIVE_UP)

    def _receive(self) -> bool:
        busy = False
        for name in self._axis.received():
            try:
                self._receive_one(name)
            except Unavailable as unavailable:
                # One packet that cannot be had does not keep the others out; an axis that is away does.
                _log.warning("packet_unavailable", axis=self._axis.name, cause=unavailable.cause)
                if not self._axis.ready:
                    raise
                continue
            busy = True
        return busy

    def _receive_one(self, name: str) -> None:
        content = self._axis.fetch(name)
        answer = self._bench.pool.run("recognise", self._axis.name, [content], str)
        reason = answer.value if isinstance(answer, Answered) else "Gói tin làm dừng chương trình đọc."
        if reason:
            self._axis.acknowledge(name, Bad(reason))
            _log.warning("packet_bad", axis=self._axis.name)
        else:
            self._keep(name, content)
            self._axis.acknowledge(name, Taken())

    def _keep(self, name: str, content: bytes) -> None:
        origin = AxisOrigin(self._axis.name, name, named_once=self._axis.names_once)
        with self._bench.store.incoming() as incoming:
            incoming.write(content)
            kept = self._bench.store.intake.keep(incoming, origin, datetime.now(UTC))
        _log.info("packet_taken", mail=kept.mail_id, again=kept.again)
        self._bench.arrived()
