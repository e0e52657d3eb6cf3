"""Whether there is room for another mail: on the disk, and in the queue of those that wait for the commit.

Asked before a mail is begun, so that the peer keeps it instead of sending it in vain (RFC 5321 section 4.5.3.1.9,
RFC 1870 section 6.2): what was begun may still end.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from smtp_in import replies
from smtp_in.settings import SmtpSettings
from store.reply import Reply


class Room:
    """Answers from memory; `look` asks the disk, off the event loop."""

    def __init__(self, settings: SmtpSettings, folder: Path, waiting: Callable[[], int]) -> None:
        """`folder`: where mails are kept. `waiting`: how many wait for the commit now."""
        self._settings = settings
        self._folder = folder
        self._waiting = waiting
        self._free = 0
        self.look()

    def look(self) -> None:
        """How much is free now. A disk that cannot be asked has no room."""
        try:
            self._free = shutil.disk_usage(self._folder).free
        except OSError:
            self._free = -1

    def __call__(self) -> Reply | None:
        """None = there is room, else what to say."""
        if self._free < self._settings.min_free_disk:
            return replies.DISK_FULL.because(f"{self._free} octets free")
        if self._settings.max_waiting and self._waiting() > self._settings.max_waiting:
            return replies.BUSY.because(f"{self._waiting()} wait")
        return None
