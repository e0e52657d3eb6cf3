"""May the signer speak for the body that issues, and for the one who sent?  The fourth answer about a signature.

Three witnesses are compared: the certificate, the issuer named on page 1, and the registers' entry of the sending
address.  A name alone convicts only a body's certificate: a person's names the parent body as often as his own, and
names in certificates lag years behind reorganisations.  Whoever is in none of the registers is unknown, not wrong.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bridge.fields.fold import fold
from bridge.job import Snapshot
from bridge.sending import Sender
from bridge.signed_by import Holder, holder_of
from store.registry import Correspondent, Organ
from validation.signature import Authority, Signature, Signer, Trust

_SPELT = (
    ("ubnd", "uy ban nhan dan"),
    ("hdnd", "hoi dong nhan dan"),
    ("tp", "thanh pho"),
    ("cty", "cong ty"),
    ("cp", "co phan"),
    ("tnhh", "trach nhiem huu han"),
    ("mtv", "mot thanh vien"),
    ("dn", "doanh nghiep"),
)
_Entry = Organ | Correspondent


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said of one signer's authority."""

    answer: Authority
    names: str = ""  #: Vietnamese: the names that were compared


def authority_of(signature: Signature, issuer: str, sender: Sender, snapshot: Snapshot) -> Spoken:
    """The answer for a sound and trusted signature; any other proves no signer, so there is nobody to speak of."""
    if not signature.sound or signature.trust is not Trust.TRUSTED:
        return Spoken(Authority.UNKNOWN)
    signer = signature.signer
    known: tuple[_Entry, ...] = (*snapshot.correspondents, *snapshot.organs)
    holders = tuple(entry for entry in known if _is_holder(entry, signer))
    senders = tuple(_senders(sender, snapshot.organs))
    answers = {_by_sender(signer, holders, senders, sender), _by_issuer(signer, holders, issuer)}
    told = (
        ("người ký", _with_name(signer, holders)),
        ("cơ quan ban hành", issuer),
        ("người gửi", next((entry.name for entry in senders), "")),
    )
    names = "; ".join(f"{role}: {name}" for role, name in told if name)
    for answer in (Authority.DISAGREES, Authority.AGREES):
        if answer in answers:
            return Spoken(answer, names)
    return Spoken(Authority.UNKNOWN, names)


def names_asked(signer: Signer) -> tuple[str, ...]:
    """The keys under which the registers know the holder of a certificate."""
    box = signer.email.lower()
    domain = f"@{box.rpartition('@')[2]}" if box else ""
    return tuple(filter(None, (signer.certificate_sha256, signer.tax_code, box, domain)))


def _is_holder(entry: _Entry, signer: Signer) -> bool:
    """Is this entry the certificate's holder: by fingerprint, tax code, mailbox, or a domain that is its own?"""
    if signer.certificate_sha256 in (known.lower() for known in entry.certificates):
        return True
    box = signer.email.lower()
    if box and box in (address.lower() for address in entry.addresses):
        return True
    if isinstance(entry, Organ):
        return False  # the domain of an address may be a provider's; only correspondents have domains of their own
    if entry.tax_code and signer.tax_code:
        return _firm(entry.tax_code) == _firm(signer.tax_code)
    return bool(box) and box.rpartition("@")[2] in (domain.lower().lstrip("@") for domain in entry.domains)


def _firm(tax_code: str) -> str:
    """A branch's tax code is its firm's with three digits more."""
    return re.sub(r"\D", "", tax_code)[:10]


def _senders(sender: Sender, organs: Iterable[Organ]) -> Iterator[_Entry]:
    """The entries of the one who sent."""
    if sender.correspondent:
        yield sender.correspondent
    addresses = {sender.address.lower(), sender.reverse_path.lower()}
    yield from (organ for organ in organs if addresses & {address.lower() for address in organ.addresses})


def _identities(entries: Iterable[_Entry]) -> set[str]:
    """What makes two entries the same body: their own id, an organ id of theirs."""
    found: set[str] = set()
    for entry in entries:
        found.add(entry.id)
        if isinstance(entry, Organ):
            found |= {known.value.casefold() for known in entry.ids}
        elif entry.organ_id:
            found.add(entry.organ_id.casefold())
    return found


def _by_sender(signer: Signer, holders: tuple[_Entry, ...], senders: tuple[_Entry, ...], sender: Sender) -> Authority:
    if holders and senders:
        return Authority.AGREES if _identities(holders) & _identities(senders) else Authority.DISAGREES
    codes = {_firm(entry.tax_code) for entry in senders if isinstance(entry, Correspondent) and entry.tax_code}
    if codes and signer.tax_code and _firm(signer.tax_code) not in codes:
        return Authority.DISAGREES
    if signer.email and signer.email.lower() == sender.address.lower():
        return Authority.AGREES
    named = [name for entry in senders for name in _names(entry)]
    return Authority.AGREES if any(_same(_body(signer), name) for name in named) else Authority.UNKNOWN


def _by_issuer(signer: Signer, holders: tuple[_Entry, ...], issuer: str) -> Authority:
    body = _body(signer)
    if not issuer or not (body or holders):
        return Authority.UNKNOWN
    if any(_same(issuer, name) for name in (body, *(name for entry in holders for name in _names(entry)))):
        return Authority.AGREES
    # The parent body in O, or a person: neither says that the paper is another's.
    if holder_of(signer) is not Holder.BODY or _same(issuer, signer.organisation):
        return Authority.UNKNOWN
    return Authority.DISAGREES


def _body(signer: Signer) -> str:
    """The body that the certificate names: its holder's name, or a person's organisation."""
    return signer.name if holder_of(signer) is Holder.BODY else signer.organisation


def _names(entry: _Entry) -> tuple[str, ...]:
    return entry.every_name if isinstance(entry, Organ) else (entry.name,)


def _with_name(signer: Signer, holders: tuple[_Entry, ...]) -> str:
    registered = next((entry.name for entry in holders), "")
    body = registered or signer.organisation
    return f"{signer.name} ({body})" if body and fold(body) != fold(signer.name) else signer.name


def _same(one: str, other: str) -> bool:
    """Do two names mean one body?  The shorter may leave off the end: page 1 says `Sở Mẫu`, the register where."""
    short, long = sorted((_spelt(one), _spelt(other)), key=len)
    return bool(short) and f"{long} ".startswith(f"{short} ")


def _spelt(name: str) -> str:
    words = dict(_SPELT)
    return " ".join(words.get(word, word) for word in fold(name).split())
