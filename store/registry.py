"""The registers that people keep: routing rules, organs, correspondents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from store.connection import Database
from store.register import Register
from store.schema import correspondents, organs, routes


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Where mail goes.  Patterns are for `bridge` to read; "" matches everything."""

    id: str
    position: float = 0.0  #: rules are asked in this order; 0 when added = behind all others
    recipient: str = ""  #: an address, @domain or *
    sender: str = ""
    subject: str = ""
    organs: tuple[str, ...] = ()  #: uids of organs, or their ids
    axis: str = ""  #: the axis' name; "" = the only one
    sender_class: str = ""  #: agency, business or individual instead of the correspondent's own
    comment: str = ""


@dataclass(frozen=True, slots=True)
class OrganId:
    """An id of an organ, and when it holds."""

    scheme: str  #: qd-20 (H99.12) or qcvn-102 (000.12.00.H99)
    value: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OrganName:
    """A name that an organ had, and when."""

    name: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Organ:
    """An organisation with its history."""

    id: str  #: our own, never changes
    name: str  #: the present one
    position: float = 0.0
    former_names: tuple[str, ...] = ()  #: earlier ones, nobody knows of when
    ids: tuple[OrganId, ...] = ()
    addresses: tuple[str, ...] = ()  #: mail addresses that are the organ's
    certificates: tuple[str, ...] = ()  #: SHA-256 of DER, hex
    successor: str = ""  #: id of the organ that took its place; "" = none
    abbreviations: tuple[str, ...] = ()  #: as in notations: UBND, STC
    names: tuple[OrganName, ...] = ()  #: earlier ones whose time is known
    domains: tuple[str, ...] = ()  #: of its mail
    tax_code: str = ""

    @property
    def every_name(self) -> tuple[str, ...]:
        """The present name and all earlier ones."""
        return (self.name, *self.former_names, *(known.name for known in self.names))


@dataclass(frozen=True, slots=True)
class Correspondent:
    """One we exchange mail with."""

    id: str
    sender_class: str  #: agency, business or individual
    name: str
    position: float = 0.0
    organ_id: str = ""  #: its id on the axis; "" = none
    tax_code: str = ""
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()  #: SHA-256 of DER, hex


def _organ_keys(organ: Organ) -> Iterator[str]:
    """By every id it ever had, tax code, addresses, its domains and theirs as "@domain", and certificates."""
    yield from organ.certificates
    yield from (known.value for known in organ.ids)
    yield from organ.addresses
    yield from (f"@{address.rpartition('@')[2]}" for address in organ.addresses)
    yield from (f"@{domain.lstrip('@')}" for domain in organ.domains)
    yield organ.tax_code


def _correspondent_keys(one: Correspondent) -> Iterator[str]:
    """By organ id, tax code, addresses, domains as "@domain", and certificates."""
    yield from one.certificates
    yield one.organ_id
    yield one.tax_code
    yield from one.addresses
    yield from (f"@{domain.lstrip('@')}" for domain in one.domains)


@dataclass(frozen=True, slots=True)
class Registry:
    """The three registers."""

    routes: Register[RoutingRule]
    organs: Register[Organ]
    correspondents: Register[Correspondent]


def registry_of(db: Database) -> Registry:
    """The registers in `db`."""
    return Registry(
        Register(db, routes, RoutingRule, lambda rule: ()),
        Register(db, organs, Organ, _organ_keys),
        Register(db, correspondents, Correspondent, _correspondent_keys),
    )
