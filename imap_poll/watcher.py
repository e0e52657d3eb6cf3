"""One mailbox watched by a thread and a connection of its own, so that one that fails delays no other.

Promise: new mail is looked for at least every `poll`, and at once where the server can tell of it (IDLE); a failure
costs a pause that doubles, with jitter; a server that is dead is known within a minute; `stop` ends it promptly.
"""

import random
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import structlog

from imap_poll.credentials import Credentials
from imap_poll.mailbox import Mailbox
from imap_poll.port import StorePort
from imap_poll.reading import Look, Reading
from imap_poll.session import LoginRefused, Session, connected
from imap_poll.settings import Account
from store.errors import Unavailable, place_of

_log = structlog.get_logger("docbridge.imap_poll")
_LONGEST_WAIT = 60.0
_LONGEST_REFUSED = 300.0  # where the password is wrong: servers lock out who asks often
_REARM = 540.0  # seconds in IDLE at most: RFC 2177 says 29 minutes, Gmail ends it after about 10, some NATs sooner
#: Seconds until the mailbox is opened anew.  Only that shows another UIDVALIDITY: Dovecot goes on to show the old state
#: of a mailbox that was deleted and made anew to whoever has it open.
_SELECT_ANEW = 45.0
_CALM = 5.0  # seconds between two looks at most, where a server tells again and again of nothing


@dataclass(slots=True)
class Health:
    """How a mailbox is doing, for health and doctor.  Written by its thread alone."""

    doing: Literal["connecting", "reading", "idle", "polling", "waiting", "ended"] = "connecting"
    last_success: datetime | None = None
    failures: int = 0  #: in a row
    problem: str = ""  #: why the last look failed; "" = it did not
    trouble: str = ""  #: why messages stay unmarked or unread, though the look went well
    open: int = 0  #: messages that are tried again
    left: int = 0  #: messages that stay there as too large

    @property
    def says(self) -> str:
        """In one line: "ok", or what is wrong."""
        return self.problem or self.trouble or "ok"


def pause(failures: int, *, refused: bool) -> float:
    """Seconds until the next attempt: one, doubled for each failure in a row, with jitter."""
    longest = _LONGEST_REFUSED if refused else _LONGEST_WAIT
    wait = min(longest, 2.0 ** min(max(0, failures - 1), 10))
    return float(wait * random.uniform(0.5, 1.0))  # noqa: S311  jitter, not a secret


class Watcher:
    """Watches one mailbox of one account."""

    def __init__(self, account: Account, mailbox: str, credentials: Credentials, store: StorePort) -> None:
        self.account = account
        self.mailbox = mailbox
        self.health = Health()
        self._credentials = credentials
        self._stop = threading.Event()
        self._reading = Reading(account, mailbox, store, self._stop.is_set)
        self._session: Session | None = None
        self._refused = False
        self._thread = threading.Thread(target=self._run, name=f"imap-{self.name}", daemon=True)

    @property
    def name(self) -> str:
        """Account and mailbox."""
        return f"{self.account.name}/{self.mailbox}"

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the messages in hand."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Waits for the end; False when it did not come in time."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def cut(self) -> None:
        """Ends the line: a server may be silent for long.  Harmless at any moment."""
        if (session := self._session) is not None:
            session.cut()

    def round(self) -> int:
        """One connection, one look.  Returns how many messages were taken.

        Raises:
            Unavailable: server, disk or database cannot; what was kept so far is kept.
        """
        with connected(self.account, self._credentials) as session:
            return self._look(self._opened(session)).taken

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.health.doing = "connecting"
                self._watch()
            except Unavailable as unavailable:
                self._failed(unavailable.cause, isinstance(unavailable, LoginRefused))
            except Exception as bug:  # noqa: BLE001  the border of the thread: a bug must not end the mailbox for good
                self._failed(f"a bug of ours: {type(bug).__name__} at {place_of(bug)}", refused=False)
            finally:
                self._session = None
            if not self._stop.is_set():
                self.health.doing = "waiting"
                self._stop.wait(pause(self.health.failures, refused=self._refused))
        self.health.doing = "ended"
        try:
            self._reading.write()
        except Unavailable as unavailable:  # it saves traffic and nothing else
            _log.warning("bookmark_not_written", account=self.account.name, cause=unavailable.cause)

    def _failed(self, cause: str, refused: bool) -> None:
        if self._stop.is_set():
            return
        self._refused = refused
        self.health.failures += 1
        self.health.problem = cause
        name, failures = self.account.name, self.health.failures
        _log.warning("mailbox_failed", account=name, mailbox=self.mailbox, cause=cause, failures=failures)

    def _watch(self) -> None:
        """Looks and waits on one connection until it breaks or we are to stop."""
        with connected(self.account, self._credentials) as session:
            self._session = session
            mailbox = self._opened(session)
            idles = self.account.idle and session.has("IDLE")
            selected = time.monotonic()
            idle_looks = 0  # that brought nothing though the server had told of something
            woken = False
            while not self._stop.is_set():
                if time.monotonic() - selected > _SELECT_ANEW:
                    mailbox.select()
                    self._reading.resume(mailbox)
                    selected = time.monotonic()
                look = self._look(mailbox)
                idle_looks = idle_looks + 1 if woken and not look.taken else 0
                # A person who reads the mailbox is told of too; a hostile server tells without end.
                self._stop.wait(min(_CALM, 0.02 * 2.0 ** min(idle_looks, 10)) if idle_looks else 0)
                woken = self._wait(mailbox, idles)

    def _wait(self, mailbox: Mailbox, idles: bool) -> bool:
        seconds = self.account.poll.total_seconds()
        if idles:
            self.health.doing = "idle"
            return mailbox.wait(min(seconds, _REARM), self._stop.is_set)
        self.health.doing = "polling"
        if not self._stop.wait(seconds):
            mailbox.refresh()
        return False

    def _opened(self, session: Session) -> Mailbox:
        mailbox = Mailbox(session, self.mailbox, read_only=self.account.after == "keep")
        self._reading.begin(mailbox)
        return mailbox

    def _look(self, mailbox: Mailbox) -> Look:
        self.health.doing = "reading"
        look = self._reading.look(mailbox)
        self._refused = False
        self.health.failures = 0
        self.health.problem = ""
        self.health.trouble = look.trouble
        self.health.open, self.health.left = self._reading.open, self._reading.left
        self.health.last_success = datetime.now(UTC)
        return look
