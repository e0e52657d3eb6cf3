"""OpenDocument signatures: of the whole, of the macros; attacks on the holder's name, time and parts are told."""

from collections.abc import Callable

import pytest

from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of
from tests.validation import xmlsec
from tests.validation.cms_minting import Holder
from tests.validation.package_minting import Parts, another, inspected, odt, odt_parts, odt_signature, signing
from tests.validation.xml_minting import certificate, properties
from validation.codes import Code
from validation.evidence import Evidence
from validation.signature import Carrier, Coverage, Problem, Result

SIG = "META-INF/documentsignatures.xml"
MACROS = "META-INF/macrosignatures.xml"
MANIFEST = "META-INF/manifest.xml"


def test_a_signature_of_the_whole_is_valid(pki: Pki, evidence: Evidence) -> None:
    by = Holder(pki.business.key, certificate_of(pki.business))
    file = inspected("a.odt", odt(by), evidence)
    (signature,) = file.signatures
    assert (signature.carrier, signature.where, signature.sound) == (Carrier.ODF, SIG, True)
    assert (signature.coverage, signature.problems) == (Coverage.WHOLE, ())
    assert (signature.result, signature.anchor_list) == (Result.VALID, "public")


def test_older_programs_leave_the_manifest_out(evidence: Evidence) -> None:
    parts = odt_parts("")
    signed = [name for name in parts if name not in {"mimetype", MANIFEST}]
    file = inspected("a.odt", parts | {SIG: odt_signature(signing(), parts, signed=signed)}, evidence)
    assert file.signature_state == "sound"


def test_what_xmlsec_signs_is_sound(evidence: Evidence) -> None:
    parts = {name: octets for name, octets in odt_parts().items() if " " not in name}
    references = [xmlsec.reference(name, *([xmlsec.C14N] if name.endswith(".xml") else [])) for name in parts]
    made = xmlsec.template(*references, xmlsec.of_properties(), objects=xmlsec.properties(xmlsec.seller()))
    namespace = "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"
    document = f'<document-signatures xmlns="{namespace}">{made}</document-signatures>'
    (signature,) = inspected(
        "a.odt", parts | {SIG: xmlsec.sign(document, beside=tuple(parts.items()))}, evidence
    ).signatures
    assert (signature.sound, signature.coverage, signature.problems) == (True, Coverage.WHOLE, ())


def changed(parts: Parts) -> Parts:
    return parts | {"content.xml": parts["content.xml"].replace("Quyết".encode(), b"Thu")}


def added(parts: Parts) -> Parts:
    return parts | {"Basic/Standard/Module1.xml": b"<evil/>"}


def removed(parts: Parts) -> Parts:
    return {name: octets for name, octets in parts.items() if name != "meta.xml"}


def doubled(parts: Parts) -> Parts:
    """A second X509Data, in which a program that shows the last one finds another name."""
    more = f"<X509Data>{certificate(another())}</X509Data></KeyInfo>".encode()
    return parts | {SIG: parts[SIG].replace(b"</KeyInfo>", more)}


def misnamed(parts: Parts) -> Parts:
    more = (
        b"<X509Data><X509IssuerSerial><X509IssuerName>CN=Somebody else</X509IssuerName>"
        b"<X509SerialNumber>41</X509SerialNumber></X509IssuerSerial>"
    )
    return parts | {SIG: parts[SIG].replace(b"<X509Data>", more, 1)}


def dated(parts: Parts) -> Parts:
    """A date that is not signed, before the one that is."""
    more = (
        b'<Object><SignatureProperties><SignatureProperty Target="#S0"><d>6666-06-06</d></SignatureProperty>'
        b"</SignatureProperties></Object><Object>"
    )
    return parts | {SIG: parts[SIG].replace(b"<Object>", more, 1)}


