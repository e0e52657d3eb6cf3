"""Domains as DNS writes them, and which of them belong to one organisation (RFC 7489 section 3.2, the public suffixes).

Promise: whatever text comes in, the answer is a name in ASCII and lower case, or nothing; nothing is raised.
"""

import functools
import re

from publicsuffixlist import PublicSuffixList

_LONGEST = 253  # RFC 1035 section 2.3.4, without the last dot
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def plain(name: str) -> str:
    """The name in ASCII, lower case, without dots at its ends; "" where no host can have it."""
    name = name.strip().strip(".").lower()
    if len(name) > _LONGEST:  # before the decoder, which was quadratic once (CVE-2022-45061)
        return ""
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return ""
    return name if _HOST.fullmatch(name) else ""


def domain_of(address: str) -> str:
    """The domain of a mailbox, or of a text that is a domain already; "" where there is none."""
    return plain(address.rpartition("@")[2])


def organisation(name: str) -> str:
    """The organisational domain; "" where the name is itself a public suffix, or none."""
    name = plain(name)
    found = _suffixes().privatesuffix(name) if name else None
    return str(found) if found else ""


def aligned(signed: str, domain: str, *, strict: bool = False) -> bool:
    """Does the one vouch for the other (RFC 7489 section 3.1)?  Relaxed: both belong to one organisation."""
    ours, theirs = plain(signed), plain(domain)
    if not ours or ours == theirs:
        return bool(ours)
    return not strict and organisation(ours) == organisation(theirs) != ""


def within(name: str, trusted: tuple[str, ...]) -> bool:
    """Is the name one of the trusted, or below one of them?"""
    name = name.lower()
    return any(name == known.lower() or name.endswith(f".{known.lower()}") for known in trusted if known)


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
