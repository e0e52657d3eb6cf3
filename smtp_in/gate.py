"""A listener for peers with whom something comes before the greeting: a PROXY header, a TLS handshake, or both.

Both must be over before the protocol sees an octet, and the header must be read to its last octet and no further, as
what follows may be the handshake: so the socket is accepted, and read, here, and becomes a transport afterwards.

Promise: whoever waits here is in the roster, has a deadline, and is let go when the service stops.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

import structlog

from smtp_in import proxy_header
from smtp_in.connection import Connection
from smtp_in.entrance import Entrance
from smtp_in.given import Given
from smtp_in.roster import Roster

_log = structlog.get_logger("docbridge.smtp_in")

_BACKLOG = 512
_OUT_OF_HANDLES = 1.0  # seconds until accepting is tried again
_NEVER = float("inf")

Network = IPv4Network | IPv6Network
#: A session for the peer of this address; the callable is to be called when it takes over.
Make = Callable[[str, Callable[[], None]], Connection]


class _Visitor:
    """A peer between the listener and the greeting: a guest of the roster."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.task: asyncio.Task[None] | None = None

    def expire(self) -> None:
        """Let it go."""
        self.deadline = _NEVER
        if self.task is not None:
            self.task.cancel()

    def wind_up(self) -> None:
        """It has no mail in hand yet."""
        self.expire()


class Gate:
    """One entrance. `close` ends the listening; who is on the way in stays in the roster."""

    def __init__(
        self, given: Given, roster: Roster, entrance: Entrance, proxies: Sequence[Network], make: Make
    ) -> None:
        self._given = given
        self._roster = roster
        self._secure = entrance.secure
        self._entrance = entrance
        self._proxies = proxies
        self._make = make
        self._accepting: list[asyncio.Task[None]] = []
        self.sockets: list[socket.socket] = []  #: that listen

    async def open(self) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        host, port = self._entrance.host or None, self._entrance.port
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        try:
            for family, _, _, _, address in dict.fromkeys(infos):
                self.sockets.append(_listener(family, address))
        except OSError:
            self.close()
            raise
        self._accepting = [asyncio.create_task(self._accept(listener)) for listener in self.sockets]

    def close(self) -> None:
        """Accept nobody any more."""
        for task in self._accepting:
            task.cancel()
        for listener in self.sockets:
            listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, address = await loop.sock_accept(listener)
            except OSError as failed:  # no file handle left, or the peer has gone again
                _log.warning("smtp.not_accepted", cause=type(failed).__name__, errno=failed.errno)
                await asyncio.sleep(_OUT_OF_HANDLES)
                continue
            visitor = _Visitor(loop.time() + self._given.settings.proxy_timeout.total_seconds())
            peer = str(address[0])
            if self._roster.enter(visitor, None) is not None and (self._secure or self._is_proxy(peer)):
                self._roster.leave(visitor)
                client.close()  # not worth a handshake, nor waiting for a header; else the session says why
                continue
            visitor.task = asyncio.create_task(self._let_in(visitor, client, peer))

    async def _let_in(self, visitor: _Visitor, client: socket.socket, peer: str) -> None:
        """Until a session has taken over, or the socket is closed."""
        loop = asyncio.get_running_loop()
        ours = True
        try:
            if self._is_proxy(peer):
                peer = await self._told(client) or peer
            certificate = self._given.certificate if self._secure else None
            if self._secure:
                self._roster.leave(visitor)
                refusal = self._roster.enter(visitor, peer)
                if refusal is not None:
                    _log.info("smtp.ended", peer=peer, code=refusal.code, enhanced=refusal.enhanced, cause=refusal.text)
                    return
            visitor.deadline = _NEVER  # a handshake has its own
            session = self._make(peer, lambda: self._roster.leave(visitor))
            ours = False
            await loop.connect_accepted_socket(
                lambda: session,
                client,
                ssl=certificate.context if certificate is not None else None,
                ssl_handshake_timeout=(
                    self._given.settings.handshake_timeout.total_seconds() if certificate is not None else None
                ),
            )
        except proxy_header.BadHeaderError as bad:
            _log.info("smtp.proxy_malformed", peer=peer, cause=str(bad))
        except EOFError:
            _log.debug("smtp.proxy_gone", peer=peer)  # a balancer that looks whether the port answers
        except OSError as failed:  # ssl.SSLError, a reset and the handshake's time-out are such
            _log.info("smtp.tls_failed", peer=peer, cause=type(failed).__name__)
        except asyncio.CancelledError:
            _log.info("smtp.not_let_in", peer=peer)  # too slow, or the service stops: see `_Visitor.expire`
        finally:
            if ours:
                client.close()
            self._roster.leave(visitor)

    def _is_proxy(self, peer: str) -> bool:
        address = ip_address(peer.partition("%")[0])
        return any(address in network for network in self._proxies)

    async def _told(self, client: socket.socket) -> str | None:
        """Whom the proxy speaks for."""
        loop = asyncio.get_running_loop()

        async def exactly(octets: int) -> bytes:
            read = b""
            while len(read) < octets:
                more = await loop.sock_recv(client, octets - len(read))
                if not more:
                    raise EOFError
                read += more
            return read

        return await proxy_header.read(exactly)


def _listener(family: int, address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> socket.socket:
    """As asyncio's servers have it: the address may be had again at once, IPv6 is IPv6 alone."""
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError:
        with contextlib.suppress(OSError):
            made.close()
        raise
    return made
