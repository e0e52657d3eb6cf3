"""Who hands us mail: behind a server of the office's own, SPF must be told which hosts are only that."""

from collections.abc import Iterator
from ipaddress import ip_address

from bridge.doctor.checkup import Checkup, ok, warning
from bridge.settings import Settings
from smtp_in.network import host_and_port


def relays(settings: Settings) -> Iterator[Checkup]:
    """Where only this machine can reach the door, whoever hands a mail over is a relay and not its sender's server."""
    doors = [*settings.smtp_in.listen, *settings.smtp_in.tls_listen]
    if not doors or not all(_is_loopback(host_and_port(door)[0]) for door in doors):
        return
    named = settings.policy.trusted_relays
    if named:
        yield ok("relays", ", ".join(named))
    else:
        says = "only this machine can hand us mail, and no relay is named: SPF would be asked of 127.0.0.1"
        yield warning("relays", says, '[policy] trusted_relays = ["127.0.0.1/32"] behind a mail server of your own')


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
