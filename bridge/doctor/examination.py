"""All checkups in the order in which a person mends what they find."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bridge.doctor.anchors import anchors
from bridge.doctor.checkup import Checkup, ok, problem
from bridge.doctor.departing import addresses, mail_servers, signatures
from bridge.doctor.exchanges import exchanges
from bridge.doctor.machine import directories, disk, libraries, reports
from bridge.doctor.mailboxes import mailboxes
from bridge.doctor.mirror import mirror
from bridge.doctor.names import dns
from bridge.doctor.ports import ports
from bridge.doctor.records import schema
from bridge.doctor.relays import relays
from bridge.doctor.seal import seal
from bridge.doctor.secrecy import secrecy
from bridge.doctor.walls import walls
from bridge.settings import BadSettings, load, located


def examine(config: Path | None, now: datetime) -> Iterator[Checkup]:
    """Every checkup; without usable settings only what needs none."""
    try:
        settings = load(config)
    except BadSettings as bad:
        yield problem("settings", str(bad), "correct that line; `docbridge settings describe` tells every key")
        yield from libraries()
        yield reports()
        return
    yield ok("settings", str(located(config)))
    yield from libraries()
    yield reports()
    yield from directories(settings)
    yield from disk(settings)
    yield from schema(settings)
    yield from ports(settings)
    yield from relays(settings)
    yield from anchors(settings, now)
    yield from mirror(settings, now)
    yield from walls(settings)
    yield from secrecy(settings)
    yield from seal(settings, now)
    yield from mail_servers(settings)
    yield from addresses(settings)
    yield from signatures(settings, now)
    yield from mailboxes(settings)
    yield from exchanges(settings)
    yield from dns(settings)
