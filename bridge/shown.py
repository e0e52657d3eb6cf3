"""A judged file, a finding, a signature as the contract's JSON shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from bridge.catalogue import says
from bridge.sentences import signature_says
from validation.finding import Finding
from validation.inspected import Inspected
from validation.signature import Signature

Shown = dict[str, Any]


def signature_shown(signature: Signature) -> Shown:
    """One signature."""
    return {
        "carrier": signature.carrier,
        "where": signature.where,
        "countersigns": signature.countersigns,
        "result": signature.result,
        "reason": signature.reason,
        "says": signature_says(signature),
        "sound": signature.sound,
        "problems": signature.problems,
        "integrity": signature.integrity,
        "coverage": signature.coverage,
        "covers": signature.covers,
        "left_out": signature.left_out,
        "trust": signature.trust,
        "revocation": signature.revocation,
        "authority": signature.authority,
        "signer": signature.signer,
        "signed_at": signature.signed_at,
        "signed_at_source": signature.signed_at_source,
        "algorithm": signature.algorithm,
        "judged_for": signature.judged_for,
        "relied_on": signature.relied_on,
    }


def file_shown(file: Inspected) -> Shown:
    """One file, without those inside it."""
    return {
        "path": file.path,
        "sha256": file.sha256,
        "size": file.size,
        "format": file.format,
        "signature_state": file.signature_state,
        "signatures": [signature_shown(signature) for signature in file.signatures],
    }


def files_shown(files: Iterable[Inspected], findings: Iterable[Finding]) -> list[Shown]:
    """Every file, those inside others too, in one list: the path tells where each was found."""
    by_path: Mapping[tuple[str, ...], list[Finding]] = _by_path(findings)
    return [
        {**file_shown(file), "attachments": [], "findings": [finding_shown(f) for f in by_path.get(file.path, [])]}
        for top in files
        for file in top.walk()
    ]


def finding_shown(finding: Finding) -> Shown:
    """One finding."""
    return {
        "code": finding.code,
        "severity": finding.severity.word,
        "about": "/".join(finding.about),
        "says": says(finding),
        "evidence": finding.evidence,
    }


def _by_path(findings: Iterable[Finding]) -> dict[tuple[str, ...], list[Finding]]:
    found: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.about, []).append(finding)
    return found
