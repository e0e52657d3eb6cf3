"""Documents as they were judged, made of values: for what a report says of them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bridge.report.subject import Placed, Subject
from validation.codes import Code
from validation.evidence import Evidence
from validation.finding import Finding, Severity
from validation.inspected import Format, Inspected
from validation.signature import (
    Authority,
    Carrier,
    Coverage,
    Integrity,
    Problem,
    Relied,
    Revocation,
    Signature,
    Signer,
    Trust,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PDF = "application/pdf"


def digest(of: str) -> str:
    """A digest that nothing else has."""
    return hashlib.sha256(of.encode()).hexdigest()


PERSON = Signer(
    name="Nguyễn Văn Mẫu", organisation="Sở Mẫu", serial="7", issuer="CA", certificate_sha256=digest("leaf")
)
BODY = replace(PERSON, name="Sở Mẫu tỉnh Thử Nghiệm", tax_code="0100000001", certificate_sha256=digest("seal"))


def relied_on(signer: Signer) -> tuple[Relied, ...]:
    """A chain of three and two words about it."""
    year = timedelta(days=365)
    return (
        Relied("certificate", signer.certificate_sha256, signer.name, "file", NOW - year, NOW + year),
        Relied("certificate", digest("ca"), "CA", "trust", NOW - year, NOW + year),
        Relied("anchor", digest("root"), "RootCA", "trust", NOW - year, NOW + year),
        Relied("crl", digest("list"), "RootCA", "trust", NOW, None),
        Relied("ocsp", digest("answer"), "", "http://ocsp.example.org/a?b", NOW, NOW + year),
    )


def valid(signer: Signer = BODY, carrier: Carrier = Carrier.PDF, where: str = "Signature1") -> Signature:
    """One that is valid."""
    return Signature(
        carrier, where, True, (), Integrity.INTACT, Coverage.WHOLE, Trust.TRUSTED, Revocation.GOOD, Authority.AGREES,
        signer, NOW, "timestamp", algorithm="rsa-2048/sha256", anchor_list="government", judged_for=NOW,
        relied_on=relied_on(signer),
    )  # fmt: skip


def broken(problem: Problem = Problem.DIGEST_MISMATCH) -> Signature:
    """One that is not sound."""
    integrity = Integrity.BROKEN if problem is Problem.DIGEST_MISMATCH else Integrity.INTACT
    return replace(valid(), sound=False, problems=(problem,), integrity=integrity)


def untrusted() -> Signature:
    """One of a stranger, whose time is his own word."""
    return replace(
        valid(), trust=Trust.UNTRUSTED, revocation=Revocation.NOT_CHECKED, relied_on=(), signed_at_source="claimed"
    )


def unread() -> Signature:
    """One that nobody can read."""
    return Signature(Carrier.XML, "", None, (Problem.UNSUPPORTED,), Integrity.UNKNOWN, Coverage.UNKNOWN)


def finding(code: Code, severity: Severity, **evidence: str) -> Finding:
    """About the main file."""
    return Finding(code, severity, ("mail.eml", "35.pdf"), evidence)


def subject(
    *signatures: Signature,
    verdict: str = "accepted",
    sender_class: str = "agency",
    findings: tuple[Finding, ...] = (),
    of_mail: tuple[Signature, ...] = (),
    name: str = "35.pdf",
) -> Subject:
    """A document with these signatures, those of other carriers in a file beside it."""
    main = Inspected(("mail.eml", name), digest("35"), 35_000, Format(PDF, PDF, "pdf", True, (), 1), signatures)
    beside = Inspected(("mail.eml", "35.pdf.p7s"), digest("35.p7s"), 2_000, Format("", "", "p7s", True))
    placed = tuple(Placed((main if one.carrier is Carrier.PDF else beside).path, one) for one in signatures)
    by_mail = tuple(Placed(("mail.eml",), one) for one in of_mail)
    evidence = Evidence(NOW + timedelta(minutes=1), arrived=NOW)
    return Subject(main, (main, beside), placed, by_mail, findings, verdict, sender_class, evidence)
