"""Paths as MAIL and RCPT carry them (RFC 5321 section 4.1.2, RFC 6531 section 3.3 for those beyond ASCII).

Promise: what comes out is a mailbox that is syntactically one, without CR, LF, NUL, controls or blanks outside quotes,
as the peer wrote it; no case is folded, nothing is decoded. A source route is read and ignored (appendix C). One
leniency: a domain's label may hold "_", which hosts in the field do.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LABEL = r"[A-Za-z0-9_\u0080-\U0010ffff](?:[A-Za-z0-9_\-\u0080-\U0010ffff]*[A-Za-z0-9_\u0080-\U0010ffff])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_QUOTED = r'"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*"'
_LOCAL = rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})"
_MAILBOX = re.compile(rf"({_LOCAL})@({_DOMAIN}|\[[!-Z^-~]+\])")
_ROUTE = rf"(?:@{_DOMAIN}(?:,@{_DOMAIN})*:)?"
# A quoted local part may hold ">" and blanks, so the path ends where its grammar ends, not at the first ">".
_PATH = re.compile(rf"<{_ROUTE}((?:{_LOCAL}(?:@(?:{_DOMAIN}|\[[!-Z^-~]+\]))?)?)>(?: +(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Path:
    """What stood between < and >, and behind."""

    address: str  #: a mailbox; "" = the empty path; without "@" = a local part alone ("postmaster")
    parameters: tuple[str, ...]  #: KEY or KEY=value, as written


def path(text: str) -> Path | None:
    """The path at the start of `text`, or None if there is none. Blanks before it are let pass, as Postfix does."""
    found = _PATH.fullmatch(text.strip(" "))
    if found is None:
        return None
    address, rest = found[1], found[2] or ""
    if "@" in address and not is_mailbox(address):
        return None
    return Path(address, tuple(rest.split()))


def is_mailbox(address: str) -> bool:
    """Whether it is local-part@domain within the sizes of RFC 5321 section 4.5.3.1."""
    found = _MAILBOX.fullmatch(address)
    if found is None:
        return False
    local, domain = found.groups()
    if len(address) <= 63 and address.isascii() and domain[0] != "[":
        return True  # no part of it can be too long
    if len(local.encode()) > 64 or len(domain.encode()) > 255:
        return False
    # Of what lies beyond ASCII, only what can be seen: no C1 controls, no separators, no lone surrogates.
    if not address.isascii() and not address.replace(" ", "").isprintable():
        return False
    if domain.startswith("["):
        return _is_literal(domain[1:-1])
    return all(len(label.encode()) <= 63 for label in domain.split(".") if label.isascii())


def _is_literal(text: str) -> bool:
    """[192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321 section 4.1.3); no other kind is registered."""
    try:
        if text[:5].upper() == "IPV6:":
            return bool(IPv6Address(text[5:]))
        return bool(IPv4Address(text))
    except AddressValueError:
        return False
