"""The SMTP door: listens, lets peers in, and closes without dropping a mail that is in hand."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network

from smtp_in.certificate import Certificate
from smtp_in.entrance import Entrance, entrances
from smtp_in.gate import Gate
from smtp_in.given import Given, HasRoom, Keep, Look, MayReceive
from smtp_in.lmtp import LmtpSession
from smtp_in.pace import Pace
from smtp_in.rates import Rates
from smtp_in.roster import Roster
from smtp_in.session import Session
from smtp_in.settings import SmtpSettings
from smtp_in.sizes import Sizes
from smtp_in.users import Users
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
        room: HasRoom = lambda: None,
        look: Look | None = None,
    ) -> None:
        """Nothing is opened yet but the certificate and the users' file.

        Raises:
            OSError: the certificate or its key cannot be read, or the users' file is not as it must be.
        """
        self._certificate = Certificate.of(settings)
        self._users = Users.of(settings)
        self._given = Given(
            settings=settings,
            may_receive=may_receive,
            keep=keep,
            incoming=incoming,
            now=now,
            hostname=settings.hostname or socket.getfqdn(),
            pace=Pace.of(settings),
            certificate=self._certificate,
            users=self._users,
            rates=Rates(settings),
            room=room,
            sizes=Sizes(settings),
            look=look,
        )
        self._roster = Roster(settings)
        self._servers: list[asyncio.Server | Gate] = []
        self._proxies = tuple(ip_network(network) for network in settings.proxy_from)
        self._tasks: list[asyncio.Task[None]] = []

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

        try:
            for entrance in entrances(self._given.settings):
                self._servers.append(await self._open(entrance, loop))
        except OSError:
            self._close()
            raise
        self._tasks += [asyncio.create_task(self._watch()), asyncio.create_task(self._reload())]

    async def _open(self, entrance: Entrance, loop: asyncio.AbstractEventLoop) -> asyncio.Server | Gate:
        spoken = LmtpSession if entrance.protocol == "lmtp" else Session
        make = partial(spoken, self._given, self._roster, loop)
        if not (entrance.secure or self._proxies):
            return await loop.create_server(make, entrance.host, entrance.port, backlog=_BACKLOG)
        gate = Gate(self._given, self._roster, entrance, self._proxies, make)
        await gate.open()
        return gate

    async def stop(self) -> None:
        """Take no new peers, let mails in hand arrive for `stop_timeout`, then end all connections."""
        self._close()
        self._roster.wind_up()
        patience = self._given.settings.stop_timeout.total_seconds()
        if not await self._empty(patience):
            self._roster.expire(float("inf"))  # 421 to those still sending; one that is being kept still gets its 250
            await self._empty(patience + 5.0)
        if self._users is not None:
            self._users.close()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

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

    async def _reload(self) -> None:
        """Files that an administrator replaces, looked at off the loop."""
        while True:
            await asyncio.sleep(self._given.settings.reload_every.total_seconds())
            for file in (self._certificate, self._users):
                if file is not None:
                    await asyncio.to_thread(file.look)
