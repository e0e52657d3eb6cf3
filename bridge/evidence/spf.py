"""May this host send for that domain?  `check_host` of RFC 7208, over a resolver that is passed in.

Promise: seven answers and no exception, whatever the zones say; at most ten terms that ask the DNS and two answers
that hold nothing (section 4.6.4), so that a hostile record cannot make us its prober.
"""

import ipaddress
import re
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.evidence.spf_record import BadRecordError, Mechanism, parse
from validation.evidence import DnsAnswer

Ask = Callable[[str, str], DnsAnswer]  # name, kind
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TERMS, _VOIDS, _NAMES = 10, 2, 10  # RFC 7208 section 4.6.4
_MACRO = re.compile(r"%(?:\{([a-z])([0-9]*)(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}


class _Permanent(Exception):  # noqa: N818  permerror: the domain's own fault
    pass


class _Temporary(Exception):  # noqa: N818  temperror: ask again later
    pass


def check_host(ip: str, helo: str, mail_from: str, ask: Ask) -> str:
    """pass, fail, softfail, neutral, none, temperror or permerror, for the host at `ip` that said `helo`."""
    # Section 2.4: the empty reverse path stands for postmaster at the name in HELO.
    local, _, domain = mail_from.rpartition("@") if mail_from else ("postmaster", "@", helo)
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return "none"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    check = _Check(address, helo, local or "postmaster", domain, ask)
    try:
        return check.result(domain)
    except _Permanent:
        return "permerror"
    except _Temporary:
        return "temperror"


@dataclass(slots=True)
class _Check:
    """One evaluation and what it has spent."""

    ip: _Address
    helo: str
    local: str
    sender_domain: str
    ask: Ask
    terms: int = field(default=0)
    voids: int = field(default=0)

    def result(self, domain: str) -> str:
        domain = domain.rstrip(".").lower()
        if not _is_host(domain):
            return "none"
        texts = self._records(domain, "TXT")
        records = [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
        if not records:
            return "none"
        if len(records) > 1:
            raise _Permanent("two records")
        try:
            record = parse(records[0])
        except BadRecordError as bad:
            raise _Permanent(str(bad)) from None
        for mechanism in record.mechanisms:
            if self._matches(mechanism, domain):
                return mechanism.result
        if record.redirect:
            self._spend()
            result = self.result(self._expand(record.redirect, domain))
            if result == "none":
                raise _Permanent("redirect to nothing")
            return result
        return "neutral"

    def _matches(self, mechanism: Mechanism, domain: str) -> bool:
        if mechanism.name in ("ip4", "ip6"):
            network = mechanism.network
            return network is not None and network.version == self.ip.version and self.ip in network
        if mechanism.name == "all":
            return True
        self._spend()
        target = self._expand(mechanism.domain, domain) if mechanism.domain else domain
        match mechanism.name:
            case "include":
                result = self.result(target)
                if result == "none":
                    raise _Permanent("include of nothing")
                return result == "pass"
            case "exists":
                return bool(self._counted(target, "A"))
            case "a":
                return self._within(self._counted(target, self._kind), mechanism)
            case "mx":
                hosts = [value.partition(" ")[2].rstrip(".") for value in self._counted(target, "MX")]
                if len(hosts) > _NAMES:
                    raise _Permanent("too many MX")
                return any(self._within(self._records(host, self._kind), mechanism) for host in hosts if host)
            case _:  # ptr
                names = self._names_of_client()
                return any(name == target or name.endswith(f".{target}") for name in names)

    @property
    def _kind(self) -> str:
        return "A" if self.ip.version == 4 else "AAAA"

    def _within(self, addresses: Iterable[str], mechanism: Mechanism) -> bool:
        length = mechanism.prefix4 if self.ip.version == 4 else mechanism.prefix6
        return any(self.ip in ipaddress.ip_network(f"{address}/{length}", strict=False) for address in addresses)

    def _spend(self) -> None:
        self.terms += 1
        if self.terms > _TERMS:
            raise _Permanent("too many look-ups")

    def _records(self, name: str, kind: str) -> tuple[str, ...]:
        answer = self.ask(name.rstrip(".").lower(), kind)
        if answer.status == "failed":
            raise _Temporary(name)
        return answer.values

    def _counted(self, name: str, kind: str) -> tuple[str, ...]:
        values = self._records(name, kind)
        if not values:
            self.voids += 1
            if self.voids > _VOIDS:
                raise _Permanent("too many empty answers")
        return values

    def _names_of_client(self) -> list[str]:
        """The client's names that lead back to it (section 5.5); a failing DNS is no match there, not an error."""
        try:
            names = self._records(self.ip.reverse_pointer, "PTR")[:_NAMES]
        except _Temporary:
            return []
        proven = []
        for name in names:
            try:
                addresses = self._records(name, self._kind)
            except _Temporary:
                continue
            if any(ipaddress.ip_address(address) == self.ip for address in addresses):
                proven.append(name.rstrip(".").lower())
        return proven

    def _expand(self, spec: str, domain: str) -> str:
        """The name that a domain-spec with macros gives (section 7), cut from the left to what a name may hold."""
        name = _MACRO.sub(lambda found: self._macro(found, domain), spec).rstrip(".").lower()
        while len(name) > 253 and "." in name:
            name = name.partition(".")[2]
        return name

    def _macro(self, found: re.Match[str], domain: str) -> str:
        if found[5]:
            return _PLAIN[found[5]]
        value = self._letter(found[1].lower(), domain)
        parts = re.split(f"[{re.escape(found[4] or '.')}]", value)
        if found[3]:
            parts.reverse()
        if found[2]:
            if int(found[2]) == 0:
                raise _Permanent("macro keeps nothing")
            parts = parts[-int(found[2]) :]
        text = ".".join(parts)
        return urllib.parse.quote(text, safe="") if found[1].isupper() else text

    def _letter(self, letter: str, domain: str) -> str:
        match letter:
            case "s":
                return f"{self.local}@{self.sender_domain}"
            case "l":
                return self.local
            case "o":
                return self.sender_domain
            case "d":
                return domain
            case "i":
                return str(self.ip) if self.ip.version == 4 else ".".join(self.ip.exploded.replace(":", ""))
            case "p":
                names = self._names_of_client()
                near = [name for name in names if name == domain or name.endswith(f".{domain}")]
                return next(iter(near or names), "unknown")
            case "v":
                return "in-addr" if self.ip.version == 4 else "ip6"
            case _:
                return self.helo


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
