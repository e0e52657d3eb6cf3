"""Who sent a mail, in what class, and whether the world says so too.

The class is the strictest of those whose address stands in the reverse path or in From: who writes an agency's name
into one of them is asked for what an agency owes.  Unknown is individual.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bridge.authenticating import authenticate
from bridge.authentication import Authentication
from bridge.axis.settings import AnyAxis
from bridge.edxml.packet import Party
from bridge.job import Job, Wanted
from bridge.parties import of_mail, unasked
from store.registry import Correspondent
from validation.codes import Code
from validation.domain import aligned, domain_of
from validation.finding import Observation
from validation.message import Message

_STRICTNESS = {"agency": 0, "business": 1, "individual": 2}


@dataclass(frozen=True, slots=True)
class Sender:
    """The one a mail came from, as far as is known."""

    reverse_path: str
    address: str  #: of From; the reverse path where From names nobody
    name: str  #: the registered name, else the display name of From
    correspondent: Correspondent | None
    authentication: Authentication
    organ: str = ""  #: name of the organ in whose domain From is; "" = no organ's of the register
    by_rule: str = ""  #: the class that a routing rule gives such senders; "" = none does

    @property
    def sender_class(self) -> str:
        """agency, business or individual: what a routing rule says, else the register, else individual."""
        return self.by_rule or (self.correspondent.sender_class if self.correspondent else "individual")

    @property
    def authentic(self) -> bool:
        """Does the world say that the reverse path's domain sent it, and From's domain not the contrary?"""
        domain = domain_of(self.reverse_path) or domain_of(self.address)
        return self.authentication.dmarc.result != "fail" and self.authentication.vouches_for(domain)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What is to be noted of the sender."""
        code = Code.MAIL_AUTHENTIC if self.authentic else Code.MAIL_UNAUTHENTICATED
        unknown = () if self.correspondent else (Observation(Code.SENDER_UNKNOWN),)
        return (Observation(code), *unknown, *self._doubts())

    def _doubts(self) -> Iterator[Observation]:
        """What speaks against his being the one whom From names."""
        known = self.authentication
        domain, result = known.dmarc.domain, known.dmarc.result
        if known.submitted:
            return
        if len(known.from_domains) != 1:
            yield Observation(Code.SENDER_AMBIGUOUS, evidence={"count": str(len(known.from_domains))})
        if known.proven.spf == "fail":
            yield Observation(Code.SENDER_SPF_FAIL, evidence={"domain": known.proven.spf_domain})
        broken = [name for name in known.dkim_failed if aligned(name, domain)]
        if broken and not any(aligned(name, domain) for name in known.proven.dkim):
            yield Observation(Code.SENDER_DKIM_FAIL, evidence={"domain": broken[0]})
        facts = {"domain": domain, "policy": known.dmarc.policy, "dmarc": result}
        if result == "fail":
            yield Observation(Code.SENDER_DMARC_FAIL, evidence=facts)
            if self.organ:
                yield Observation(Code.SENDER_IMPERSONATES, evidence={**facts, "organ": self.organ})
        elif result != "pass" and domain and not known.vouches_for(domain):
            yield Observation(Code.SENDER_UNVERIFIED, evidence=facts)

    def seen_by(self, rule_class: str) -> "Sender":
        """The sender in the class that a routing rule gives him; "" leaves him as he is."""
        return replace(self, by_rule=rule_class)

    def organ_id(self, axis: AnyAxis) -> str:
        """The id under which this sender's documents travel on that axis; "" when none is known."""
        if self.correspondent and self.correspondent.organ_id:
            return self.correspondent.organ_id
        return "" if self.sender_class == "agency" else axis.organ_id_of_others

    def without_id(self, axes: tuple[AnyAxis, ...]) -> tuple[Observation, ...]:
        """A finding where an axis wants an id of the sender and none is known."""
        return tuple(
            Observation(Code.SENDER_WITHOUT_ID, evidence={"axis": axis.name})
            for axis in axes
            if not self.organ_id(axis)
        )

    def party(self, axis: AnyAxis, issuer: str) -> Party:
        """The sender as a packet names him; `issuer` is the name on the document."""
        name = self.correspondent.name if self.correspondent else issuer or self.name
        return Party(self.organ_id(axis), name, email=self.address)


def find(correspondents: tuple[Correspondent, ...], address: str) -> Correspondent | None:
    """The correspondent with that address, or, where none has it, with its domain."""
    address = address.lower()
    domain = address.rpartition("@")[2]
    if not domain:
        return None
    for correspondent in correspondents:
        if address in (known.lower() for known in correspondent.addresses):
            return correspondent
    for correspondent in correspondents:
        if domain in (known.lower().lstrip("@") for known in correspondent.domains):
            return correspondent
    return None


def sender_of(job: Job, message: Message, raw: bytes) -> Sender | Wanted:
    """Who sent the mail, or what is wanted to say who vouches for it."""
    if wanted := unasked(job.snapshot, of_mail(job, message)):
        return wanted
    authentication = authenticate(job, message, raw)
    if isinstance(authentication, Wanted):
        return authentication
    reverse_path = job.mail.origin.mail_from
    boxes = message.mailboxes("From")
    address = boxes[0].address if boxes and boxes[0].address else reverse_path
    named = [
        found
        for candidate in (reverse_path, *(box.address for box in boxes))
        if (found := find(job.snapshot.correspondents, candidate))
    ]
    return Sender(
        reverse_path=reverse_path,
        address=address,
        name=boxes[0].name if boxes else "",
        correspondent=min(named, key=lambda found: _STRICTNESS[found.sender_class], default=None),
        authentication=authentication,
        organ=_organ_of(job, authentication.dmarc.domain),
    )


def _organ_of(job: Job, domain: str) -> str:
    """The name of the organ whose addresses are in that domain; "" = none of the register."""
    if not domain:
        return ""
    organs = (organ for organ in job.snapshot.organs if domain in map(domain_of, organ.addresses))
    return next((organ.name for organ in organs), "")
