"""Whether there is room for another mail: on the disk, in memory, and in the queues for the commit and the judging.

Asked before a mail is begun, so that the peer keeps it instead of sending it in vain (RFC 5321 section 4.5.3.1.9,
RFC 1870 section 6.2): what was begun may still end.
"""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from smtp_in import memory, replies
from smtp_in.settings import SmtpSettings
from store.errors import Unavailable
from store.reply import Reply


class Room:
    """Answers from what it knows; `look` asks the system, off the event loop."""

    def __init__(
        self,
        settings: SmtpSettings,
        folder: Path,
        waiting: Callable[[], int],
        to_judge: Callable[[int], int] = lambda most: 0,
    ) -> None:
        """Look once.

        Args:
            settings: the limits.
            folder: where mails are kept.
            waiting: how many wait for the commit now; from memory.
            to_judge: how many wait to be judged, counted up to so many.
        """
        self._settings = settings
        self._folder = folder
        self._waiting = waiting
        self._to_judge = to_judge
        self._unjudged = 0
        self._free = 0
        self._memory: int | None = None
        self.look()

    def look(self) -> None:
        """How much is free now. A disk that cannot be asked has no room; of memory only what is known counts."""
        self._memory = memory.available()
        if self._settings.max_to_judge:
            with contextlib.suppress(Unavailable):  # then no mail can be kept either, which is said with more reason
                self._unjudged = self._to_judge(self._settings.max_to_judge + 1)
        try:
            self._free = shutil.disk_usage(self._folder).free
        except OSError:
            self._free = -1

    def __call__(self) -> Reply | None:
        """None = there is room, else what to say."""
        if self._free < self._settings.min_free_disk:
            return replies.DISK_FULL.because(f"{self._free} octets free")
        if self._memory is not None and self._memory < self._settings.min_free_memory:
            return replies.NO_MEMORY.because(f"{self._memory} octets of memory free")
        if self._settings.max_waiting and self._waiting() > self._settings.max_waiting:
            return replies.BUSY.because(f"{self._waiting()} wait")
        if self._settings.max_to_judge and self._unjudged > self._settings.max_to_judge:
            return replies.QUEUE_FULL.because(f"{self._unjudged} or more to be judged")
        return None
