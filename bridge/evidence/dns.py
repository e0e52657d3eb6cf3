"""Answers of the DNS as values: cached for as long as their TTL says, asked of the configured resolvers only.

Promise: `ask` never raises for anything that the network or a hostile zone does; what cannot be had now is "failed",
and for a few seconds after that it is not asked for again: a name server that is away costs the first mail its time-out
and not each of them (RFC 2308 section 7.1).  Thread-safe.
"""

import ipaddress
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.txtbase import TXTBase

from validation.evidence import DnsAnswer

_CACHED_ANSWERS = 10_000
_FAILED_FOR = 10.0  # seconds; RFC 2308 allows five minutes, a person who mends his DNS would not
_MOST_FAILED = 10_000
_MOST_VALUES = 64  # of one answer; a zone that says more is not one that we need

Resolver = TypeVar("Resolver", bound=dns.resolver.BaseResolver)

NONE = DnsAnswer("none")
FAILED = DnsAnswer("failed")


class Dns:
    """A resolver.  `resolver` is whose word is taken; tests give one that asks their own server."""

    def __init__(self, resolver: dns.resolver.Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[tuple[str, str], float] = {}
        self._resolver = resolver
        self._resolver.cache = dns.resolver.LRUCache(_CACHED_ANSWERS)

    def ask(self, name: str, kind: str) -> DnsAnswer:
        """The records of one name and kind: TXT as whole texts, MX as "10 host", addresses and names as text."""
        if self._clock() < self._failed.get((name, kind), 0.0):
            return FAILED
        try:
            asked = dns.name.from_text(name)
            record_type = dns.rdatatype.from_text(kind)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return NONE  # no such name can exist
        try:
            found = self._resolver.resolve(asked, record_type, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return NONE
        except (dns.exception.DNSException, OSError):
            if len(self._failed) >= _MOST_FAILED:
                self._failed.clear()
            self._failed[name, kind] = self._clock() + _FAILED_FOR
            return FAILED
        values = tuple(_text(record) for record in (found.rrset or ())[:_MOST_VALUES])
        return DnsAnswer("ok", values) if values else NONE


def open_dns(nameservers: Sequence[str], timeout: timedelta) -> Dns:
    """A resolver that asks `nameservers` ("192.0.2.1:53", "[2001:db8::1]:53", port optional), or the system's.

    Raises:
        ValueError: one of them is not an address.
    """
    return Dns(furnished(dns.resolver.Resolver, nameservers, timeout))


def furnished(kind: type[Resolver], nameservers: Sequence[str], timeout: timedelta) -> Resolver:
    """A resolver of that kind, as the settings want it.

    Raises:
        ValueError: one of the name servers is not an address.
    """
    try:
        resolver = kind(configure=not nameservers)
    except dns.resolver.NoResolverConfiguration:
        resolver = kind(configure=False)  # a machine without a resolver: every answer is "failed"
    if nameservers:
        resolver.nameservers = [_nameserver(text) for text in nameservers]
    resolver.lifetime = timeout.total_seconds()
    resolver.timeout = min(2.0, resolver.lifetime)
    return resolver


def _nameserver(text: str) -> dns.nameserver.Nameserver:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    # A name would have to be resolved first, by whom?
    return dns.nameserver.Do53Nameserver(str(ipaddress.ip_address(host)), int(port or 53))


def _text(record: dns.rdata.Rdata) -> str:
    if isinstance(record, TXTBase):
        # RFC 7208 section 3.3 and RFC 6376 section 3.6.2.2: the strings of a record are joined without blanks.
        return b"".join(record.strings).decode("latin-1")
    return record.to_text().removesuffix(".").lower()
