"""The mail's octets on their way to the store, by DATA or by BDAT.

Promise: memory stays flat whatever the peer sends; the first thing that is wrong frees what was kept, and the rest is
read and dropped, because the refusal can only be said when the peer listens (RFC 5321 section 4.2.5).
"""

import asyncio

from smtp_in import replies
from smtp_in.given import Glance
from smtp_in.lines import LineRule
from store.errors import Unavailable
from store.incoming import Incoming
from store.reply import Reply

#: How much more than max_size is read and dropped before the connection is cut instead.
_PATIENCE = 10


class Body:
    """One mail being received. `discard` it unless it was kept."""

    __slots__ = ("_glance", "_lines", "_max_size", "_most", "_refusal", "begun", "incoming", "received")

    def __init__(
        self, incoming: Incoming, max_size: int, most: int, max_line: int, begun: float, glance: Glance | None = None
    ) -> None:
        """`max_size`: for the recipients of this mail; `most`: for anybody."""
        self.incoming = incoming
        self._most = most
        self._glance = glance
        self.begun = begun  #: when, on the event loop's clock
        self._max_size = max_size
        self._lines = LineRule(max_line)
        self._refusal: Reply | None = None
        self.received = 0  #: octets of the mail, kept or dropped

    @property
    def endless(self) -> bool:
        """So far beyond the limit that nobody sends it by mistake."""
        return self.received > _PATIENCE * self._most

    @property
    def suspect(self) -> bool:
        """Worth a look before it is kept."""
        return self._glance is not None and self._glance.aroused

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
            self.refuse(replies.TOO_LARGE if self._max_size == self._most else replies.TOO_LARGE_FOR_RECIPIENT)
            return
        self._lines.feed(content)
        if self._lines.too_long:
            self.refuse(replies.MAIL_LINE_TOO_LONG)
            return
        if self._glance is not None:
            self._glance.feed(content)
        try:
            self.incoming.write(content)
        except Unavailable as away:
            self.refuse(replies.TRY_LATER.because(away.cause))

    @property
    def heavy(self) -> bool:
        """So much waits in memory that it should be relieved."""
        return self.incoming.heavy

    async def relieve(self) -> None:
        """Bring what waits to the disk, off the event loop; meanwhile TCP holds the peer back."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.incoming.relieve)
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
