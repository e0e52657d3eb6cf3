"""The mail's octets on their way to the store, by DATA or by BDAT.

Promise: memory stays flat whatever the peer sends; the first thing that is wrong frees what was kept, and the rest is
read and dropped, because the refusal can only be said when the peer listens (RFC 5321 section 4.2.5).
"""

from smtp_in import replies
from smtp_in.lines import LineRule
from store.errors import Unavailable
from store.incoming import Incoming
from store.reply import Reply

#: How much more than max_size is read and dropped before the connection is cut instead.
_PATIENCE = 10


class Body:
    """One mail being received. `discard` it unless it was kept."""

    __slots__ = ("_lines", "_max_size", "_refusal", "begun", "incoming", "received")

    def __init__(self, incoming: Incoming, max_size: int, max_line: int, begun: float) -> None:
        self.incoming = incoming
        self.begun = begun  #: when, on the event loop's clock
        self._max_size = max_size
        self._lines = LineRule(max_line)
        self._refusal: Reply | None = None
        self.received = 0  #: octets of the mail, kept or dropped

    @property
    def endless(self) -> bool:
        """So far beyond the limit that nobody sends it by mistake."""
        return self.received > _PATIENCE * self._max_size

    @property
    def refusal(self) -> Reply | None:
        """What is known to be wrong while octets still come."""
        return self._refusal

    def write(self, content: bytes) -> None:
        """Take the next octets."""
        self.received += len(content)
        if self._refusal is not None:
            return
        if self.received > self._max_size:
            self.refuse(replies.TOO_LARGE)
            return
        self._lines.feed(content)
        if self._lines.too_long:
            self.refuse(replies.MAIL_LINE_TOO_LONG)
            return
        try:
            self.incoming.write(content)
        except Unavailable as away:
            self.refuse(replies.TRY_LATER.because(away.cause))

    def close(self) -> Reply | None:
        """All octets are here: why the mail is refused, or None when it may be kept."""
        if self._refusal is None and self._lines.bare():
            self.refuse(replies.BARE_LINE_END)
        return self._refusal

    def discard(self) -> None:
        """Keep nothing."""
        self.incoming.discard()

    def refuse(self, reply: Reply) -> None:
        """Whatever comes now is dropped."""
        self._refusal = reply
        self.incoming.discard()
