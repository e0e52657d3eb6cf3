"""The report for programs: XML as ETSI TS 119 102-2 has it (namespace of version 1.4.1), the same for every carrier.

Every check stands in it as a constraint, everything that was relied on as an object named by its digest: the octets
themselves are kept beside the judgement, or stand in the document.  The same judgement gives the same octets.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from bridge.report.checks import Answer, Check, chain_of, checks_of
from bridge.report.evidence_list import relied_on
from bridge.report.subject import Placed, Subject
from validation.inspected import Inspected
from validation.signature import Problem, Relied, Result, Signature

NAMESPACE = "http://uri.etsi.org/19102/v1.4.1#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_MAP: dict[str | None, str] = {None: NAMESPACE, "ds": _DS, "xades": _XADES}
_URN = "urn:etsi:019102"
_OURS = "urn:docbridge"

_MAIN = {Result.VALID: "total-passed", Result.INVALID: "total-failed", Result.INDETERMINATE: "indeterminate"}
_PARTS = {
    Answer.PASSED: "passed",
    Answer.FAILED: "failed",
    Answer.INDETERMINATE: "indeterminate",
    Answer.NOTE: "passed",
}
#: The sub-indication (ETSI EN 319 102-1 section 5.1.3) for the word that says why a signature is not VALID.
_SUBINDICATIONS = {
    Problem.DIGEST_MISMATCH: "HASH_FAILURE",
    Problem.VALUE_MISMATCH: "SIG_CRYPTO_FAILURE",
    Problem.TIMESTAMP_BROKEN: "SIG_CRYPTO_FAILURE",
    Problem.CERTIFICATE_SWAPPED: "SIG_CONSTRAINTS_FAILURE",
    Problem.FROM_MISMATCH: "SIG_CONSTRAINTS_FAILURE",
    Problem.CONTENT_MISSING: "SIGNED_DATA_NOT_FOUND",
    "revoked": "REVOKED",
    "no-certificate-chain": "NO_CERTIFICATE_CHAIN_FOUND",
    "revocation-unknown": "TRY_LATER",
    "authority-disagrees": "SIG_CONSTRAINTS_FAILURE",
}
_OBJECTS = {"certificate": "certificate", "anchor": "certificate", "crl": "CRL", "ocsp": "OCSPResponse"}


def report(subject: Subject) -> bytes:
    """The report of one document."""
    root = etree.Element(f"{{{NAMESPACE}}}ValidationReport", nsmap=_MAP)  # type: ignore[arg-type]  # the default one
    files = {file.path: file for file in subject.files}
    every = (*subject.signatures, *subject.of_mail)
    for number, placed in enumerate(every, 1):
        _signature(root, number, placed, subject, files.get(placed.path))
    if not every:
        _unsigned(root, subject)
    objects = _element(root, "SignatureValidationObjects")
    for file in subject.files:
        _object(objects, f"D-{file.sha256}", "signedData", file.sha256)
    known: dict[str, Relied] = {one.sha256: one for one in relied_on(subject)}
    for one in known.values():
        _object(objects, f"E-{one.sha256}", _OBJECTS[one.kind], one.sha256, one.source)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def sub_indication(signature: Signature) -> str:
    """The standard's word for why the signature is not VALID; "" when it is."""
    if signature.result is Result.VALID:
        return ""
    reason = signature.reason
    if reason in ("no-certificate-chain", "revocation-unknown"):
        if {Problem.EXPIRED, Problem.NOT_YET_VALID} & set(signature.problems):
            return "OUT_OF_BOUNDS_NO_POE"
        if not signature.signer.certificate_sha256:
            return "NO_SIGNING_CERTIFICATE_FOUND"
    return _SUBINDICATIONS.get(reason, "FORMAT_FAILURE")


def _signature(root: etree._Element, number: int, placed: Placed, subject: Subject, file: Inspected | None) -> None:
    one = placed.signature
    made = _element(root, "SignatureValidationReport")
    identifier = _element(made, "SignatureIdentifier", id=f"S-{number}")
    _element(identifier, "HashOnly", "false")
    _element(identifier, "DocHashOnly", "false")
    _element(identifier, "DAIdentifier", " ".join((*placed.path[1:], str(one.carrier), one.where)))
    sha256 = file.sha256 if file else ""
    _constraints(made, checks_of(placed, subject.evidence, sha256, lambda at: _time(at) if at else "-"))
    times = _element(made, "ValidationTimeInfo")
    _element(times, "ValidationTime", _time(subject.evidence.moment))
    best = _element(times, "BestSignatureTime")
    _element(best, "POETime", _time(one.judged_for or subject.evidence.moment))
    # A time stamp inside the signature is proof by validation; arrival and "now" are the word of this system.
    kind = "validation" if one.signed_at_source == "timestamp" else "provided"
    _element(best, "TypeOfProof", f"{_URN}:poetype:{kind}")
    if sha256:
        document = _element(made, "SignersDocument")
        _digest(document, sha256)
        _element(document, "SignersDocumentRef", VOReference=f"D-{sha256}")
    if one.signed_at is not None and one.signed_at_source == "claimed":
        claimed = _element(_element(made, "SignatureAttributes"), "SigningTime")
        _element(claimed, "Time", _time(one.signed_at))
    if any(relied.sha256 == one.signer.certificate_sha256 for relied in one.relied_on):
        signer = _element(made, "SignerInformation")
        _element(signer, "SignerCertificate", VOReference=f"E-{one.signer.certificate_sha256}")
        _element(signer, "Signer", one.signer.name or one.signer.organisation)
    process = _element(made, "SignatureValidationProcess")
    name = "LTVM" if one.signed_at_source == "timestamp" else "Basic"
    _element(process, "SignatureValidationProcessID", f"{_URN}:validationprocess:{name}")
    _status(made, one)


