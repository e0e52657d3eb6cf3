"""Who has a part in one mail or packet: the entries of the registers that it names, out of perhaps 100,000.

Promise: the sandboxed child is given those and no others; a name of which it was not told yet is Wanted, never taken
for unknown, since a sender who is unknown is asked for less.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bridge.edxml.packet import DocumentPacket
from bridge.job import Job, Snapshot, Wanted
from bridge.routing import fits, recipients_of, senders_of
from store.registry import Organ, Registry, RoutingRule
from validation.message import Message

_MOST_SUCCESSIONS = 20  # organs that followed one another; the register's circles end here


def unasked(snapshot: Snapshot, names: Iterable[str]) -> Wanted | None:
    """The question after those of `names` whose entries the snapshot does not hold; None = it holds them all."""
    if snapshot.asked is None:
        return None
    missing = tuple(dict.fromkeys(name for name in names if name and name not in snapshot.asked))
    return Wanted(parties=missing) if missing else None


def of_mail(job: Job, message: Message) -> Iterator[str]:
    """Its senders, and the organs that the rules name which fit it."""
    senders = senders_of(job.mail.origin, message)
    yield from of_addresses(senders)
    recipients = recipients_of(job.mail.origin, message)
    for rule in job.snapshot.routes:
        if any(fits(rule, recipient, senders, message.subject) for recipient in recipients):
            yield from rule.organs


def of_packet(packet: DocumentPacket) -> Iterator[str]:
    """Its receivers."""
    for party in packet.receivers:
        yield party.organ_id
        yield from of_addresses((party.email,))


def of_addresses(addresses: Iterable[str]) -> Iterator[str]:
    """Each address, and its domain as the registers have it."""
    for address in addresses:
        if address:
            yield address
            yield f"@{address.rpartition('@')[2]}"


def of_rules(rules: Iterable[RoutingRule]) -> tuple[str, ...]:
    """Every organ that a rule names."""
    return tuple(dict.fromkeys(name for rule in rules for name in rule.organs))


def told_of(snapshot: Snapshot, registry: Registry, names: Iterable[str]) -> Snapshot:
    """The snapshot with the entries of `names`, and the organs that took the place of dissolved ones.

    Raises:
        Unavailable: the registers cannot be read.
    """
    asked = frozenset(names)
    organs = {organ.id: organ for organ in (*snapshot.organs, *registry.organs.having(asked))}
    for _ in range(_MOST_SUCCESSIONS):
        following = {organ.successor for organ in organs.values() if organ.successor} - _found_under(organs.values())
        found = registry.organs.having(following)
        organs |= {organ.id: organ for organ in found}
        if not found:
            break
    correspondents = {one.id: one for one in (*snapshot.correspondents, *registry.correspondents.having(asked))}
    return replace(
        snapshot,
        organs=tuple(sorted(organs.values(), key=lambda organ: (organ.position, organ.id))),
        correspondents=tuple(sorted(correspondents.values(), key=lambda one: (one.position, one.id))),
        asked=(snapshot.asked or frozenset()) | asked,
    )


def _found_under(organs: Iterable[Organ]) -> set[str]:
    """Every name under which one of `organs` is found: a successor is named by its uid or by any id."""
    return {name for organ in organs for name in (organ.id, *(known.value for known in organ.ids))}
