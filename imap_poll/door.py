"""Every mailbox of every account, each watched on its own; an account's mailboxes share its credentials."""

import time

import structlog

from imap_poll.credentials import credentials_of
from imap_poll.port import StorePort
from imap_poll.settings import Account
from imap_poll.watcher import Watcher

_GRACE = 2.0  # seconds for what is in hand
_log = structlog.get_logger("docbridge.imap_poll")


class Door:
    """All accounts."""

    def __init__(self, accounts: tuple[Account, ...], store: StorePort) -> None:
        self.watchers = tuple(
            Watcher(account, mailbox, credentials, store)
            for account in accounts
            for credentials in (credentials_of(account),)
            for mailbox in dict.fromkeys(account.mailboxes)
        )

    def start(self) -> None:
        """Begins watching every mailbox."""
        for watcher in self.watchers:
            watcher.start()

    def stop(self, timeout: float = 20.0) -> None:
        """Ends every watcher after the messages in hand; whoever waits for a silent server is cut off from it."""
        for watcher in self.watchers:
            watcher.stop()
        self._join(_GRACE)
        for watcher in self.watchers:
            watcher.cut()
        self._join(timeout - _GRACE)
        for watcher in self.watchers:
            if not watcher.join(0):
                _log.warning("still_busy", account=watcher.account.name)

    def _join(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for watcher in self.watchers:
            watcher.join(max(0.0, end - time.monotonic()))
