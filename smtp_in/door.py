"""The SMTP door: listens, lets peers in, and closes without dropping a mail that is in hand."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime

from smtp_in import tls
from smtp_in.given import Given, Keep, MayReceive
from smtp_in.pace import Pace
from smtp_in.roster import Roster
from smtp_in.session import Session
from smtp_in.settings import SmtpSettings
from store.incoming import Incoming

_TICK = 0.5  # seconds between two looks at the deadlines
_BACKLOG = 512


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Door:
    """One listener for each address of the settings. Runs on the event loop that `start` is awaited in (uvloop)."""

    def __init__(
        self,
        settings: SmtpSettings,
        may_receive: MayReceive,
        keep: Keep,
        incoming: Callable[[], Incoming],
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Nothing is opened yet but the certificate.

        Raises:
            OSError: the certificate or its key cannot be read.
        """
        secure = None
        if settings.tls_certificate is not None and settings.tls_key is not None:
            secure = tls.context(settings.tls_certificate, settings.tls_key)
        hostname = settings.hostname or socket.getfqdn()
        self._given = Given(settings, may_receive, keep, incoming, now, hostname, Pace.of(settings), secure)
        self._roster = Roster(settings)
        self._servers: list[asyncio.Server] = []
        self._clock: asyncio.Task[None] | None = None

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens, with the real ports where the settings say 0."""
        found = (listener.getsockname() for server in self._servers for listener in server.sockets)
        return tuple((str(name[0]), int(name[1])) for name in found)

    @property
    def connections(self) -> int:
        """How many peers are connected."""
        return len(self._roster)

    async def start(self) -> None:
        """Listen on every address; when it returns, peers are served.

        Raises:
            OSError: an address cannot be had. None is listened on then.
            ValueError: an address is not host:port.
        """
        loop = asyncio.get_running_loop()

        def session() -> Session:
            return Session(self._given, self._roster, loop)

        try:
            for listen in self._given.settings.listen:
                host, port = host_and_port(listen)
                self._servers.append(await loop.create_server(session, host, port, backlog=_BACKLOG))
        except OSError:
            self._close()
            raise
        self._clock = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Take no new peers, let mails in hand arrive for `stop_timeout`, then end all connections."""
        self._close()
        self._roster.wind_up()
        patience = self._given.settings.stop_timeout.total_seconds()
        if not await self._empty(patience):
            self._roster.expire(float("inf"))  # 421 to those still sending; one that is being kept still gets its 250
            await self._empty(patience + 5.0)
        if self._clock is not None:
            self._clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clock

    def _close(self) -> None:
        for server in self._servers:
            server.close()

    async def _empty(self, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._roster.empty.wait(), within)
        return self._roster.empty.is_set()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            self._roster.expire(loop.time())


def host_and_port(text: str) -> tuple[str, int]:
    """ "127.0.0.1:2525" or "[::1]:2525", taken apart.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"not host:port: {text}")
    return host.removeprefix("[").removesuffix("]"), int(port)
