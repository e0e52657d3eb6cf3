"""SQLite's log is brought into its file beside the commits, not within one of them, where everybody would wait for it.

https://www.sqlite.org/wal.html section 3.3.  A commit still does it when the log has grown to `wal_autocheckpoint`
pages: only there can the log begin anew under load, and then little is left to do.
"""

import threading
from collections.abc import Callable

import structlog

from store.connection import Database
from store.errors import Unavailable

_log = structlog.get_logger("docbridge.store")

_EVERY = 0.25  # seconds
_WORTH = 8  # commits


class Checkpoints:
    """A thread from `start` to `stop`; on PostgreSQL, nothing."""

    def __init__(self, db: Database, commits: Callable[[], int]) -> None:
        """`commits`: how many there have been."""
        self._db = db
        self._commits = commits
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self._db.dialect == "sqlite":
            self._over.clear()
            self._thread = threading.Thread(target=self._run, name="docbridge-checkpoints", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; one under way is finished."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        done = self._commits()
        while not self._over.wait(_EVERY):
            commits = self._commits()
            if commits - done < _WORTH:
                continue
            done = commits
            try:
                self._db.checkpoint()
            except Unavailable as unavailable:  # whoever commits next is told the same
                _log.warning("checkpoint.failed", cause=unavailable.cause)
