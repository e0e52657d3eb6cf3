"""The XML report conforms to the part of ETSI TS 119 102-2 that it uses, whatever carries the signature."""

from pathlib import Path

import pytest
from lxml import etree

from bridge.report.etsi import NAMESPACE, report, sub_indication
from bridge.report.subject import Subject
from tests.report.given import BODY, PERSON, broken, digest, subject, unread, untrusted, valid
from validation.signature import Carrier, Problem, Signature

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schema" / "report.xsd"))
URN = "urn:etsi:019102"


def read(given: Subject) -> etree._Element:
    """The report, which conforms."""
    root = etree.fromstring(report(given))
    SCHEMA.assertValid(root)
    return root


def texts(root: etree._Element, path: str) -> list[str]:
    """The texts at a path of our namespace."""
    return [str(one.text) for one in root.iterfind("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))]


@pytest.mark.parametrize("carrier", Carrier)
def test_the_report_is_the_same_for_every_carrier(carrier: Carrier) -> None:
    root = read(subject(valid(PERSON, carrier)))
    assert texts(root, "SignatureValidationReport/SignatureValidationStatus/MainIndication") == [
        f"{URN}:mainindication:total-passed"
    ]
    objects = texts(root, "SignatureValidationObjects/ValidationObject/ObjectType")
    kinds = ["signedData"] * 2 + ["certificate"] * 3 + ["CRL", "OCSPResponse"]
    assert objects == [f"{URN}:validationObject:{kind}" for kind in kinds]
    (address,) = texts(root, "SignatureValidationObjects/ValidationObject/ValidationObjectRepresentation/URI")
    assert address == "http://ocsp.example.org/a?b"


@pytest.mark.parametrize(
    ("signature", "main", "sub"),
    [
        pytest.param(broken(), "total-failed", "HASH_FAILURE", id="the digest differs"),
        pytest.param(broken(Problem.VALUE_MISMATCH), "total-failed", "SIG_CRYPTO_FAILURE", id="the value is wrong"),
        pytest.param(broken(Problem.WRAPPED), "total-failed", "FORMAT_FAILURE", id="wrapped"),
        pytest.param(untrusted(), "indeterminate", "NO_CERTIFICATE_CHAIN_FOUND", id="no path to an anchor"),
        pytest.param(unread(), "indeterminate", "FORMAT_FAILURE", id="not readable"),
    ],
)
def test_each_end_has_the_standards_word(signature: Signature, main: str, sub: str) -> None:
    root = read(subject(signature, verdict="held"))
    status = "SignatureValidationReport/SignatureValidationStatus"
    assert texts(root, f"{status}/MainIndication") == [f"{URN}:mainindication:{main}"]
    assert texts(root, f"{status}/SubIndication") == [f"{URN}:subindication:{sub}"]
    assert sub_indication(signature) == sub


def test_a_document_without_a_signature_has_a_report_too() -> None:
    root = read(subject())
    (word,) = texts(root, "SignatureValidationReport/SignatureValidationStatus/SubIndication")
    assert word == "urn:docbridge:subindication:NO_SIGNATURE"


def test_several_signatures_and_that_of_the_mail_stand_in_one_report() -> None:
    given = subject(valid(PERSON), valid(BODY, Carrier.CMS), of_mail=(valid(PERSON, Carrier.SMIME),))
    root = read(given)
    path = "SignatureValidationReport/SignatureIdentifier/DAIdentifier"
    assert texts(root, path) == ["35.pdf pdf Signature1", "35.pdf.p7s cms Signature1", "smime Signature1"]
    ids = {str(one.get("id")) for one in root.iter() if one.get("id")}
    assert {f"D-{digest('35')}", f"E-{digest('root')}", "S-1", "S-2", "S-3"} <= ids


def test_every_check_stands_in_it_with_its_input_and_its_source() -> None:
    root = read(subject(valid(PERSON)))
    checks = texts(root, "SignatureValidationReport/ValidationConstraintsEvaluationReport/ValidationConstraint"
                         "/ValidationConstraintIdentifier")  # fmt: skip
    rules = ("format", "certificate", "cryptography", "coverage", "chain", "validity", "revocation", "time")
    assert checks == [f"urn:docbridge:check:{rule}" for rule in (*rules, "algorithm", "authority")]
    values = " ".join(texts(root, "SignatureValidationReport/ValidationConstraintsEvaluationReport"
                                  "/ValidationConstraint/ValidationConstraintParameter/Value"))  # fmt: skip
    for told in ("rsa-2048/sha256", "RootCA", "http://ocsp.example.org/a?b", digest("root")[:16]):
        assert told in values


def test_the_same_judgement_gives_the_same_octets_and_strange_names_do_no_harm() -> None:
    given = subject(valid(PERSON), name="<!DOCTYPE a>\0&\x1b]\ud800.pdf")
    assert report(given) == report(given)
    read(given)
