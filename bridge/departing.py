"""How letters depart: over the office's mail server, or straight to those of each domain; what that needs is read here.

Promise: password and authorities are read at the start, and their absence is told by the setting's name.
"""

import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import dns.asyncresolver

from bridge.evidence.dns import furnished
from bridge.settings import Settings
from outbound.names import Names
from outbound.policies import Policies
from outbound.settings import OutboundSettings
from outbound.way import Direct, Way, atlas_of, smarthost
from store.errors import Unavailable

_DICE = random.SystemRandom().random


def password(settings: OutboundSettings, environment: Mapping[str, str] = os.environ) -> str:
    """What the smarthost is entered with; "" = nothing.

    Raises:
        Unavailable: it is not where the settings say.
    """
    if settings.password_file:
        try:
            return settings.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8"
            raise Unavailable(f"[outbound] password_file: {why}") from error
    if settings.password_variable:
        if settings.password_variable not in environment:
            raise Unavailable("[outbound] password_variable: no such variable in the environment")
        return environment[settings.password_variable].strip()
    return ""


def ways(settings: Settings) -> Callable[[str], Way]:
    """Opens a way to a destination: "" is the smarthost, anything else a domain.

    Raises:
        Unavailable: a secret or the authorities cannot be read.
    """
    outbound = settings.outbound
    secret = password(outbound)
    try:
        if outbound.smarthost:
            smarthost(outbound, secret)  # what it needs is read now, not at the first letter
            return lambda _: smarthost(outbound, secret)
        resolver = furnished(dns.asyncresolver.Resolver, settings.resolver.nameservers, settings.resolver.timeout)
        names = Names(resolver)
        policies = Policies(names, _folder(settings), outbound.ca_file)
        atlas = atlas_of(outbound, names, policies, _DICE)
    except OSError as error:
        raise Unavailable(f"[outbound] ca_file: {error.strerror or type(error).__name__}") from error
    return lambda domain: Direct(outbound, domain, atlas)


def _folder(settings: Settings) -> Path:
    return settings.store.data / "mta-sts"
