"""Messages on their way from a mailbox to the disk: fetched together, kept while the next are fetched, then marked.

Promise: a message is marked only when it is on disk; one that the server cannot give, and a mark that it refuses, cost
the others nothing and stay open; memory holds two batches, whatever the mailbox holds.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from imap_poll.mailbox import Listed, Mailbox
from imap_poll.port import StorePort
from imap_poll.return_path import HEAD, return_path
from imap_poll.session import Refused
from imap_poll.settings import Account
from store.arrival import Kept
from store.errors import Unavailable
from store.incoming import Incoming
from store.mail import ForwardPath, ImapOrigin

_log = structlog.get_logger("docbridge.imap_poll")
_TOGETHER = 50  # messages fetched by one command
_OCTETS = 2_500_000  # and what they weigh together
_FLOOR = 65_536  # octets asked of each at least: sizes are estimates on some servers
_TOLD = 20  # messages that are too large are logged one by one; the number of all is in health
_MARKS = 500  # messages marked by one command


@dataclass(slots=True)
class Memory:
    """What is known of the messages of one mailbox beyond one look at it."""

    open: set[int] = field(default_factory=set)  #: seen, and not settled
    left: set[int] = field(default_factory=set)  #: stay there as too large
    #: How often the connection broke while a message was fetched: it comes last, alone, the worst at the very end.
    strikes: dict[int, int] = field(default_factory=dict)


class Taking:
    """One look's messages.  `consider` each, then `finish`."""

    def __init__(
        self, account: Account, mailbox: Mailbox, store: StorePort, memory: Memory, stopped: Callable[[], bool]
    ) -> None:
        self._account = account
        self._mailbox = mailbox
        self._store = store
        self._memory = memory
        self._stopped = stopped
        self._known: dict[int, datetime | None] = {}
        self._batch: list[Listed] = []
        self._weight = 0
        self._last: list[Listed] = []
        self._marks: list[Listed] = []
        self._in_hand: deque[list[tuple[Listed, Future[Kept]]]] = deque()
        self.taken = 0  #: messages that are on disk by this look
        self.trouble = ""  #: why something stays open: a mark refused, a message that cannot be read

    def knows(self, known: dict[int, datetime | None]) -> None:
        """These are on disk."""
        self._known = known

    def is_kept(self, listed: Listed) -> bool:
        """Whether it is on disk: same UID, and same date, or the server was set back and the UID given anew."""
        if listed.uid not in self._known:
            return False
        date = self._known[listed.uid]
        return date is None or listed.internal_date is None or date == listed.internal_date

    def consider(self, listed: Listed) -> None:
        """Take it, or mark it, or leave it.

        Raises:
            Unavailable: server, disk or database cannot; what was kept so far is kept.
        """
        self._memory.open.add(listed.uid)
        if self.is_kept(listed):
            self._marks.append(listed)
            if len(self._marks) >= _MARKS:
                self._mark()
        elif listed.size > self._account.max_size:
            self._leave(listed)
        elif listed.uid in self._memory.strikes:
            self._last.append(listed)
        else:
            if self._batch and (self._weight + listed.size > _OCTETS or len(self._batch) >= _TOGETHER):
                self._fetch_batch()
            self._batch.append(listed)
            self._weight += listed.size

    def finish(self) -> None:
        """Everything considered is settled, or open with a reason.

        Raises:
            Unavailable: as `consider`.
        """
        self._fetch_batch()
        self._settle_all()
        if not self._stopped():
            strikes = self._memory.strikes
            for listed in sorted(self._last, key=lambda one: strikes.get(one.uid, 0)):
                self._fetch([listed])
                self._settle_all()
        self._mark()

    def abandon(self) -> None:
        """After a failure: whatever is on its way to the disk gets there or not, before anybody asks what is there."""
        wait([future for kept in self._in_hand for _, future in kept])
        self._in_hand.clear()

    def _fetch_batch(self) -> None:
        batch, self._batch, self._weight = self._batch, [], 0
        if batch and not self._stopped():
            self._fetch(batch)

    def _fetch(self, batch: list[Listed]) -> None:
        uids = [listed.uid for listed in batch]
        octets = min(self._account.piece, max(_FLOOR, 2 * max(listed.size for listed in batch)))
        try:
            pieces = self._mailbox.first_pieces(uids, octets)
            there = self._mailbox.there([uid for uid in uids if uid not in pieces])
        except Refused as refused:
            if len(batch) == 1:
                self._unreadable(batch[0], refused.cause)
                return
            for listed in batch:
                self._fetch([listed])
            return
        except Unavailable:
            self._strike(uids)
            raise
        kept: list[tuple[Listed, Future[Kept]]] = []
        self._in_hand.append(kept)
        for listed in batch:
            if (first := pieces.get(listed.uid)) is not None:
                self._bring(listed, first, octets, kept)
            elif listed.uid in there:
                self._unreadable(listed, "fetch: nothing came")
            else:  # moved away by a person or by another of us
                self._memory.open.discard(listed.uid)
        while len(self._in_hand) > 1:
            self._settle(self._in_hand.popleft())

    def _bring(self, listed: Listed, first: bytes, octets: int, kept: list[tuple[Listed, Future[Kept]]]) -> None:
        incoming = self._store.incoming()
        try:
            head = self._write(incoming, listed, first, octets)
        except BaseException:
            incoming.discard()
            raise
        if incoming.size > self._account.max_size:
            incoming.discard()
            self._leave(listed)
        elif not incoming.size and listed.size:
            self._unreadable(listed, "fetch: an empty message")
        else:
            future = self._store.keep(incoming, self._origin(listed, head), datetime.now(UTC))
            future.add_done_callback(lambda done: incoming.discard() if done.exception() else None)
            kept.append((listed, future))

    def _write(self, incoming: Incoming, listed: Listed, first: bytes, octets: int) -> bytes:
        """All of the message, or as much as shows that it is too large; returns its head."""
        head, piece, asked = first[:HEAD], first, octets
        incoming.write(first)
        # Exchange estimates RFC822.SIZE; what counts is that the server has no more (docs/quirks.md).
        while len(piece) == asked and incoming.size <= self._account.max_size:
            if self._stopped():
                raise Unavailable("stopping")
            asked = self._account.piece
            try:
                piece = self._mailbox.piece(listed.uid, incoming.size, asked)
            except Unavailable:
                self._strike([listed.uid])
                raise
            incoming.write(piece)
            if len(head) < HEAD:
                head += piece[: HEAD - len(head)]
        return head

    def _origin(self, listed: Listed, head: bytes) -> ImapOrigin:
        return ImapOrigin(
            account=self._account.name,
            mailbox=self._mailbox.name,
            uidvalidity=self._mailbox.uidvalidity,
            uid=listed.uid,
            mail_from=return_path(head),
            rcpt_to=tuple(ForwardPath(address) for address in self._account.addresses),
            internal_date=listed.internal_date,
        )

    def _settle_all(self) -> None:
        while self._in_hand:
            self._settle(self._in_hand.popleft())

    def _settle(self, kept: list[tuple[Listed, Future[Kept]]]) -> None:
        wait([future for _, future in kept])
        failure: BaseException | None = None
        for listed, future in kept:
            if error := future.exception():
                failure = error
                continue
            self.taken += 1
            self._memory.strikes.pop(listed.uid, None)
            self._marks.append(listed)
        if failure is not None:
            raise failure
        self._mark()

    def _mark(self) -> None:
        """What is on disk is marked as the settings say; after one refusal the rest of this look is not tried."""
        marks, self._marks = self._marks, []
        after = self._account.after
        if self.trouble.startswith(("flag", "move")):
            return
        try:
            if after == "flag" and (unseen := [listed.uid for listed in marks if not listed.seen]):
                self._mailbox.mark_read(unseen)
            elif after.startswith("move:") and marks:
                self._mailbox.move([listed.uid for listed in marks], after.removeprefix("move:"))
        except Refused as refused:
            self.trouble = refused.cause
            _log.warning("not_marked", account=self._account.name, cause=refused.cause, count=len(marks))
            return
        self._memory.open.difference_update(listed.uid for listed in marks)

    def _leave(self, listed: Listed) -> None:
        self._memory.open.discard(listed.uid)
        self._memory.strikes.pop(listed.uid, None)
        if listed.uid not in self._memory.left:
            self._memory.left.add(listed.uid)
            if len(self._memory.left) <= _TOLD:
                _log.warning("too_large", account=self._account.name, uid=listed.uid, size=listed.size)

    def _unreadable(self, listed: Listed, cause: str) -> None:
        self.trouble = self.trouble or cause
        self._strike([listed.uid])
        _log.warning("unreadable", account=self._account.name, uid=listed.uid, cause=cause)

    def _strike(self, uids: Iterable[int]) -> None:
        for uid in uids:
            self._memory.strikes[uid] = self._memory.strikes.get(uid, 0) + 1