def _status(made: etree._Element, one: Signature) -> None:
    status = _element(made, "SignatureValidationStatus")
    _element(status, "MainIndication", f"{_URN}:mainindication:{_MAIN[one.result]}")
    if word := sub_indication(one):
        _element(status, "SubIndication", f"{_URN}:subindication:{word}")
    if one.relied_on:
        data = _element(status, "AssociatedValidationReportData")
        chain = chain_of(one)
        if chain:
            _element(data, "TrustAnchor", VOReference=f"E-{chain[-1].sha256}")
            path = _element(data, "CertificateChain")
            _element(path, "SigningCertificate", VOReference=f"E-{chain[0].sha256}")
            for above in chain[1:-1]:
                _element(path, "IntermediateCertificate", VOReference=f"E-{above.sha256}")
            if len(chain) > 1:
                _element(path, "TrustAnchor", VOReference=f"E-{chain[-1].sha256}")
        for word in dict.fromkeys(relied.sha256 for relied in one.relied_on if relied.kind in ("crl", "ocsp")):
            _element(data, "RelatedValidationObject", VOReference=f"E-{word}")


def _unsigned(root: etree._Element, subject: Subject) -> None:
    """The schema wants one report; the standard has no word for a document in which there is no signature."""
    made = _element(root, "SignatureValidationReport")
    document = _element(made, "SignersDocument")
    _digest(document, subject.main.sha256)
    _element(document, "SignersDocumentRef", VOReference=f"D-{subject.main.sha256}")
    status = _element(made, "SignatureValidationStatus")
    _element(status, "MainIndication", f"{_URN}:mainindication:indeterminate")
    _element(status, "SubIndication", f"{_OURS}:subindication:NO_SIGNATURE")


def _constraints(made: etree._Element, checks: tuple[Check, ...]) -> None:
    every = _element(made, "ValidationConstraintsEvaluationReport")
    policy = _element(every, "SignatureValidationPolicy")
    identifier = _element(policy, "SignaturePolicyIdentifier")
    etree.SubElement(identifier, f"{{{_XADES}}}SignaturePolicyImplied")
    _element(policy, "PolicyName", "docbridge")
    for check in checks:
        one = _element(every, "ValidationConstraint")
        _element(one, "ValidationConstraintIdentifier", f"{_OURS}:check:{check.rule}")
        for kind, text in _inputs(check):
            given = _element(one, "ValidationConstraintParameter")
            _element(given, "Type", f"{_OURS}:{kind}")
            _element(given, "Value", text)
        _element(_element(one, "ConstraintStatus"), "Status", f"{_URN}:constraintStatus:applied")
        status = _element(one, "ValidationStatus")
        _element(status, "MainIndication", f"{_URN}:mainindication:{_PARTS[check.answer]}")
        _element(one, "Indications", check.says)


def _inputs(check: Check) -> Iterator[tuple[str, str]]:
    yield from (("given", line) for line in check.given)
    yield from (("source", line) for line in check.source)


def _object(objects: etree._Element, id_: str, kind: str, sha256: str, source: str = "") -> None:
    if any(one.get("id") == id_ for one in objects):
        return
    made = _element(objects, "ValidationObject", id=id_)
    _element(made, "ObjectType", f"{_URN}:validationObject:{kind}")
    shown = _element(made, "ValidationObjectRepresentation")
    _digest(shown, sha256)
    if source.startswith(("http://", "https://")):
        _element(shown, "URI", source)


def _digest(parent: etree._Element, sha256: str) -> None:
    made = _element(parent, "DigestAlgAndValue")
    etree.SubElement(made, f"{{{_DS}}}DigestMethod", Algorithm=_SHA256)
    value = etree.SubElement(made, f"{{{_DS}}}DigestValue")
    value.text = base64.b64encode(bytes.fromhex(sha256)).decode()


def _element(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text is not None:
        made.text = "".join(letter if letter.isprintable() else " " for letter in text)
    return made


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
