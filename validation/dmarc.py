"""Does the domain in From stand behind a mail?  DMARC (RFC 7489): the record, alignment, the result, what is asked.

Promise: no look-up is made here, and nothing is raised; a record that is not in the evidence yet is wanted.  `fail`
is said only where both checks were really made: an SPF that could not be asked, or a key that cannot be had now, is
no failure of the sender.  `pct` is told and not played out: whether a mail is suspect is no matter of chance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from validation.domain import aligned, organisation
from validation.evidence import Evidence, WantedDns

Result = Literal["none", "pass", "fail", "temperror", "permerror"]

_VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")  # section 6.4: the first tag, in exactly these letters
_POLICIES = ("none", "quarantine", "reject")
_URI = re.compile(r"[ \t]*[a-z][a-z0-9+.-]*:[^\s,;!]+", re.IGNORECASE)
_WORST: tuple[Result, ...] = ("fail", "temperror", "permerror", "none", "pass")
_MOST_DOMAINS = 4  # of one From; nobody honest has more


@dataclass(frozen=True, slots=True)
class Proven:
    """What SPF and DKIM say of a mail, by whomever they were judged."""

    spf: str  #: RFC 7208's words; unknown = nobody could ask
    spf_domain: str  #: of the reverse path, or of HELO where that is empty
    dkim: tuple[str, ...] = ()  #: domains whose signature verifies
    dkim_unsure: tuple[str, ...] = ()  #: domains whose key cannot be had now


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The result for one domain of From."""

    result: Result
    domain: str = ""  #: the domain that is spoken of; "" = From names none
    policy: str = ""  #: what it asks for mail that fails: none, quarantine, reject; "" = nothing is published
    percent: int = 100  #: of how many such mails (`pct`)
    why: str = ""  #: for `mails explain`


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain publishes."""

    policy: str
    policy_below: str  #: for subdomains without a record of their own (`sp`)
    strict_dkim: bool = False
    strict_spf: bool = False
    percent: int = 100


def result_of(word: str) -> Result | None:
    """The result that a word of another server names; None where it is none of RFC 7489's."""
    return next((result for result in _WORST if result == word), None)


def records_wanted(domain: str) -> tuple[WantedDns, ...]:
    """Where the record of a domain may be: at itself, and at its organisation (section 6.6.3)."""
    names = dict.fromkeys(name for name in (domain, organisation(domain)) if name)
    return tuple(WantedDns(f"_dmarc.{name}", "TXT") for name in names)


def parse(text: str) -> Record | None:
    """The record in `text`; None where it asks for nothing that can be understood (section 6.6.3 step 6)."""
    if not _VERSION.match(text):
        return None
    tags: dict[str, str] = {}
    for part in text.split(";")[1:]:
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    policy = tags.get("p", "").lower()
    below = tags.get("sp", policy).lower()
    if policy not in _POLICIES or below not in _POLICIES:
        if not any(map(_URI.match, tags.get("rua", "").split(","))):
            return None
        policy = below = "none"
    percent = tags.get("pct", "100")
    return Record(
        policy,
        below,
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        percent=min(100, int(percent)) if re.fullmatch(r"[0-9]{1,3}", percent) else 100,
    )


def dmarc(domains: Sequence[str], proven: Proven, evidence: Evidence) -> Dmarc | tuple[WantedDns, ...]:
    """The result for a mail whose From names these domains, or the records that are wanted to say it.

    Where From names several, each must stand behind the mail: the worst result is the mail's (section 6.6.1).
    """
    if not domains:
        return Dmarc("none", why="From names no domain")
    if len(domains) > _MOST_DOMAINS:
        return Dmarc("permerror", domains[0], why=f"From names {len(domains)} domains")
    wanted = [one for domain in domains for one in records_wanted(domain) if one.key not in evidence.dns]
    if wanted:
        return tuple(dict.fromkeys(wanted))
    return min((_of(domain, proven, evidence) for domain in domains), key=lambda each: _WORST.index(each.result))


def published(domain: str, evidence: Evidence) -> Record | Dmarc:
    """The record that holds for a domain, its policy already that for this domain; else why there is none."""
    for wanted in records_wanted(domain):
        answer = evidence.dns.get(wanted.key)
        if answer is None or answer.status == "failed":
            return Dmarc("temperror", domain, why=f"{wanted.name} cannot be asked now")
        texts = [text for text in answer.values if _VERSION.match(text)]
        if len(texts) > 1:
            return Dmarc("permerror", domain, why=f"{wanted.name} has several records")
        if texts:
            record = parse(texts[0])
            if record is None:
                return Dmarc("permerror", domain, why=f"{wanted.name} has no valid policy")
            own = wanted.name == f"_dmarc.{domain}"
            policy = record.policy if own else record.policy_below
            return Record(policy, record.policy_below, record.strict_dkim, record.strict_spf, record.percent)
    return Dmarc("none", domain, why="the domain publishes no record")


def _of(domain: str, proven: Proven, evidence: Evidence) -> Dmarc:
    record = published(domain, evidence)
    if isinstance(record, Dmarc):
        return record

    def said(result: Result, why: str) -> Dmarc:
        return Dmarc(result, domain, record.policy, record.percent, why)

    def by_dkim(signed: str) -> bool:
        return aligned(signed, domain, strict=record.strict_dkim)

    by_spf = aligned(proven.spf_domain, domain, strict=record.strict_spf)
    if signed := next(filter(by_dkim, proven.dkim), ""):
        return said("pass", f"DKIM of {signed}")
    if by_spf and proven.spf == "pass":
        return said("pass", f"SPF of {proven.spf_domain}")
    if any(map(by_dkim, proven.dkim_unsure)):
        return said("temperror", "the key of an aligned signature cannot be had now")
    if by_spf and proven.spf == "temperror":
        return said("temperror", "SPF cannot be asked now")
    if proven.spf == "unknown" and (by_spf or not proven.spf_domain):
        return said("none", "who handed the mail in is not known, so SPF could not be asked")
    return said("fail", "neither SPF nor DKIM of an aligned domain passes")
