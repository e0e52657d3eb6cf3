"""Evidence: what the world says, as values, and the moment it holds for.

Fetched outside, passed in.  Where a rule lacks a piece it answers `Wanted`; the worker fetches that and asks again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

MOST_WANTED = 24  #: addresses that one mail or file may have us ask in one round


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate that the office trusts, and for whom it may speak."""

    certificate: bytes  #: DER
    list_name: str  #: "government" or "public"
    ended_at: datetime | None = None  #: from when on nothing is trusted by it any more; None = it is trusted


@dataclass(frozen=True, slots=True)
class TrustStore:
    """What the trust directory held when it was read."""

    anchors: tuple[Anchor, ...] = ()
    intermediates: tuple[bytes, ...] = ()  #: DER certificates
    crls: tuple[bytes, ...] = ()  #: DER CRLs


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """One TXT/A/AAAA/MX... answer.  `status`: ok, none (no such name or no such record), failed (try later)."""

    status: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedDns:
    """A DNS record that a rule needs; `name` in lower case without the last dot, `kind` such as "TXT"."""

    name: str
    kind: str

    @property
    def key(self) -> str:
        """The key of the answer in `Evidence.dns`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class WantedSpf:
    """An SPF check that a rule needs: its look-ups follow from each other, so it is made outside as a whole."""

    client: str  #: address of the host
    helo: str
    mail_from: str  #: reverse path; "" = the empty one


@dataclass(frozen=True, slots=True)
class WantedHttp:
    """What a certificate points to: a list of revocation, a responder's answer, the issuer's certificate."""

    kind: str  #: crl, ocsp or certificate
    url: str  #: http or https; the sender's choice
    request: bytes = b""  #: what an OCSP responder is asked; empty for the others, which are only got

    @property
    def key(self) -> str:
        """The key of the answer in `Evidence.fetched`."""
        asked = f" {hashlib.sha256(self.request).hexdigest()}" if self.request else ""
        return f"{self.kind} {self.url}{asked}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known from outside, at `moment`."""

    moment: datetime  #: aware; what "now" means for every rule
    trust: TrustStore = TrustStore()
    dns: Mapping[str, DnsAnswer] = field(default_factory=dict)  #: by `WantedDns.key`
    spf: str = "unknown"  #: pass, fail, none, temperror... for the reverse path; unknown = not asked
    spf_of: str = ""  #: the client's address that `spf` speaks of; "" = none was asked about
    #: by `WantedHttp.key`; empty octets = asked for, and not to be had
    fetched: Mapping[str, bytes] = field(default_factory=dict)
    offline: bool = False  #: nobody is asked: what `fetched` lacks stays lacking
    arrived: datetime | None = None  #: when the bytes were in our hands: what they hold existed by then; None = unknown

    @property
    def proof(self) -> datetime:
        """The moment by which all that the bytes hold was there: their arrival, else the moment itself."""
        return self.moment if self.arrived is None else min(self.arrived, self.moment)
