"""An SPF record as values (RFC 7208 sections 4.6.1, 5, 6, 12): parsed whole before any of it is evaluated."""

import ipaddress
import re
from dataclasses import dataclass

_NETWORK = ipaddress.IPv4Network | ipaddress.IPv6Network

_MACRO = r"%\{[slodiphv][0-9]{0,3}r?[.\-+,/_=]*\}"
_EXPANDS = rf"(?:{_MACRO}|%%|%_|%-)"
_TOP_LABEL = r"(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])"
_DOMAIN_SPEC = re.compile(rf"(?:{_EXPANDS}|[!-$&-~])*(?:\.{_TOP_LABEL}\.?|{_MACRO})", re.IGNORECASE)
_EXPLANATION = re.compile(rf"(?:{_EXPANDS.replace('slodiphv', 'slodiphcrtv')}|[!-$&-~])*", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_MECHANISM = re.compile(
    r"([-+?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]*|.*?))?((?:/\d+)?(?://\d+)?)", re.IGNORECASE
)
_QUALIFIERS = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class BadRecordError(ValueError):
    """The record breaks the grammar: permerror."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One term that may match."""

    name: str  #: all, include, a, mx, ptr, ip4, ip6, exists
    result: str  #: what a match means: pass, fail, softfail, neutral
    domain: str = ""  #: domain-spec, macros unexpanded; "" = the current domain
    prefix4: int = 32
    prefix6: int = 128
    network: _NETWORK | None = None  #: of ip4 and ip6


@dataclass(frozen=True, slots=True)
class Record:
    """A record of version spf1."""

    mechanisms: tuple[Mechanism, ...]
    redirect: str = ""  #: domain-spec; "" = none


def parse(text: str) -> Record:
    """The record in `text`, which begins with "v=spf1".

    Raises:
        BadRecordError: it breaks the grammar anywhere.
    """
    mechanisms: list[Mechanism] = []
    modifiers: dict[str, str] = {}
    for term in text.split(" ")[1:]:
        if not term:
            continue
        if modifier := _MODIFIER.fullmatch(term):
            name = modifier[1].lower()
            if name in ("redirect", "exp"):
                if name in modifiers or not _DOMAIN_SPEC.fullmatch(modifier[2]):
                    raise BadRecordError(name)
            elif not _EXPLANATION.fullmatch(modifier[2]):
                raise BadRecordError("modifier")
            modifiers[name] = modifier[2]
        else:
            mechanisms.append(_mechanism(term))
    return Record(tuple(mechanisms), modifiers.get("redirect", ""))


def _mechanism(term: str) -> Mechanism:
    found = _MECHANISM.fullmatch(term)
    if not found:
        raise BadRecordError("term")
    sign, name, value, lengths = found[1], found[2].lower(), found[3], found[4]
    result = _QUALIFIERS[sign]
    match name:
        case "ip4" | "ip6":
            return Mechanism(name, result, network=_network(name, f"{value or ''}{lengths}"))
        case "all" if value is None and not lengths:
            return Mechanism(name, result)
        case "include" | "exists" if value and not lengths and _DOMAIN_SPEC.fullmatch(value):
            return Mechanism(name, result, value)
        case "ptr" if not lengths and (value is None or _DOMAIN_SPEC.fullmatch(value)):
            return Mechanism(name, result, value or "")
        case "a" | "mx" if value is None or _DOMAIN_SPEC.fullmatch(value):
            four, _, six = lengths.partition("//")
            return Mechanism(name, result, value or "", _length(four.strip("/"), 32), _length(six, 128))
        case _:
            raise BadRecordError(name)


def _length(digits: str, most: int) -> int:
    if not digits:
        return most
    if int(digits) > most or (digits != "0" and digits.startswith("0")):
        raise BadRecordError("prefix length")
    return int(digits)


def _network(name: str, text: str) -> _NETWORK:
    kind = ipaddress.IPv4Network if name == "ip4" else ipaddress.IPv6Network
    address, slash, digits = text.partition("/")
    if slash and not digits.isdecimal():
        raise BadRecordError(name)
    try:
        return kind((address, _length(digits, 32 if name == "ip4" else 128)), strict=False)
    except ValueError:
        raise BadRecordError(name) from None