def propertied(parts: Parts) -> Parts:
    more = properties(another(), "S0", identity="idSignedProperties2", claimed="2030-01-01T00:00:00Z")
    return parts | {SIG: parts[SIG].replace(b"</Signature>", f"{more}</Signature>".encode())}


@pytest.mark.parametrize(
    ("attack", "problem", "left_out"),
    [
        pytest.param(changed, Problem.DIGEST_MISMATCH, ("content.xml",), id="the text is changed"),
        pytest.param(removed, Problem.DIGEST_MISMATCH, ("meta.xml",), id="a part is taken away"),
        pytest.param(added, Problem.PARTIAL_COVERAGE, ("Basic/Standard/Module1.xml",), id="a macro is added"),
        pytest.param(doubled, Problem.CERTIFICATE_SWAPPED, (), id="another's certificate beside the signer's"),
        pytest.param(misnamed, Problem.CERTIFICATE_SWAPPED, (), id="another's name beside the certificate"),
        pytest.param(dated, Problem.WRAPPED, (), id="a date that is not signed"),
        pytest.param(propertied, Problem.WRAPPED, (), id="properties that are not signed"),
    ],
)
def test_an_attacked_document_is_unsound(
    attack: Callable[[Parts], Parts], problem: Problem, left_out: tuple[str, ...], evidence: Evidence
) -> None:
    (signature,) = inspected("a.odt", attack(odt(signing())), evidence).signatures
    assert (signature.sound, signature.problems[0], signature.left_out) == (False, problem, left_out)


def _with_macros(parts: Parts) -> Parts:
    return parts | {"Basic/Standard/Module1.xml": b"<module/>"}


def test_a_signature_of_the_macros_alone_is_not_one_of_the_document(evidence: Evidence) -> None:
    parts = _with_macros(odt_parts())
    signed = odt_signature(signing(), parts, signed=["Basic/Standard/Module1.xml"])
    (signature,) = inspected("a.odt", parts | {MACROS: signed}, evidence).signatures
    assert (signature.where, signature.sound, signature.problems[0]) == (MACROS, False, Problem.PARTIAL_COVERAGE)
    assert "content.xml" in signature.left_out


def test_a_signature_of_the_macros_raised_to_one_of_the_document_is_partial(evidence: Evidence) -> None:
    parts = _with_macros(odt_parts())
    signed = odt_signature(signing(), parts, signed=["Basic/Standard/Module1.xml"])
    assert inspected("a.odt", parts | {SIG: signed}, evidence).signature_state == "unsound"


def test_macros_of_a_signed_document_may_bear_a_signature_of_their_own(evidence: Evidence) -> None:
    parts = _with_macros(odt_parts())
    macros = odt_signature(another(), parts, signed=["Basic/Standard/Module1.xml"])
    file = inspected("a.odt", parts | {SIG: odt_signature(signing(), parts), MACROS: macros}, evidence)
    whole, part = file.signatures
    assert (whole.sound, whole.coverage) == (True, Coverage.WHOLE)
    assert (part.sound, part.coverage, part.covers) == (True, Coverage.PARTIAL, ("Basic/Standard/Module1.xml",))
    assert [one.evidence["parts"] for one in file.observations if one.code is Code.SIGNATURE_PARTIAL] == [
        "Basic/Standard/Module1.xml"
    ]


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        pytest.param({SIG: b""}, Problem.UNPARSABLE, id="an empty signature"),
        pytest.param({SIG: b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, Problem.UNSUPPORTED, id="a document type"),
        pytest.param(
            {
                MANIFEST: b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
                b"<m:encryption-data/></m:file-entry></m:manifest>"
            },
            Problem.ENCRYPTED,
            id="an encrypted package",
        ),
    ],
)
def test_what_cannot_be_checked_is_unreadable(parts: Parts, problem: Problem, evidence: Evidence) -> None:
    (signature,) = inspected("a.odt", odt(signing()) | parts, evidence).signatures
    assert (signature.sound, signature.problems) == (None, (problem,))
