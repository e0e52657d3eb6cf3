"""A Finding is one rule's result; an Observation is the same before policy has weighed it.

Validation observes: code, what it is about, evidence.  Severity is the office's word, not the bytes': `bridge`
weighs each Observation by the catalogue and by policy for the sender's class, and a Finding is the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from validation.codes import Code


class Severity(IntEnum):
    """How much a finding weighs.  The order is the meaning: the worst decides."""

    NOTE = 0  #: recorded, never changes the verdict
    UNKNOWN = 1  #: evidence was out of reach: ask again later
    DOUBT = 2  #: a person must look
    FAULT = 3  #: the sender must mend it

    @property
    def word(self) -> str:
        """The severity as the contract writes it: note, unknown, doubt, fault."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Observation:
    """What a rule saw, unweighed."""

    code: Code
    about: tuple[str, ...] = ()  #: the path to the thing: ("mail.eml", "dossier.zip", "a.pdf"); empty = the mail
    evidence: Mapping[str, str] = field(default_factory=dict)  #: named facts for the sentence and the explanation


@dataclass(frozen=True, slots=True)
class Finding:
    """An Observation weighed by policy."""

    code: Code
    severity: Severity
    about: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    reason: str = "catalogue"  #: who set the severity: "catalogue" or the policy rule's name


def worst(findings: tuple[Finding, ...]) -> Severity:
    """The worst severity among `findings`; NOTE when there is none.

    Safe only because an absent document and an absent signature are observations of their own.
    """
    return max((finding.severity for finding in findings), default=Severity.NOTE)
