"""The four ends that judging can have.  Each carries its findings; a Rejected names the codes that refuse."""

from dataclasses import dataclass

from validation.codes import Code
from validation.finding import Finding


@dataclass(frozen=True, slots=True)
class Accepted:
    """Nothing worse than a note."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Postponed:
    """Evidence was out of reach and nothing else is in the way: ask again later."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A person must look; `proposed_refusal` names the faults whose refusal is proposed to him."""

    findings: tuple[Finding, ...]
    proposed_refusal: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused automatically, for `codes` that the office has signed off."""

    findings: tuple[Finding, ...]
    codes: tuple[Code, ...]


Verdict = Accepted | Postponed | Held | Rejected

VERDICT_WORDS: dict[type[Verdict], str] = {
    Accepted: "accepted",
    Postponed: "postponed",
    Held: "held",
    Rejected: "rejected",
}


def word(verdict: Verdict) -> str:
    """The verdict as the contract writes it."""
    return VERDICT_WORDS[type(verdict)]
