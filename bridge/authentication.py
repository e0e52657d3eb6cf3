"""Who vouches for a mail beyond what it says itself: SPF, DKIM, ARC and DMARC together, as one value."""

from dataclasses import dataclass

from validation.dmarc import Dmarc, Proven
from validation.domain import aligned

OURS = "docbridge"  #: the authserv-id of what we say ourselves


@dataclass(frozen=True, slots=True)
class Check:
    """One check as `mails explain` shows it."""

    method: str  #: spf, dkim, arc, dmarc
    result: str
    of: str = ""  #: what it speaks of, as a property of RFC 8601: "header.d=a.example"; "" = nothing
    by: str = OURS  #: whose word it is: ours, or a gateway's name
    why: str = ""


@dataclass(frozen=True, slots=True)
class Authentication:
    """What is known of a mail's origin."""

    proven: Proven
    dmarc: Dmarc
    from_domains: tuple[str, ...]  #: each domain in From once
    checks: tuple[Check, ...] = ()
    dkim_failed: tuple[str, ...] = ()  #: domains whose signature does not verify
    submitted: bool = False  #: by a system of ours under its name (AUTH): DMARC is not for such mail

    @property
    def forged(self) -> bool:
        """Does the domain in From ask that such mail be not delivered?"""
        return self.dmarc.result == "fail" and self.dmarc.policy in ("quarantine", "reject")

    def vouches_for(self, domain: str) -> bool:
        """Does any of it speak for that domain or its organisation?"""
        by_spf = self.proven.spf == "pass" and aligned(self.proven.spf_domain, domain)
        by_dmarc = self.dmarc.result == "pass" and aligned(self.dmarc.domain, domain)
        return by_spf or by_dmarc or any(aligned(signed, domain) for signed in self.proven.dkim)

    @property
    def vouched(self) -> str:
        """Who speaks for it, in a form that can be compared with that of another mail; "" = nobody."""
        spf = (f"spf={self.proven.spf_domain}",) if self.proven.spf == "pass" else ()
        dmarc = (f"dmarc={self.dmarc.domain}",) if self.dmarc.result == "pass" else ()
        words = (*spf, *(f"dkim={domain}" for domain in self.proven.dkim), *dmarc)
        return " ".join(sorted({*words, *(("auth",) if self.submitted else ())}))

    @property
    def field(self) -> str:
        """The checks as the Authentication-Results that we would write (RFC 8601); the mail itself stays as it came."""
        said = (f"{check.method}={check.result}{f' {check.of}' if check.of else ''}" for check in self.checks)
        return "; ".join((OURS, *said))
