"""One mailbox being read, look after look: what is settled is not listed again, what is open is tried again.

Identity is account, mailbox, UIDVALIDITY and UID, and the store's SHA-256 beneath.  The bookmark only saves traffic: it
is dropped for another UIDVALIDITY, under other settings, and when the server was evidently set back (RFC 3501 section
2.3.1.1 forbids what a restored backup does).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from imap_poll.mailbox import Mailbox, Span
from imap_poll.port import StorePort
from imap_poll.settings import Account
from imap_poll.taking import Memory, Taking
from store.bookmarks import Bookmark

_log = structlog.get_logger("docbridge.imap_poll")
_STEP = 500  # UIDs that a bookmark moves before it is written: so many are listed once more after a crash
_FIRST_RETRY, _LONGEST_RETRY = 30.0, 1800.0  # seconds until what was refused is tried again
_RETRIED = 2000  # open messages that are tried again in one look


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought."""

    taken: int  #: messages that are on disk now
    trouble: str  #: why some stay open; "" = none does


class Reading:
    """One mailbox of one account, over all its connections.  Used by one thread."""

    def __init__(
        self,
        account: Account,
        name: str,
        store: StorePort,
        stopped: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._name = name
        self._store = store
        self._stopped = stopped
        self._clock = clock
        self._memory = Memory()
        self._bookmark = Bookmark(account.name, name, 0, 0, None, "", 0)
        self._written = self._bookmark
        self._known = False  # whether the bookmark was asked of the store
        self._passed = 0  # the highest UID listed on this connection
        self._passed_date: datetime | None = None
        self._retry_at = 0.0
        self._retry_pause = _FIRST_RETRY
        self._trouble = ""

    @property
    def left(self) -> int:
        """Messages that stay in the mailbox as too large."""
        return self._bookmark.left + sum(uid > self._bookmark.uid for uid in self._memory.left)

    @property
    def open(self) -> int:
        """Messages seen and not settled."""
        return len(self._memory.open)

    def begin(self, mailbox: Mailbox) -> None:
        """On each newly selected mailbox, before looks at it.

        Raises:
            Unavailable: server or store cannot.
        """
        if not self._known:
            found = self._store.bookmark(self._account.name, self._name)
            if found is not None:
                self._bookmark = self._written = found
            self._known = True
        if not self._holds(self._bookmark, mailbox):
            self._bookmark = Bookmark(
                self._account.name, self._name, mailbox.uidvalidity, 0, None, self._account.terms, 0
            )
            self._memory.strikes.clear()
        if self._account.after.startswith("move:"):
            # Where mail is moved away, what lies there is little, and all of it is to be looked at.
            self._bookmark = replace(self._bookmark, uid=0, internal_date=None, left=0)
        self._passed, self._passed_date = self._bookmark.uid, self._bookmark.internal_date
        self._memory.open.clear()
        self._memory.left.clear()
        self._retry_at = 0.0

    def resume(self, mailbox: Mailbox) -> None:
        """On a mailbox that was selected anew on the same connection.

        Raises:
            Unavailable: server or store cannot.
        """
        set_back = 0 < mailbox.uidnext <= self._passed
        if set_back or mailbox.uidvalidity != self._bookmark.uidvalidity:
            self.begin(mailbox)

    def _holds(self, bookmark: Bookmark, mailbox: Mailbox) -> bool:
        if bookmark.uidvalidity != mailbox.uidvalidity or bookmark.terms != self._account.terms:
            return False
        if mailbox.uidnext and mailbox.uidnext <= bookmark.uid:
            _log.warning("mailbox_set_back", account=self._account.name)
            return False
        if bookmark.internal_date is not None:
            there, date = mailbox.internal_date(bookmark.uid)
            if there and date is not None and date != bookmark.internal_date:
                _log.warning("mailbox_set_back", account=self._account.name)
                return False
        return True

    def look(self, mailbox: Mailbox) -> Look:
        """Everything new in the mailbox, and what was open.

        Raises:
            Unavailable: server, disk or database cannot; what was kept so far is kept.
        """
        taking = Taking(self._account, mailbox, self._store, self._memory, self._stopped)
        try:
            self._retry(mailbox, taking)
            known = False
            for number, listed in enumerate(mailbox.listing(Span(self._passed, self._account.first_day)), 1):
                if self._stopped():
                    break
                if not known:
                    # Asked only when there is something; what is open was asked for by `_retry`.
                    taking.knows(self._taken(mailbox, self._passed))
                    known = True
                taking.consider(listed)
                self._passed, self._passed_date = listed.uid, listed.internal_date
                if number % _STEP == 0:
                    self._advance()
            taking.finish()
        finally:
            taking.abandon()
        self._advance()
        self._trouble = taking.trouble or (self._trouble if self._memory.open else "")
        return Look(taking.taken, self._trouble)

    def _taken(self, mailbox: Mailbox, above: int) -> dict[int, datetime | None]:
        return self._store.taken(self._account.name, self._name, mailbox.uidvalidity, above)

    def _retry(self, mailbox: Mailbox, taking: Taking) -> None:
        """What could not be settled is tried again: at once, then at longer and longer intervals, for ever."""
        again = sorted(self._memory.open)[:_RETRIED]
        if not again:
            self._retry_pause = _FIRST_RETRY
            return
        if self._clock() < self._retry_at:
            return
        self._retry_at = self._clock() + self._retry_pause
        self._retry_pause = min(_LONGEST_RETRY, 2 * self._retry_pause)
        taking.knows(self._taken(mailbox, again[0] - 1))
        found = mailbox.listed(again)
        self._memory.open.difference_update(set(again) - {listed.uid for listed in found})
        for listed in found:
            taking.consider(listed)
        taking.finish()

    def _advance(self) -> None:
        """Moves the bookmark up to the lowest open message; writes it from time to time."""
        top = min(self._memory.open) - 1 if self._memory.open else self._passed
        if top > self._bookmark.uid:
            left = self._bookmark.left + sum(self._bookmark.uid < uid <= top for uid in self._memory.left)
            date = self._passed_date if top == self._passed else None
            self._bookmark = replace(self._bookmark, uid=top, internal_date=date, left=left)
        now, then = self._bookmark, self._written
        if now.uid - then.uid >= _STEP or (now.terms, now.uidvalidity) != (then.terms, then.uidvalidity):
            self.write()

    def write(self) -> None:
        """Writes the bookmark, unless the store has it.

        Raises:
            Unavailable: the store cannot.
        """
        if self._known and self._bookmark != self._written:
            self._store.remember(self._bookmark)
            self._written = self._bookmark
