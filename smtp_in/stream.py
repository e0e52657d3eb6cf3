"""The octets of one connection, as lines while commands are spoken and as blocks while a mail arrives.

Promise: at most `HIGH` octets and one block of the transport wait here; beyond, the peer is held back by TCP. What a
peer sent behind a line stays for the next reader (PIPELINING, RFC 2920) unless it is dropped on purpose (STARTTLS).
asyncio's StreamReader would copy every block twice and has no way to drop or to look ahead in public.
"""

import asyncio

HIGH = 128 * 1024


class LineTooLongError(Exception):
    """The line went over the limit; it has been read to its end and dropped."""


class TimedOutError(Exception):
    """The peer was silent, or slow, for too long."""


class Stream:
    """Fed by the protocol's callbacks, read by the session's one task."""

    __slots__ = ("_at", "_buffer", "_ended", "_late", "_loop", "_paused", "_transport", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.ReadTransport | None = None
        self._buffer = b""
        self._at = 0  # octets of the buffer already read
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._late = False
        self._paused = False

    def attach(self, transport: asyncio.ReadTransport) -> None:
        """Say whom to hold back. After STARTTLS this is another transport."""
        self._transport = transport
        self._paused = False

    def feed(self, data: bytes) -> None:
        """The transport has read."""
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0
        self._wake()
        if len(self._buffer) > HIGH and not self._paused and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True

    def end(self) -> None:
        """The peer will send no more."""
        self._ended = True
        self._wake()

    def expire(self) -> None:
        """The reader has waited long enough."""
        self._late = True
        self._wake()

    def forgive(self) -> None:
        """Go on after `expire`."""
        self._late = False

    def clear(self) -> None:
        """Drop what is waiting: plaintext sent before a TLS handshake is anyone's (CVE-2024-34083)."""
        self._buffer, self._at = b"", 0

    def unread(self, rest: bytes) -> None:
        """Give back what belongs to the next reader."""
        if rest:
            self._buffer, self._at = rest + self._buffer[self._at :], 0

    async def line(self, limit: int) -> bytes:
        """The next line with its end, whatever that is.

        Raises:
            LineTooLongError: it was longer than `limit`.
            TimedOutError: `expire` was called.
            EOFError: the peer ended first.
        """
        too_long = False
        looked = self._at
        while (end := self._buffer.find(b"\n", looked)) < 0:
            if len(self._buffer) - self._at > limit:
                too_long = True
                self.clear()
            waiting = len(self._buffer) - self._at
            await self._more()
            looked = self._at + waiting
        line = self._buffer[self._at : end + 1]
        self._at = end + 1
        if too_long or len(line) > limit:
            raise LineTooLongError
        return line

    async def block(self, most: int = 0) -> bytes:
        """The octets that are there, at least one, at most `most` (0 = all).

        Raises:
            TimedOutError: `expire` was called.
            EOFError: the peer ended first.
        """
        while self._at >= len(self._buffer):
            await self._more()
        if self._at == 0 and (not most or most >= len(self._buffer)):
            block, self._buffer = self._buffer, b""
            return block
        block = self._buffer[self._at : self._at + most] if most else self._buffer[self._at :]
        self._at += len(block)
        return block

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _more(self) -> None:
        """Wait until something was fed."""
        if self._late:
            raise TimedOutError
        if self._ended:
            raise EOFError
        if self._paused and self._transport is not None:
            self._transport.resume_reading()
            self._paused = False
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if self._late:
            raise TimedOutError
