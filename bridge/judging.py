"""Weighs what was observed and judges by the worst.  Pure: observations, policy and the sender's class come in."""

from collections.abc import Iterable
from datetime import timedelta

from bridge.catalogue import severity_of
from bridge.policy import Policy
from validation.codes import Code
from validation.finding import Finding, Observation, Severity, worst
from validation.verdict import Accepted, Held, Postponed, Rejected, Verdict


def weigh(observation: Observation, sender_class: str, policy: Policy) -> Finding:
    """The observation with its severity: policy for that class of senders, else the catalogue."""
    word = policy.severity.get(sender_class, {}).get(observation.code)
    if word is not None:
        severity, reason = Severity[word.upper()], f"policy.severity.{sender_class}"
    else:
        severity, reason = severity_of(observation.code, sender_class), "catalogue"
    return Finding(observation.code, severity, observation.about, observation.evidence, reason)


def refuses(code: Code, sender_class: str, policy: Policy) -> bool:
    """Has the office signed off that this code refuses such a sender without a person?"""
    return code in policy.refuse_automatically or f"{code}:{sender_class}" in policy.refuse_automatically


def judge(findings: Iterable[Finding], sender_class: str, policy: Policy, waited: timedelta = timedelta()) -> Verdict:
    """The worst finding decides; no finding at all is an acceptance.

    A FAULT whose code is signed off is Rejected; any other FAULT is Held with the refusal proposed.  What is only
    UNKNOWN is Postponed, until it has `waited` so long that a person must look.
    """
    found = tuple(sorted(findings, key=lambda finding: -finding.severity))
    match worst(found):
        case Severity.NOTE:
            return Accepted(found)
        case Severity.UNKNOWN:
            return Postponed(found) if waited < policy.postpone_for else Held(found)
        case Severity.DOUBT:
            return Held(found)
        case Severity.FAULT:
            faults = tuple(dict.fromkeys(finding.code for finding in found if finding.severity is Severity.FAULT))
            refusing = tuple(code for code in faults if refuses(code, sender_class, policy))
            return Rejected(found, refusing) if refusing else Held(found, faults)
