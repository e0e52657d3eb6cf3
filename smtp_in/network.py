"""Addresses of the network: host and port as settings write them, and the neighbours that limits count together."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str) -> str:
    """/24 of IPv4, /64 of IPv6 (the least that one customer has).

    "192.0.2.0/24" for "192.0.2.7", "2001:db8::/64" for "2001:db8::1"; what is no address is its own network.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))


def host_and_port(text: str) -> tuple[str, int]:
    """ "127.0.0.1:2525" or "[::1]:2525", taken apart.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"not host:port: {text}")
    return host.removeprefix("[").removesuffix("]"), int(port)
