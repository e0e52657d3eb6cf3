"""What the DNS says of a mail domain, for whoever sends to it directly.

Promise: `ask` never raises for anything that the network or a hostile zone does, and tells "there is none" from "nobody
knows now": the first may end a letter, the second never.
"""

from dataclasses import dataclass
from enum import StrEnum

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.txtbase import TXTBase

_CACHED = 10_000
_MOST = 64  # values of one answer; a zone that says more is not one that we need


class Found(StrEnum):
    """How a question ended."""

    YES = "yes"
    NONE = "none"  #: the name is there, without such records
    NO_NAME = "no-name"
    UNKNOWN = "unknown"  #: no answer, or one that is an error


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of one name and kind."""

    found: Found
    values: tuple[str, ...] = ()  #: TXT as whole texts, MX as "10 host", addresses and names as text
    cause: str = ""  #: why nobody knows


class Names:
    """A resolver with its cache, which keeps to the TTLs.  For one event loop."""

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        """`resolver` is whose word is taken; tests give one that asks their own server."""
        self._resolver = resolver
        self._resolver.cache = dns.resolver.LRUCache(_CACHED)

    async def ask(self, name: str, kind: str) -> Answer:
        """The records of that name and kind."""
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return Answer(Found.NO_NAME)
        try:
            got = await self._resolver.resolve(
                asked, dns.rdatatype.from_text(kind), raise_on_no_answer=False, search=False
            )
        except dns.resolver.NXDOMAIN:
            return Answer(Found.NO_NAME)
        except (dns.exception.DNSException, OSError) as error:
            return Answer(Found.UNKNOWN, cause=f"{kind} of {name}: {type(error).__name__}")
        values = tuple(
            b"".join(one.strings).decode("latin-1") if isinstance(one, TXTBase) else one.to_text().lower()
            for one in (got.rrset or ())[:_MOST]
        )
        return Answer(Found.YES, values) if values else Answer(Found.NONE)
