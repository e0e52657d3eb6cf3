"""A loop in a thread of its own: works while there is work, else waits, and survives the world's troubles.

The world's trouble is Unavailable, and means trying again later.  Anything else is our bug: it is recorded by type and
place, and the loop goes on after a pause, so that one bug does not stop the part for good.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from store.errors import Unavailable, place_of

_log = structlog.get_logger("docbridge.parts")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0


class Loop:
    """Calls `work` until it is stopped; `work` returns whether it found something to do."""

    def __init__(self, name: str, work: Callable[[], bool], poll: float, longest_pause: float = _LONGEST_PAUSE) -> None:
        self.name = name
        self._longest_pause = longest_pause
        self.problem = ""  #: why the last round failed; "" = it did not
        self.last_success: datetime | None = None
        self._work = work
        self._poll = poll
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def wake(self) -> None:
        """There may be work now."""
        self._wake.set()

    def stop(self) -> None:
        """Ends after the round in hand."""
        self._stop.set()
        self._wake.set()

    def join(self, timeout: float) -> bool:
        """Waits for the end; False when it did not come in time."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Is the thread there?"""
        return self._thread.is_alive()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            self._wake.clear()
            try:
                busy = self._work()
            except Unavailable as unavailable:
                self.problem = unavailable.cause
                _log.warning("unavailable", part=self.name, cause=unavailable.cause)
            except Exception as error:  # noqa: BLE001  the border of the part: a bug is recorded and does not end it
                self.problem = f"{type(error).__name__} at {place_of(error)}"
                _log.error("bug", part=self.name, kind=type(error).__name__, place=place_of(error))
            else:
                pause = _FIRST_PAUSE
                self.problem = ""
                self.last_success = datetime.now(UTC)
                if not busy:
                    self._wake.wait(self._poll)
                continue
            self._stop.wait(pause)
            pause = min(self._longest_pause, pause * 2)
