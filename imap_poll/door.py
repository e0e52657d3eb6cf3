"""Takes mail from the accounts' mailboxes: each account in a thread of its own, so that one that fails delays no other.

Promise: a message is flagged or moved only after `keep` has returned, that is when it is on disk; what was taken before
a crash is recognised by account, mailbox, UIDVALIDITY and UID, and by its SHA-256 where those have changed; an action
that did not stick is tried again on the next round.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import compat32
from typing import Protocol

import structlog

from imap_poll.mailbox import Listed, Mailbox, connected, selected
from imap_poll.settings import Account
from store.errors import Unavailable
from store.mail import ForwardPath, ImapOrigin

_log = structlog.get_logger("docbridge.imap_poll")
_LONGEST_WAIT = 300.0
_HEAD = (
    262_144  # octets of the head in which Return-Path is looked for: the first header field when the server wrote it
)


class Incoming(Protocol):
    """Bytes on their way into the store."""

    def write(self, data: bytes, /) -> None:
        """Takes the next octets."""

    def discard(self) -> None:
        """Forgets them."""


@dataclass(frozen=True, slots=True)
class StorePort:
    """What the door needs of the store."""

    incoming: Callable[[], Incoming]
    keep: Callable[[Incoming, ImapOrigin, datetime], object]  #: returns when on disk; raises Unavailable
    taken: Callable[[str, str, int], frozenset[int]]  #: account, mailbox, UIDVALIDITY -> UIDs on disk already


@dataclass(slots=True)
class Health:
    """How an account is doing, for health and doctor."""

    last_success: datetime | None = None
    failures: int = 0  #: in a row
    problem: str = ""  #: why the last round failed; "" = it did not
    left: dict[str, int] = field(default_factory=dict)  #: mailbox -> messages left there as too large


class AccountPoller:
    """Reads one account, round after round."""

    def __init__(self, account: Account, store: StorePort) -> None:
        self.account = account
        self.health = Health()
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"imap-{account.name}", daemon=True)
        self._highest: dict[tuple[str, int], int] = {}

    def start(self) -> None:
        """Begins polling."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the message in hand."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Waits for the end, at most `timeout` seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.round()
            except Unavailable as unavailable:
                self._failed(unavailable.cause)
            except Exception as bug:  # noqa: BLE001  the border of the thread: a bug must not end the account for good
                trace = bug.__traceback__
                while trace and trace.tb_next:
                    trace = trace.tb_next
                place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
                self._failed(f"a bug of ours: {type(bug).__name__} at {place}")
            else:
                self.health.failures = 0
                self.health.problem = ""
                self.health.last_success = datetime.now(UTC)
            self._stop.wait(self._pause())

    def _failed(self, cause: str) -> None:
        self.health.failures += 1
        self.health.problem = cause
        self._highest.clear()
        _log.warning("account_failed", account=self.account.name, cause=cause, failures=self.health.failures)

    def _pause(self) -> float:
        """Seconds until the next round: the poll time, doubled for each failure in a row, with jitter."""
        base = self.account.poll.total_seconds()
        if not self.health.failures:
            return base
        wait = min(_LONGEST_WAIT, max(1.0, base) * 2 ** min(self.health.failures, 8))
        return float(wait * random.uniform(0.5, 1.0))  # noqa: S311  jitter, not a secret

    def round(self) -> int:
        """One look at every mailbox of the account.  Returns how many messages were taken.

        Raises:
            Unavailable: server, disk or database cannot; what was kept so far is kept.
        """
        try:
            password = self.account.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Unavailable(f"password file: {error.strerror}") from error
        count = 0
        with connected(self.account, password) as client:
            for name in self.account.mailboxes:
                count += self._read(selected(client, name))
        return count

    def _read(self, mailbox: Mailbox) -> int:
        key = (mailbox.name, mailbox.uidvalidity)
        above = self._highest.get(key, 0)
        taken = self._store.taken(self.account.name, mailbox.name, mailbox.uidvalidity)
        count, highest, too_large = 0, above, 0
        for listed in mailbox.listing(above):
            if self._stop.is_set():
                return count
            if listed.uid not in taken:
                if listed.size > self.account.max_size:
                    too_large += 1
                    _log.warning("too_large", account=self.account.name, uid=listed.uid, size=listed.size)
                    continue
                self._take(mailbox, listed)
                count += 1
            self._mark(mailbox, listed)
            highest = max(highest, listed.uid)
        # Only now: a round that broke off lists from the same place again.
        self._highest[key] = highest
        self.health.left[mailbox.name] = too_large + (self.health.left.get(mailbox.name, 0) if above else 0)
        return count

    def _take(self, mailbox: Mailbox, listed: Listed) -> None:
        incoming = self._store.incoming()
        head = b""
        try:
            for piece in mailbox.pieces(listed.uid, listed.size, self.account.piece):
                incoming.write(piece)
                if len(head) < _HEAD:
                    head += piece[: _HEAD - len(head)]
        except Unavailable:
            incoming.discard()
            raise
        origin = ImapOrigin(
            account=self.account.name,
            mailbox=mailbox.name,
            uidvalidity=mailbox.uidvalidity,
            uid=listed.uid,
            mail_from=return_path(head),
            rcpt_to=tuple(ForwardPath(address) for address in self.account.addresses),
            internal_date=listed.internal_date,
        )
        self._store.keep(incoming, origin, datetime.now(UTC))

    def _mark(self, mailbox: Mailbox, listed: Listed) -> None:
        if self.account.after == "flag":
            if not listed.seen:
                mailbox.mark_read(listed.uid)
        elif self.account.after.startswith("move:"):
            mailbox.move(listed.uid, self.account.after.removeprefix("move:"))


def return_path(head: bytes) -> str:
    """The address in the topmost Return-Path, which the delivering server wrote (RFC 5321 section 4.4); "" when none.

    Only a field of the first header block above every Received counts: one below came with the mail.
    """
    block = head.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    message = message_from_bytes(block + b"\n\n", policy=compat32)
    for name, value in message.raw_items():
        if name.lower() == "return-path":
            text = str(value).strip()
            return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text
        if name.lower() == "received":
            break
    return ""


class Door:
    """All accounts."""

    def __init__(self, accounts: tuple[Account, ...], store: StorePort) -> None:
        self.pollers = tuple(AccountPoller(account, store) for account in accounts)

    def start(self) -> None:
        """Begins polling every account."""
        for poller in self.pollers:
            poller.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Ends every account after the message in hand."""
        for poller in self.pollers:
            poller.stop()
        for poller in self.pollers:
            poller.join(timeout)
