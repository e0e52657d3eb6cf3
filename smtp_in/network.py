"""The network that an address belongs to, as far as limits go: /24 of IPv4, /64 of IPv6 (one customer's least)."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str) -> str:
    """ "192.0.2.0/24" for "192.0.2.7", "2001:db8::/64" for "2001:db8::1"; what is no address is its own network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))
