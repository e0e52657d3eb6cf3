"""Who is connected: how many may come in, and who has kept us waiting too long."""

import asyncio
from collections import Counter
from typing import Protocol

from smtp_in import replies
from smtp_in.network import network_of
from smtp_in.settings import SmtpSettings
from store.reply import Reply


class Guest(Protocol):
    """A connection, as the roster sees it."""

    deadline: float  #: event-loop time

    def expire(self) -> None:
        """The deadline has passed."""

    def wind_up(self) -> None:
        """End as soon as no mail is in hand."""


class Roster:
    """Every connection is in it from `enter` to `leave`, also one that is only told to go away.

    One look at all deadlines, twice a second, costs less than a timer for each command of each connection.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._guests: dict[Guest, tuple[str, ...] | None] = {}  # and what they count for; None = they do not count
        self._by_place: Counter[str] = Counter()  # connections from each address and each network
        self._admitted = 0
        self.empty = asyncio.Event()  #: set while nobody is connected
        self.empty.set()
        self.stopping = False  #: the service stops: nobody begins a mail any more

    def __len__(self) -> int:
        return len(self._guests)

    def enter(self, guest: Guest, address: str | None) -> Reply | None:
        """None = let in, else what to say before closing. Without an address (not told yet) only the sum counts."""
        self._guests[guest] = None
        self.empty.clear()
        if self.stopping:
            return replies.STOPPING
        if self._admitted >= self._settings.max_connections:
            return replies.TOO_MANY_CONNECTIONS
        places: tuple[str, ...] = ()
        if address is not None:
            places = (address, network_of(address))
            if self._by_place[address] >= self._settings.max_connections_per_address:
                return replies.TOO_MANY_FROM_YOU
            if self._by_place[places[1]] >= self._settings.max_connections_per_network:
                return replies.TOO_MANY_FROM_NETWORK
        self._admitted += 1
        for place in places:
            self._by_place[place] += 1
        self._guests[guest] = places
        return None

    def leave(self, guest: Guest) -> None:
        """The connection is gone, or another guest stands for it. Who has left may leave again."""
        places = self._guests.pop(guest, None)
        if not self._guests:
            self.empty.set()
        if places is None:
            return
        self._admitted -= 1
        for place in places:
            self._by_place[place] -= 1
            if not self._by_place[place]:
                del self._by_place[place]

    def expire(self, now: float) -> None:
        """Tell those whose deadline has passed."""
        for guest in [guest for guest in self._guests if guest.deadline <= now]:
            guest.expire()

    def wind_up(self) -> None:
        """The service stops."""
        self.stopping = True
        for guest in list(self._guests):
            guest.wind_up()
