"""Where a mail goes, and the rule that said so.  Pure: addresses, subject and rules come in.

For each recipient the first rule that fits decides; a mail for several organs goes to all of them in one envelope.  An
empty pattern fits everything; "*" and "?" stand for letters; "@domain" fits every address of that domain; a subject
fits that contains the rule's words, accents and letter case aside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from bridge.addressee import Addressee, addressee
from bridge.axis.settings import AnyAxis, VxpSystem
from bridge.check_door import only_checks
from bridge.fields.fold import fold
from bridge.job import Snapshot
from bridge.ours import is_own
from store.mail import Origin
from store.registry import RoutingRule
from validation.codes import Code
from validation.finding import Observation
from validation.message import Message


@dataclass(frozen=True, slots=True)
class Destination:
    """One axis and the organs there."""

    axis: str
    organs: tuple[Addressee, ...]
    rules: tuple[str, ...]  #: ids of the rules that said so


@dataclass(frozen=True, slots=True)
class Routes:
    """Where one mail goes."""

    recipients: tuple[str, ...]
    destinations: tuple[Destination, ...]
    sender_class: str  #: what the first rule that says so makes of the sender; "" = nothing
    observations: tuple[Observation, ...]

    @property
    def organ_ids(self) -> tuple[str, ...]:
        """All organs, on all axes."""
        return tuple(organ.organ_id for destination in self.destinations for organ in destination.organs)

    def axes(self, snapshot: Snapshot) -> tuple[AnyAxis, ...]:
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
        and fold(rule.subject) in fold(subject)
    )


def recipients_of(origin: Origin, message: Message) -> tuple[str, ...]:
    """Whom the mail is for: the forward paths, else (a file, a mailbox) the addresses in To and Cc."""
    paths = tuple(path.address.lower() for path in origin.rcpt_to)
    return paths or tuple(
        box.address.lower() for name in ("To", "Cc") for box in message.mailboxes(name) if box.address
    )


def senders_of(origin: Origin, message: Message) -> tuple[str, ...]:
    """Whom the mail is from: the reverse path, and the addresses in From."""
    named = (origin.mail_from, *(box.address for box in message.mailboxes("From")))
    return tuple(dict.fromkeys(address.lower() for address in named if address))


def route(origin: Origin, message: Message, snapshot: Snapshot, today: date) -> Routes:
    """Where the mail goes."""
    recipients = recipients_of(origin, message)
    senders = senders_of(origin, message)
    if only_checks(origin, snapshot):
        return Routes(recipients, (), "", ())
    rules = sorted(snapshot.routes, key=lambda rule: rule.position)
    chosen: dict[str, RoutingRule] = {}
    known = False
    for recipient in recipients:
        known = known or is_own(recipient, snapshot)
        for rule in rules:
            if fits(rule, recipient, senders, message.subject):
                known = known or bool(rule.recipient)
                chosen.setdefault(rule.id, rule)
                break
    if not known and not chosen:
        return Routes(recipients, (), "", (Observation(Code.RECIPIENT_UNKNOWN),))
    default = snapshot.axes[0].name if snapshot.axes else ""
    organs: dict[str, dict[Addressee, None]] = {}
    said: dict[str, dict[str, None]] = {}
    schemes = {axis.name: axis.organ_scheme for axis in snapshot.axes}
    for rule in chosen.values():
        for name in rule.organs:
            meant = addressee(name, snapshot.organs, today)
            where = rule.axis or _system_of(meant, snapshot) or default
            if scheme := schemes.get(where):
                meant = addressee(name, snapshot.organs, today, scheme)
            organs.setdefault(where, {})[meant] = None
            said.setdefault(where, {})[rule.id] = None
    known_axes = {axis.name for axis in snapshot.axes}
    destinations = tuple(
        Destination(axis, _each_once(found), tuple(said[axis]))
        for axis, found in organs.items()
        if axis in known_axes and found
    )
    sender_class = next((rule.sender_class for rule in chosen.values() if rule.sender_class), "")
    missing = () if destinations else (Observation(Code.ROUTE_MISSING),)
    observed = succeeded(organ for destination in destinations for organ in organs[destination.axis])
    return Routes(recipients, destinations, sender_class, observed or missing)


def succeeded(organs: Iterable[Addressee]) -> tuple[Observation, ...]:
    """A note for each that stands for a dissolved one."""
    return tuple(
        Observation(Code.ORGAN_SUCCEEDED, evidence={"organ": one.instead_of, "successor": one.name or one.organ_id})
        for one in organs
        if one.instead_of
    )


def _each_once(organs: Iterable[Addressee]) -> tuple[Addressee, ...]:
    """One of each id: a body may be meant itself, and in the place of another."""
    found: dict[str, Addressee] = {}
    for organ in organs:
        found.setdefault(organ.organ_id.casefold(), organ)
    return tuple(found.values())


def _system_of(organ: Addressee, snapshot: Snapshot) -> str:
    """The system of its own by which that organ fetches what is for it; "" = it has none here."""
    systems = (axis for axis in snapshot.axes if isinstance(axis, VxpSystem))
    return next((system.name for system in systems if system.serves(organ.organ_id)), "")
