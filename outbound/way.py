"""A Way is how letters to one destination leave: over the smarthost, or straight to the domain's own mail servers.

Promise: one Attempt per letter; where a server cannot be talked to, or says "not now" before it has the letter, the
next of the domain's servers is asked; once one has the last octet, no other is.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from outbound import address
from outbound.conversation import Conversation
from outbound.exchangers import Exchanger, addresses, exchangers
from outbound.handover import Handover
from outbound.hop import Hop, Tls, tls_context
from outbound.names import Names
from outbound.outcome import Stage
from outbound.policies import Policies
from outbound.settings import OutboundSettings
from outbound.sts import Mode, Policy
from store.delivery import Attempt, Refused, TryLater
from store.reply import Reply

_log = structlog.get_logger("docbridge.outbound")


class Way(Protocol):
    """How letters to one destination leave.  Not for two tasks at a time."""

    async def send(self, letter: Handover) -> Attempt:
        """Hand the letter over."""

    async def end(self) -> None:
        """Part from whoever was talked to."""


def smarthost(settings: OutboundSettings, password: str = "") -> Conversation:
    """The way over the mail server of the office.

    Raises:
        OSError: the file of authorities cannot be read.
    """
    context = tls_context(settings.tls, settings.ca_file)
    hop = Hop(settings.host, settings.port, settings.host, settings.tls, context, settings.user, password)
    return Conversation(settings, hop)


@dataclass(frozen=True, slots=True)
class Atlas:
    """What all direct ways share."""

    names: Names
    policies: Policies | None  #: None = MTA-STS is not asked for
    dice: Callable[[], float]  #: throws 0 to 1: servers of one preference share the load
    checked: ssl.SSLContext  #: for servers whose certificate is checked
    unchecked: ssl.SSLContext | None  #: for the others; None = they are not encrypted to


def atlas_of(settings: OutboundSettings, names: Names, policies: Policies | None, dice: Callable[[], float]) -> Atlas:
    """The atlas that the settings ask for.

    Raises:
        OSError: the file of authorities cannot be read.
    """
    checked = tls_context("starttls", settings.ca_file)
    assert checked is not None, "only tls none has no context"
    unchecked = tls_context("none" if settings.tls == "none" else "opportunistic", None)
    return Atlas(names, policies if settings.mta_sts else None, dice, checked, unchecked)


class Direct:
    """To the mail servers of one domain."""

    def __init__(self, settings: OutboundSettings, domain: str, atlas: Atlas) -> None:
        self._settings = settings
        self._domain = _on_the_wire(domain)
        self._atlas = atlas
        self._open: Conversation | None = None
        self._under: Policy | None = None  # what held when it was opened

    async def send(self, letter: Handover) -> Attempt:
        """To the server that is talked to already, else to the first that takes it."""
        policy = await self._atlas.policies.of(self._domain) if self._atlas.policies else None
        if self._open is not None and self._open.open and policy == self._under:
            attempt = await self._open.send(letter)
            if not _elsewhere(attempt, self._open.stage):
                return attempt
        await self.end()
        found = await exchangers(self._atlas.names, self._domain, self._settings.hostname, self._atlas.dice)
        if not isinstance(found, tuple):
            return found
        return await self._first(letter, found, policy)

    async def end(self) -> None:
        """Part from the server that was talked to last."""
        if self._open is not None:
            await self._open.end()
            self._open = None

    async def _first(self, letter: Handover, found: tuple[Exchanger, ...], policy: Policy | None) -> Attempt:
        begun = time.monotonic()
        last: Attempt = TryLater(Reply(451, "4.4.1", "no mail server of the domain answers", "none was asked"))
        hopeless: Attempt | None = None
        for exchanger in found:
            if refused := self._ruled_out(exchanger, policy):
                last = refused
                continue
            places = await addresses(self._atlas.names, exchanger)
            if not isinstance(places, tuple):
                hopeless, last = (places, last) if isinstance(places, Refused) else (hopeless, places)
                continue
            hopeless = None if places else hopeless
            for place in places:
                conversation = Conversation(self._settings, self._hop(exchanger, place, policy))
                attempt = await conversation.send(letter)
                if not _elsewhere(attempt, conversation.stage):
                    self._open, self._under = conversation, policy
                    return attempt
                await conversation.end()
                last = attempt
                # Each server may take as long as a letter may: the next is only asked within the letter's lease.
                if time.monotonic() - begun > self._settings.patience.total_seconds() / 4:
                    return last
        # No server of the domain has an address: it will have none in five minutes either.
        return hopeless if hopeless is not None and last.reply.cause == "none was asked" else last

    def _ruled_out(self, exchanger: Exchanger, policy: Policy | None) -> TryLater | None:
        if policy is None or policy.allows(exchanger.name):
            return None
        _log.warning("mta_sts_mx", domain=self._domain, mode=str(policy.mode))
        if policy.mode is not Mode.ENFORCE:
            return None
        cause = f"MTA-STS of {self._domain} does not name {exchanger.name}"
        return TryLater(Reply(451, "4.7.5", "the domain's own policy forbids its mail server", cause))

    def _hop(self, exchanger: Exchanger, place: str, policy: Policy | None) -> Hop:
        tls: Tls = "opportunistic" if self._atlas.unchecked else "none"
        context = self._atlas.unchecked
        if self._settings.tls == "starttls" or (policy is not None and policy.mode is Mode.ENFORCE):
            tls, context = "starttls", self._atlas.checked
        return Hop(place, self._settings.mx_port, exchanger.name, tls, context)


def _on_the_wire(domain: str) -> str:
    """In A-labels, as names are asked for and certificates bear them."""
    try:
        return address.read(f"postmaster@{domain}").domain
    except address.UnfitAddressError:
        return domain  # no letter goes there: its address is unfit as well


def _elsewhere(attempt: Attempt, stage: Stage) -> bool:
    """May another server be asked?  None that may have the letter; none where the answer is about the letter."""
    return isinstance(attempt, TryLater) and stage is not Stage.DOT


async def parted(ways: list[Way]) -> None:
    """Part from all of them at once."""
    await asyncio.gather(*(way.end() for way in ways))
