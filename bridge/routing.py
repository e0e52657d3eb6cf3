"""Where a mail goes, and the rule that said so.  Pure: addresses, subject and rules come in.

For each recipient the first rule that fits decides; a mail for several organs goes to all of them in one envelope.  An
empty pattern fits everything; "*" and "?" stand for letters; "@domain" fits every address of that domain; subjects are
compared without accents and letter case.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bridge.axis.settings import AxisSettings
from bridge.fields.fold import fold
from bridge.job import Snapshot
from store.mail import Origin
from store.registry import RoutingRule
from validation.codes import Code
from validation.finding import Observation
from validation.message import Message


@dataclass(frozen=True, slots=True)
class Destination:
    """One axis and the organs there."""

    axis: str
    organ_ids: tuple[str, ...]
    rules: tuple[str, ...]  #: ids of the rules that said so


@dataclass(frozen=True, slots=True)
class Routes:
    """Where one mail goes."""

    recipients: tuple[str, ...]
    destinations: tuple[Destination, ...]
    observations: tuple[Observation, ...]

    @property
    def organ_ids(self) -> tuple[str, ...]:
        """All organs, on all axes."""
        return tuple(organ for destination in self.destinations for organ in destination.organ_ids)

    def axes(self, snapshot: Snapshot) -> tuple[AxisSettings, ...]:
        """The axes it goes to."""
        names = {destination.axis for destination in self.destinations}
        return tuple(axis for axis in snapshot.axes if axis.name in names)

    @property
    def rule(self) -> str:
        """The rules that decided, for people."""
        return ", ".join(rule for destination in self.destinations for rule in destination.rules) or "no rule fits"

    @property
    def given(self) -> str:
        """What the rules were asked of."""
        return f"{len(self.recipients)} recipients"


def address_fits(pattern: str, address: str) -> bool:
    """Does the address fit the pattern?"""
    pattern, address = pattern.lower(), address.lower()
    if pattern.startswith("@"):
        return address.endswith(pattern)
    return not pattern or fnmatchcase(address, pattern)


def fits(rule: RoutingRule, recipient: str, senders: tuple[str, ...], subject: str) -> bool:
    """Does the rule fit a mail for that recipient?"""
    return (
        address_fits(rule.recipient, recipient)
        and any(address_fits(rule.sender, sender) for sender in senders or ("",))
        and (not rule.subject or fnmatchcase(fold(subject), f"*{fold(rule.subject, keep='*?')}*"))
    )


def recipients_of(origin: Origin, message: Message) -> tuple[str, ...]:
    """Whom the mail is for: the forward paths, else (a file, a mailbox) the addresses in To and Cc."""
    paths = tuple(path.address.lower() for path in origin.rcpt_to)
    return paths or tuple(
        box.address.lower() for name in ("To", "Cc") for box in message.mailboxes(name) if box.address
    )


def route(origin: Origin, message: Message, snapshot: Snapshot) -> Routes:
    """Where the mail goes."""
    recipients = recipients_of(origin, message)
    senders = tuple(
        dict.fromkeys(
            address.lower()
            for address in (origin.mail_from, *(box.address for box in message.mailboxes("From")))
            if address
        )
    )
    rules = sorted(snapshot.routes, key=lambda rule: rule.position)
    chosen: dict[str, RoutingRule] = {}
    known = False
    for recipient in recipients:
        known = known or recipient in snapshot.our_addresses
        for rule in rules:
            if fits(rule, recipient, senders, message.subject):
                known = known or bool(rule.recipient)
                chosen.setdefault(rule.id, rule)
                break
    if not known and not chosen:
        return Routes(recipients, (), (Observation(Code.RECIPIENT_UNKNOWN),))
    default = snapshot.axes[0].name if snapshot.axes else ""
    organs: dict[str, dict[str, None]] = {}
    said: dict[str, dict[str, None]] = {}
    for rule in chosen.values():
        axis = rule.axis or default
        organs.setdefault(axis, {}).update(dict.fromkeys(rule.organ_ids))
        said.setdefault(axis, {})[rule.id] = None
    destinations = tuple(
        Destination(axis, tuple(ids), tuple(said[axis])) for axis, ids in organs.items() if axis and ids
    )
    missing = () if destinations else (Observation(Code.ROUTE_MISSING),)
    return Routes(recipients, destinations, missing)
