"""An SMTP connection once it is open: commands go out together, replies are read in order, large data waits its turn.

The client library connects, greets, encrypts and logs in; its own protocol then makes way for this one, because it
drops what is said while nobody asks, which pipelining (RFC 2920) needs, and passes each octet of a message through
three regular expressions.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import cast

_LONGEST_REPLY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """One reply, its lines joined by LF."""

    code: int
    text: str


class NotUnderstoodError(Exception):
    """What the peer said is no reply of RFC 5321 section 4.2."""


class Wire(asyncio.Protocol):
    """The connection of one conversation."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Take over `transport`."""
        self._transport = transport
        self._heard = bytearray()
        self._lines: list[str] = []
        self._said: deque[Said | Exception] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._lost = False
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """Is the connection there, as far as is known?"""
        return not self._lost and not self._transport.is_closing()

    @property
    def spoken(self) -> bool:
        """Has the peer said something that nobody has read, or gone?"""
        return bool(self._said) or not self.open

    def write(self, octets: bytes) -> None:
        """Send; what the peer does not take waits in memory, see `drained`.

        Raises:
            ConnectionResetError: the connection is gone.
        """
        if not self.open:
            raise ConnectionResetError("connection lost")
        self._transport.write(octets)

    async def drained(self) -> None:
        """Wait until the peer has taken most of what was written, or says something instead."""
        if self._room is not None and not self._said:
            await self._wait(self._room)

    async def reply(self, limit: float) -> Said:
        """The next reply, waited for at most so many seconds.

        Raises:
            TimeoutError: it did not come in time.
            NotUnderstoodError: it is none.
            ConnectionResetError: the connection ended before it.
        """
        if not self._said:
            async with asyncio.timeout(limit):
                await self._heard_something()
        said = self._said.popleft()
        if isinstance(said, Exception):
            raise said
        return said

    async def _heard_something(self) -> None:
        while not self._said:
            if self._lost:
                raise ConnectionResetError("connection lost")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def abort(self) -> None:
        """Close now."""
        abort(self._transport)

    async def _wait(self, room: "asyncio.Future[None]") -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await asyncio.wait({room, self._waiter}, return_when=asyncio.FIRST_COMPLETED)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Cut what came into replies."""
        self._heard += data
        while (end := self._heard.find(b"\n")) >= 0:
            line = bytes(self._heard[:end]).rstrip(b"\r")
            del self._heard[: end + 1]
            self._line(line)
        if len(self._heard) + sum(map(len, self._lines)) > _LONGEST_REPLY:
            self._said.append(NotUnderstoodError("a reply without end"))
            self._heard.clear()
            self._transport.abort()
        if self._said:
            self._wake()

    def _line(self, line: bytes) -> None:
        if not (line[:3].isdigit() and line[3:4] in (b" ", b"-", b"") and len(line[:3]) == 3):
            self._said.append(NotUnderstoodError("no reply code"))
            self._lines.clear()
            return
        self._lines.append(line[4:].decode("utf-8", "replace").strip())
        if line[3:4] != b"-":
            self._said.append(Said(int(line[:3]), "\n".join(self._lines)))
            self._lines.clear()

    def eof_received(self) -> bool:
        """The peer closes: so do we."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody will say anything any more."""
        self._lost = True
        self.resume_writing()
        self._wake()

    def pause_writing(self) -> None:
        """The peer takes no more just now."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It does again."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)


def taken_over(transport: asyncio.BaseTransport | None) -> Wire:
    """The wire of a connection that the client library has opened.

    Raises:
        ConnectionResetError: it is gone already.
    """
    if transport is None or transport.is_closing():
        raise ConnectionResetError("connection lost")
    # Not asked by isinstance: uvloop's transports have asyncio's methods, not its classes.
    return Wire(cast("asyncio.Transport", transport))


def abort(transport: asyncio.BaseTransport | None) -> None:
    """Close now: `close` waits for a peer who may never read what is still to be written, or end TLS in form."""
    if transport is not None:
        cast("asyncio.Transport", transport).abort()
