"""What mail servers of ours wrote above a mail: their `Authentication-Results`, and whom they took the mail from.

Anybody can write such a field; what counts is only what stands where nobody but our own servers can have written
(RFC 8601 sections 5 and 7.1).  A server puts what it writes on top.  So the fields are read from the top down:

- from a relay of ours (SMTP): up to the first `Received` that no server of ours wrote.  The topmost one is the
  relay's; the next is ours as well where that one says that the mail came from another relay.  Below a relay's
  `Received` (where Postfix lets its milters write) a field counts only under the name that this `Received` bears.
- from a mailbox (IMAP): the topmost such fields, without a `Received` between them, under the server's name.

Promise: nothing is raised; what is in doubt does not count.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from validation.auth_results import AuthResult, AuthResults, parse
from validation.domain import within
from validation.headers import Headers

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_FIELDS = 200  # from the top; trace fields of ten hops are fewer
_RESULTS = "authentication-results"
# Written by servers on the way; any other field is the author's, and what stands below it too.
_TRACE = frozenset(
    {_RESULTS, "received", "received-spf", "return-path", "delivered-to", "authentication-results-original"}
)
_TRACE_BEGINNINGS = ("x-", "arc-", "dkim-", "domainkey-")
_RECEIVED = re.compile(
    r"\s*from\s+(?P<helo>[^\s()]{1,300})\s*(?:\((?P<tcp>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*)?"
    r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s*)*by\s+(?P<by>[^\s();]{1,300})",
    re.IGNORECASE,
)
_CLAIMED = re.compile(r"\b(?:e?helo|ident|port)=\S*", re.IGNORECASE)  # Exim repeats in there what the client said
_BRACKETS = re.compile(r"\[(?:IPv6:)?([0-9a-f:.]{2,45})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upstream:
    """What servers of ours say of a mail."""

    client: str = ""  #: address from which the outermost of them took it; "" = not known
    helo: str = ""  #: what that client called itself
    server: str = ""  #: authserv-id of the results; "" = there are none
    results: tuple[AuthResult, ...] = ()  #: the topmost first

    def of(self, method: str) -> tuple[AuthResult, ...]:
        """The results of one method."""
        return tuple(result for result in self.results if result.method == method)


@dataclass(frozen=True, slots=True)
class _Hop:
    """One `Received`."""

    client: str
    helo: str
    by: str


def of_relay(headers: Headers, servers: tuple[str, ...], relays: tuple[str, ...]) -> Upstream:
    """For a mail that a relay of ours handed in by SMTP; `relays` are their networks."""
    networks = networks_of(relays)
    seen: list[AuthResults] = []
    hop: _Hop | None = None
    for name, value in _trace(headers):
        if name == _RESULTS:
            found = parse(value)
            if found.server in map(str.lower, servers) and (hop is None or within(hop.by, (found.server,))):
                seen.append(found)
        elif name == "received":
            if hop is not None and not is_in(hop.client, networks):
                break
            hop = _hop(value)
    client, helo = (hop.client, hop.helo) if hop and not is_in(hop.client, networks) else ("", "")
    return Upstream(client, helo, *_together(seen))


def of_mailbox(headers: Headers, server: str) -> Upstream:
    """For a mail that lay in a mailbox whose server signs its results with that name."""
    seen: list[AuthResults] = []
    for name, value in _trace(headers):
        if name == _RESULTS:
            found = parse(value)
            if not server or found.server != server.lower():
                break
            seen.append(found)
        elif name == "received" and seen:
            break
    return Upstream("", "", *_together(seen))


def networks_of(texts: Iterable[str]) -> tuple[_Network, ...]:
    """The networks of a setting.

    Raises:
        ValueError: one is none.
    """
    return tuple(ipaddress.ip_network(text) for text in texts)


def is_in(address: str, networks: Iterable[_Network]) -> bool:
    """Is the address in one of them?  An IPv4 address written as IPv6 is the IPv4 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks if network.version == found.version)


def _trace(headers: Headers) -> Iterable[tuple[str, str]]:
    for written, value in headers.fields[:_MOST_FIELDS]:
        name = written.lower()
        if name not in _TRACE and not name.startswith(_TRACE_BEGINNINGS):
            return
        yield name, value.decode("utf-8", "replace")


def _together(seen: Iterable[AuthResults]) -> tuple[str, tuple[AuthResult, ...]]:
    """Of each method what the topmost field with it says: what a lower field adds to it may be an older one's."""
    server, results = "", list[AuthResult]()
    for found in seen:
        known = {result.method for result in results}
        server = server or found.server
        results += (result for result in found.results if result.method not in known)
    return server, tuple(results)


def _hop(value: str) -> _Hop:
    """Who handed a mail to whom.  The address is the one that the server saw, not the one that the client said."""
    found = _RECEIVED.match(value[:4000])
    if not found:
        return _Hop("", "", "")
    seen = _CLAIMED.sub(" ", found["tcp"] or "")
    texts = set(_BRACKETS.findall(seen)) or {seen.strip()}
    if not seen.strip() and (literal := _BRACKETS.fullmatch(found["helo"])) and found["tcp"]:
        texts = {literal[1]}  # Exim of a client without a name: "from [192.0.2.1] (helo=it.said.this)"
    try:
        client = str(ipaddress.ip_address(texts.pop())) if len(texts) == 1 else ""
    except ValueError:
        client = ""
    return _Hop(client, found["helo"], found["by"].lower())
