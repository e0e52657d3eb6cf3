"""The PROXY protocol's header, versions 1 and 2, by which a balancer says whom it speaks for.

The text is haproxy's doc/proxy-protocol.txt. Promise: exactly the header is read, not an octet of what follows (which
may be a TLS handshake), and what is not a header to the letter raises. Who may send one is decided elsewhere.
"""

import re
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address

#: Reads exactly so many octets; raises EOFError when there will not be so many.
Exactly = Callable[[int], Awaitable[bytes]]

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"  # section 2.2; no SMTP client says this
_LONGEST_LINE = 107  # section 2.1, with its CR LF
_LONGEST_BLOCK = 4096  # ours: addresses and the TLVs that are in use need some hundred octets
_LINE = re.compile(
    rb"PROXY (?:UNKNOWN(?: [^\r\n]*)?|(TCP4|TCP6) ([0-9A-Fa-f.:]+) ([0-9A-Fa-f.:]+) (\d{1,5}) (\d{1,5}))\r\n"
)


class BadHeaderError(Exception):
    """This is no header."""


async def read(exactly: Exactly) -> str | None:
    """The client's address; None = the proxy speaks for itself (its health check), or does not know.

    Raises:
        BadHeaderError: no header, or a malformed one.
        EOFError: the peer ended first.
    """
    first = await exactly(len(_SIGNATURE))
    if first == _SIGNATURE:
        return await _binary(exactly)
    if first.startswith(b"PROXY "):
        return await _text(first, exactly)
    raise BadHeaderError("no header")


async def _text(line: bytes, exactly: Exactly) -> str | None:
    while not line.endswith(b"\n"):
        if len(line) >= _LONGEST_LINE:
            raise BadHeaderError("line too long")
        line += await exactly(1)
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadHeaderError("line")
    if found[1] is None:
        return None
    if max(int(found[4]), int(found[5])) > 65535:
        raise BadHeaderError("port")
    family = IPv4Address if found[1] == b"TCP4" else IPv6Address
    try:
        client, _ = family(found[2].decode()), family(found[3].decode())
    except ValueError as bad:
        raise BadHeaderError("address") from bad
    return _written(client)


async def _binary(exactly: Exactly) -> str | None:
    version_and_command, family_and_protocol, *length = await exactly(4)
    size = int.from_bytes(bytes(length), "big")
    if size > _LONGEST_BLOCK:
        raise BadHeaderError("too long")
    block = await exactly(size)
    if version_and_command == 0x20:  # LOCAL: whatever stands in the block is to be ignored
        return None
    if version_and_command != 0x21:
        raise BadHeaderError("version or command")
    match family_and_protocol:
        case 0x11 if size >= 12:
            return _written(IPv4Address(block[:4]))
        case 0x21 if size >= 36:
            return _written(IPv6Address(block[:16]))
        case 0x00 | 0x31:  # not told, or a socket of the proxy's own machine
            return None
        case _:
            raise BadHeaderError("family")


def _written(address: IPv4Address | IPv6Address) -> str:
    """One address, one writing: an IPv4 address in IPv6's clothes is limited and logged as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
