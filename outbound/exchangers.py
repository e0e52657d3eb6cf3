"""Which servers take the mail of a domain, in the order in which they are asked (RFC 5321 section 5.1).

Promise: a domain that is not there, or says that it takes no mail (RFC 7505), ends the letter at once with that
reason; a name server that is away never does.  Chance is an argument.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from outbound.names import Answer, Found, Names
from store.delivery import Attempt, Refused, TryLater
from store.reply import Reply

_MOST_HOSTS = 5  # RFC 5321 section 5.1: two at least


@dataclass(frozen=True, slots=True)
class Exchanger:
    """A mail server of a domain."""

    name: str  #: lower case, without the last dot; an address literal's address
    addresses: tuple[str, ...] = ()  #: known already, where the domain is an address


async def exchangers(
    names: Names, domain: str, ours: str, dice: Callable[[], float]
) -> tuple[Exchanger, ...] | Attempt:
    """The servers of `domain`, at least one; or what the letter's attempt ends in.  `ours`: our own host name."""
    if domain.startswith("["):
        literal = domain.strip("[]").removeprefix("IPv6:")
        return (Exchanger(literal, (literal,)),)
    answer = await names.ask(domain, "MX")
    match answer.found:
        case Found.UNKNOWN:
            return _later("the domain's mail servers cannot be looked up now", answer.cause)
        case Found.NO_NAME:
            return _never(550, "5.1.2", "the domain does not exist", f"no such name: {domain}")
        case Found.NONE:
            # RFC 5321 section 5.1, "implicit MX": the domain is its own mail server.
            return (Exchanger(domain.lower()),)
        case Found.YES:
            return _in_order(domain, answer, ours, dice)


def _in_order(domain: str, answer: Answer, ours: str, dice: Callable[[], float]) -> tuple[Exchanger, ...] | Attempt:
    rated = []
    for value in answer.values:
        preference, _, host = value.partition(" ")
        rated.append((int(preference), dice(), host.removesuffix(".")))
    if any(not host for *_, host in rated):
        return _never(556, "5.1.10", "the domain takes no mail", f"null MX of {domain}")
    rated.sort()
    # RFC 5321 section 5.1: where we are one of them, only those before us are asked; else the letter would come back.
    mine = next((preference for preference, _, host in rated if ours and host == ours.lower()), None)
    before = [host for preference, _, host in rated if mine is None or preference < mine]
    if not before:
        return _never(554, "5.4.6", "the domain's mail comes back to us", f"we are the best MX of {domain}")
    return tuple(Exchanger(host) for host in before[:_MOST_HOSTS])


async def addresses(names: Names, exchanger: Exchanger) -> tuple[str, ...] | Attempt:
    """Where the server listens, IPv6 first; or why nobody can be asked there."""
    if exchanger.addresses:
        return exchanger.addresses
    six, four = await asyncio.gather(names.ask(exchanger.name, "AAAA"), names.ask(exchanger.name, "A"))
    found = tuple(address for address in (*six.values, *four.values) if _is_address(address))
    if found:
        return found
    if Found.UNKNOWN in (six.found, four.found):
        return _later("a mail server of the domain cannot be looked up now", six.cause or four.cause)
    return _never(550, "5.4.4", "a mail server of the domain has no address", f"no address: {exchanger.name}")


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_multicast
    except ValueError:
        return False


def _later(text: str, cause: str) -> TryLater:
    return TryLater(Reply(451, "4.4.3", text, cause or "-"))


def _never(code: int, enhanced: str, text: str, cause: str) -> Refused:
    return Refused(Reply(code, enhanced, text, cause))
