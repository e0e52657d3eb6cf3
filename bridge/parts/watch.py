"""Watches the clock: letters that take too long, mails that nobody has looked at by the next working day.

Promise: each is told once.  A delay goes back to the axis as news of its letter; a sender whose mail still waits is
told as of any other event (Decree 30/2020 Art. 4.2.c: on the day, at the latest on the next working day).
"""

from datetime import UTC, datetime

import structlog

from bridge.letters.receipt import OVERDUE
from bridge.worker import Bench
from store.delivery import Learnt, Word

_log = structlog.get_logger("docbridge.watch")


class Watch:
    """Looks once in a while."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def once(self) -> bool:
        """False when nothing was late.

        Raises:
            Unavailable: the store cannot.
        """
        return any([self._slow_letters(), self._waiting_mails()])

    def _slow_letters(self) -> bool:
        tracking, now = self._bench.store.tracking, datetime.now(UTC)
        found = tracking.slow(now - self._bench.settings.letters.delayed_after)
        for delivery in found:
            tracking.learn(Learnt(delivery.id, Word.DELAYED, {"by": "queue"}), now, "watch")
            _log.warning("letter_delayed", delivery=delivery.id)
        if found:
            self._bench.settled()
        return bool(found)

    def _waiting_mails(self) -> bool:
        settings, notices, now = self._bench.settings, self._bench.store.notices, datetime.now(UTC)
        if not (settings.receipts.enabled and settings.receipts.overdue):
            return False
        before = settings.office.calendar.overdue_before(now, settings.zone)
        found = notices.overdue(OVERDUE, before)
        for mail_id in found:
            if notices.add(mail_id, OVERDUE, now):
                _log.warning("mail_overdue", mail=mail_id)
        if found:
            self._bench.settled()
        return bool(found)
