"""How many connections there are, in all and by address: who may come in."""

from collections import Counter

from smtp_in import replies
from smtp_in.settings import SmtpSettings
from store.reply import Reply


class Tally:
    """Counts connections; every `enter` that was let in is followed by one `leave`."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._by_address: Counter[str] = Counter()
        self._all = 0

    def enter(self, address: str) -> Reply | None:
        """None = counted and let in, else the refusal."""
        if self._all >= self._settings.max_connections:
            return replies.TOO_MANY_CONNECTIONS
        if self._by_address[address] >= self._settings.max_connections_per_address:
            return replies.TOO_MANY_FROM_YOU
        self._all += 1
        self._by_address[address] += 1
        return None

    def leave(self, address: str) -> None:
        """One connection less."""
        self._all -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
