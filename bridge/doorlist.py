"""The list that RCPT is asked of, in memory: office addresses, routes, postmaster and abuse of our domains, our tokens.

The registers are read again every few seconds, so that a new route opens its door without a restart.
"""

import threading
import time
from collections.abc import Callable

from bridge.routing import address_fits
from bridge.settings import Settings
from bridge.wiring import is_ours, our_addresses
from store.errors import Unavailable
from store.registry import Registry, RoutingRule

_FRESH_FOR = 5.0  # seconds
_ALWAYS = ("postmaster", "abuse")  # RFC 5321 section 4.5.1, RFC 2142


class DoorList:
    """Whom the SMTP door may receive for."""

    def __init__(
        self, settings: Settings, registry: Registry, secret: bytes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._addresses: frozenset[str] = frozenset()
        self._patterns: tuple[str, ...] = ()
        self._routes: tuple[RoutingRule, ...] = ()

    @property
    def routes(self) -> tuple[RoutingRule, ...]:
        """The rules, as they were read last."""
        return self._routes

    def refresh(self) -> None:
        """Reads the registers again when they were last read a while ago; keeps the old list when they cannot be."""
        with self._lock:
            if self._clock() - self._read_at < _FRESH_FOR:
                return
            try:
                addresses = our_addresses(self._settings, self._registry)
                routes = self._registry.routes.snapshot()
            except Unavailable:
                return
            patterns = tuple(rule.recipient for rule in routes if rule.recipient.strip("*?"))
            self._addresses, self._patterns, self._routes = frozenset(addresses), patterns, routes
            self._read_at = self._clock()

    def may_receive(self, address: str) -> bool:
        """Is the address ours?"""
        wanted = address.lower()
        if wanted in self._addresses:
            return True
        local, _, domain = wanted.rpartition("@")
        if local in _ALWAYS or (not local and wanted in _ALWAYS):
            return not domain or domain == wanted or domain in self._domains()
        if any(address_fits(pattern, wanted) for pattern in self._patterns):
            return True
        return is_ours(address, self._settings, self._secret)

    def _domains(self) -> frozenset[str]:
        named = {address.rpartition("@")[2] for address in self._addresses}
        ours = (self._settings.outbound.return_path, self._settings.outbound.reply_to)
        return frozenset(named | {pattern.rpartition("@")[2].lower() for pattern in ours if pattern})
