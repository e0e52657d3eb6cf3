"""Two holdings of trust side by side: what is in the one and not in the other, by fingerprint and list.

The other may be a trust directory, or a bundle that an authority publishes, which names no lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509

from bridge import truststore
from bridge.truststore import Entry


@dataclass(frozen=True, slots=True)
class Difference:
    """One certificate that only one side has, or that only one side trusts."""

    change: str  #: only-here, only-there, ended-here, ended-there
    list_name: str  #: government, public, intermediates; "" = a bundle names none
    subject: str
    fingerprint: str


def compare(directory: Path, other: Path) -> tuple[Difference, ...]:
    """What differs between the trust directory and `other`.

    Raises:
        Unavailable: one of them cannot be read.
    """
    ours = truststore.entries(directory)
    return _directories(ours, truststore.entries(other)) if other.is_dir() else _bundle(ours, other)


def _directories(ours: Iterable[Entry], theirs: Iterable[Entry]) -> tuple[Difference, ...]:
    here = {(one.list_name, one.fingerprint): one for one in ours}
    there = {(one.list_name, one.fingerprint): one for one in theirs}
    found = [_told("only-here", here[key]) for key in here.keys() - there.keys()]
    found += [_told("only-there", there[key]) for key in there.keys() - here.keys()]
    for key in here.keys() & there.keys():
        if (here[key].ended is None) != (there[key].ended is None):
            found.append(_told("ended-there" if here[key].ended is None else "ended-here", here[key]))
    return _sorted(found)


def _bundle(ours: Iterable[Entry], file: Path) -> tuple[Difference, ...]:
    here = {one.fingerprint: one for one in ours}
    there = {one.sha256.hex(): one for one in map(x509.Certificate.load, truststore.certificates_in(file))}
    found = [_told("only-here", here[key]) for key in here.keys() - there.keys() if here[key].ended is None]
    found += [
        Difference("only-there", "", there[key].subject.human_friendly, key) for key in there.keys() - here.keys()
    ]
    found += [_told("ended-here", here[key]) for key in here.keys() & there.keys() if here[key].ended is not None]
    return _sorted(found)


def _told(change: str, entry: Entry) -> Difference:
    return Difference(change, entry.list_name, entry.subject, entry.fingerprint)


def _sorted(found: list[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(found, key=lambda one: (one.change, one.list_name, one.subject, one.fingerprint)))
