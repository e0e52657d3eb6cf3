"""A peer in memory: a transport of asyncio without a socket, and the client behind it, in the clear or in TLS.

The door's own protocol and asyncio's own TLS work on it; only the operating system is left out, for the sake of
thousands of conversations a second.
"""

import asyncio
import ssl
from collections.abc import Callable

_TURNS = 20_000  # of the event loop, at most, until the door has done what is waited for


class Wire(asyncio.Transport):
    """The door's end."""

    _start_tls_compatible = True  # how asyncio's `start_tls` knows its own transports

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self._loop = loop
        self.protocol = protocol
        self.heard = bytearray()  #: what the door has said, and the client not yet taken
        self.paused = False
        self.closing = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        """The peer's address."""
        return ("192.0.2.9", 4711) if name == "peername" else default

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """TLS steps in between."""
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who hears what the client says."""
        return self.protocol

    def is_closing(self) -> bool:
        """Whether the door has gone."""
        return self.closing

    def close(self) -> None:
        """Go."""
        self.lose(None)

    def abort(self) -> None:
        """Go at once."""
        self.lose(None)

    def lose(self, error: Exception | None) -> None:
        """The line is cut."""
        if not self.closing:
            self.closing = True
            self._loop.call_soon(self.protocol.connection_lost, error)

    def _force_close(self, error: Exception | None) -> None:
        """As asyncio's TLS says it."""
        self.lose(error)

    def pause_reading(self) -> None:
        """Let the client wait."""
        self.paused = True

    def resume_reading(self) -> None:
        """Hear it again."""
        self.paused = False

    def is_reading(self) -> bool:
        """Whether the client is heard."""
        return not (self.paused or self.closing)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Say something."""
        if not self.closing:
            self.heard += data

    def can_write_eof(self) -> bool:
        """As TCP."""
        return True

    def write_eof(self) -> None:
        """Say no more."""

    def get_write_buffer_size(self) -> int:
        """The client takes everything at once."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There are none."""

    def feed(self, octets: bytes) -> None:
        """The client's octets arrive."""
        protocol = self.protocol
        if isinstance(protocol, asyncio.BufferedProtocol):
            while octets:
                room = protocol.get_buffer(len(octets))
                count = min(len(room), len(octets))  # type: ignore[arg-type]
                room[:count] = octets[:count]  # type: ignore[index]
                octets = octets[count:]
                protocol.buffer_updated(count)
        elif isinstance(protocol, asyncio.Protocol):
            protocol.data_received(octets)


class Client:
    """Says what it is told, and remembers both sides by layer."""

    def __init__(self, wire: Wire, trusting: ssl.SSLContext) -> None:
        self.wire = wire
        self.said = [bytearray()]
        self.heard = [bytearray()]
        self._plain = wire.protocol
        self._trusting = trusting
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    @property
    def over_tls(self) -> bool:
        """Whether it speaks TLS."""
        return self._tls is not None

    async def until(self, done: Callable[[], bool]) -> bool:
        """Let the door work until this holds, or it is gone."""
        for turn in range(_TURNS):
            self.listen()
            if done() or self.wire.closing:
                return done()
            await asyncio.sleep(0 if turn < 200 else 0.001)
        raise AssertionError("the door hangs")

    def listen(self) -> None:
        """Take what the door has said."""
        heard = bytes(self.wire.heard)
        self.wire.heard.clear()
        if self._tls is None:
            self.heard[-1] += heard
            return
        self._in.write(heard)
        try:
            while more := self._tls.read(65_536):
                self.heard[-1] += more
        except ssl.SSLError:  # nothing more yet, or a line that was broken
            pass

    async def say(self, octets: bytes) -> None:
        """One block, as soon as the door listens."""
        if not octets or not await self.until(lambda: not self.wire.paused):
            return
        if self._tls is not None:
            self._tls.write(octets)
            self.said[-1] += octets
            octets = self._out.read()
        elif self.wire.protocol is self._plain:
            self.said[-1] += octets
        self.wire.feed(octets)
        for _ in range(4):
            await asyncio.sleep(0)
        self.listen()

    async def shake_hands(self, idle: Callable[[], bool]) -> None:
        """TLS, if the door is ready for it once it has done what it was told."""
        if self._tls is not None:
            return
        await self.until(lambda: self.wire.protocol is not self._plain or idle())
        if self.wire.protocol is self._plain:
            return
        self.listen()
        tls = self._trusting.wrap_bio(self._in, self._out, server_hostname="localhost")
        for _ in range(50):
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self.wire.feed(self._out.read())
                await self._hear_in_handshake()
            except ssl.SSLError:
                return  # what was said before was no handshake
            else:
                self.wire.feed(self._out.read())
                self._tls = tls
                self.said.append(bytearray())
                self.heard.append(bytearray())
                return
            if self.wire.closing:
                return
        raise AssertionError("the handshake has no end")

    async def _hear_in_handshake(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
            if self.wire.heard:
                self._in.write(bytes(self.wire.heard))
                self.wire.heard.clear()
                return
