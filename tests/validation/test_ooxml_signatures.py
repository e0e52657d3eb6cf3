"""Office signatures: a whole one is sound, one that leaves parts out is told as partial, attacks are told."""

from collections.abc import Callable

import pytest

from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of
from tests.validation.cms_minting import Holder
from tests.validation.package_minting import (
    Parts,
    another,
    inspected,
    relationships,
    signing,
    word,
    word_parts,
    word_signature,
)
from tests.validation.xml_minting import certificate
from validation.codes import Code
from validation.evidence import Evidence
from validation.signature import Carrier, Coverage, Problem, Result

SIG = "_xmlsignatures/sig1.xml"
RELS = "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_a_whole_signature_is_valid_and_its_signer_is_known(pki: Pki, evidence: Evidence) -> None:
    by = Holder(pki.agency.key, certificate_of(pki.agency))
    file = inspected("35-QĐ.docx", word(by), evidence)
    (signature,) = file.signatures
    assert (signature.carrier, signature.where, signature.sound) == (Carrier.OOXML, SIG, True)
    assert (signature.coverage, signature.problems, signature.left_out) == (Coverage.WHOLE, (), ())
    assert (signature.result, signature.signed_at_source) == (Result.VALID, "claimed")
    assert signature.signer.organisation
    assert file.signature_state == "sound"


def changed(parts: Parts) -> Parts:
    return parts | {"word/document.xml": parts["word/document.xml"].replace(b"35", b"53")}


def _and_row(octets: bytes, row: bytes) -> bytes:
    return octets.replace(b"</Relationships>", row + b"</Relationships>")


def another_part(parts: Parts) -> Parts:
    """Content injection: a part that nobody signed, and the arrow to it."""
    row = f'<Relationship Id="rId9" Type="{OFFICE}/people" Target="people.xml"/>'.encode()
    return parts | {"word/people.xml": b"<evil/>", RELS: _and_row(parts[RELS], row)}


def another_arrow(parts: Parts) -> Parts:
    row = f'<Relationship Id="rId9" Type="{OFFICE}/attachedTemplate" Target="http://a.test" TargetMode="External"/>'
    return parts | {RELS: _and_row(parts[RELS], row.encode())}


def another_document(parts: Parts) -> Parts:
    """The package points to another main part first."""
    row = f'<Relationship Id="rId0" Type="{OFFICE}/officeDocument" Target="word/document2.xml"/>'.encode()
    return parts | {"word/document2.xml": b"<w/>", "_rels/.rels": _and_row(parts["_rels/.rels"], row)}


def redirected(parts: Parts) -> Parts:
    rels = parts["_rels/.rels"].replace(b"word/document.xml", b"word/document2.xml")
    return parts | {"word/document2.xml": b"<w/>", "_rels/.rels": rels}


def retyped(parts: Parts) -> Parts:
    types = parts["[Content_Types].xml"].replace(b"wordprocessingml.styles+xml", b"wordprocessingml.settings+xml")
    return parts | {"[Content_Types].xml": types}


def removed(parts: Parts) -> Parts:
    return {name: octets for name, octets in parts.items() if name != "word/styles.xml"}


def twin(parts: Parts) -> Parts:
    return {"word/Document.xml": b"<evil/>", **parts}


def stranger_first(parts: Parts) -> Parts:
    first = certificate(another())
    return parts | {SIG: parts[SIG].replace(b"<X509Certificate>", first.encode() + b"<X509Certificate>", 1)}


def another_manifest(parts: Parts) -> Parts:
    return parts | {SIG: parts[SIG].replace(b"</Signature>", b"<Object><Manifest/></Object></Signature>")}


def another_time(parts: Parts) -> Parts:
    said = (
        b'<Object><SignatureProperties><SignatureProperty Target="#idPackageSignature"><d>2020-01-01</d>'
        b"</SignatureProperty></SignatureProperties></Object>"
    )
    return parts | {SIG: parts[SIG].replace(b"<Object Id", said + b"<Object Id", 1)}


def moved_manifest(parts: Parts) -> Parts:
    """Wrapping: the signed object moved aside, another of the same Id in its place."""
    sig = parts[SIG]
    begin, end = sig.index(b'<Object Id="idPackageObject"'), sig.index(b'<Object Id="idOfficeObject"')
    fake = b'<Object Id="idPackageObject"><Manifest/></Object>'
    return parts | {SIG: sig[:begin] + fake + sig[end:].replace(b"</Signature>", sig[begin:end] + b"</Signature>")}


def revalued(parts: Parts) -> Parts:
    at = parts[SIG].index(b"<SignatureValue>") + 30
    other = b"A" if parts[SIG][at : at + 1] != b"A" else b"B"
    return parts | {SIG: parts[SIG][:at] + other + parts[SIG][at + 1 :]}


@pytest.mark.parametrize(
    ("attack", "problem", "left_out"),
    [
        pytest.param(changed, Problem.DIGEST_MISMATCH, ("word/document.xml",), id="the text is changed"),
        pytest.param(removed, Problem.DIGEST_MISMATCH, ("word/styles.xml",), id="a part is taken away"),
        pytest.param(revalued, Problem.VALUE_MISMATCH, (), id="the value is another"),
        pytest.param(
            another_part, Problem.PARTIAL_COVERAGE, ("word/people.xml", f"{RELS}#rId9 (people)"), id="a part is added"
        ),
        pytest.param(
            another_arrow, Problem.PARTIAL_COVERAGE, (f"{RELS}#rId9 (attachedTemplate)",), id="a template is attached"
        ),
        pytest.param(
            another_document,
            Problem.PARTIAL_COVERAGE,
            ("word/document2.xml", "_rels/.rels#rId0 (officeDocument)"),
            id="another document comes first",
        ),
        pytest.param(redirected, Problem.DIGEST_MISMATCH, None, id="the package points to another document"),
        pytest.param(retyped, Problem.CHANGED_AFTER_SIGNING, ("word/styles.xml",), id="a part is said to be another"),
        pytest.param(twin, Problem.PARTIAL_COVERAGE, ("word/Document.xml",), id="a twin whose name differs by case"),
        pytest.param(stranger_first, Problem.CERTIFICATE_SWAPPED, (), id="another's certificate stands first"),
        pytest.param(another_manifest, Problem.WRAPPED, (), id="a manifest that is not signed"),
        pytest.param(another_time, Problem.WRAPPED, (), id="a time that is not signed"),
        pytest.param(moved_manifest, Problem.WRAPPED, None, id="the signed manifest is moved away"),
    ],
)
def test_an_attacked_document_is_unsound(
    attack: Callable[[Parts], Parts], problem: Problem, left_out: tuple[str, ...] | None, evidence: Evidence
) -> None:
    file = inspected("a.docx", attack(word(signing())), evidence)
    (signature,) = file.signatures
    assert signature.sound is not True
    assert signature.problems[0] is problem
    if left_out is not None:
        assert signature.sound is False
        assert signature.left_out == left_out
        told = [one.evidence for one in file.observations if one.code is Code.SIGNATURE_UNSOUND]
        assert told[0].get("parts", "") == ", ".join(left_out)


@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="empty"), pytest.param(b"<x/>", id="no signature"), pytest.param(b"<", id="torn")]
)
def test_a_signature_that_cannot_be_read_is_never_an_unsigned_document(content: bytes, evidence: Evidence) -> None:
    assert inspected("a.docx", word_parts() | {SIG: content}, evidence).signature_state == "unreadable"


@pytest.mark.parametrize(
    ("leaving", "left_out"),
    [
        pytest.param({"signed": ["document"]}, ("word/styles.xml",), id="a part"),
        pytest.param({"inner": ["rId10"]}, (f"{RELS}#rId2 (styles)",), id="a relationship"),
        pytest.param({"root": []}, ("_rels/.rels#rId1 (officeDocument)",), id="the arrow to the document"),
    ],
)
def test_a_genuine_signature_that_leaves_parts_out_names_them(
    leaving: dict[str, list[str]], left_out: tuple[str, ...], evidence: Evidence
) -> None:
    parts = word_parts()
    made = word_signature(signing(), parts, **leaving)  # type: ignore[arg-type]
    (signature,) = inspected("a.docx", parts | {SIG: made}, evidence).signatures
    assert (signature.sound, signature.problems[0]) == (False, Problem.PARTIAL_COVERAGE)
    assert (signature.coverage, signature.left_out) == (Coverage.PARTIAL, left_out)


def test_a_part_that_the_document_shows_is_signed_in_whatever_folder_it_lies(evidence: Evidence) -> None:
    """A document made so that its signer leaves a part out: styles among the properties."""
    parts = word_parts()
    rels = parts[RELS].replace(b'styles" Target="styles.xml"', b'styles" Target="../docProps/styles.xml"')
    parts |= {RELS: rels, "docProps/styles.xml": b"<w/>"}
    (signature,) = inspected("a.docx", parts | {SIG: word_signature(signing(), parts)}, evidence).signatures
    assert (signature.sound, signature.left_out) == (False, ("docProps/styles.xml",))


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        pytest.param("<w:t>x</w:t>", True, id="that nothing shows"),
        pytest.param("<w:sdt><w:dataBinding w:xpath='/a'/></w:sdt>", False, id="that a field shows"),
    ],
)
def test_data_beside_the_document_may_be_unsigned_unless_it_is_shown(
    text: str, sound: bool, evidence: Evidence
) -> None:
    parts = word_parts() | {"word/document.xml": f"<w:document xmlns:w='w'>{text}</w:document>".encode()}
    row = f'<Relationship Id="rId3" Type="{OFFICE}/customXml" Target="../customXml/item1.xml"/>'.encode()
    parts = parts | {"customXml/item1.xml": b"<data/>", RELS: _and_row(parts[RELS], row)}
    file = inspected("a.docx", parts | {SIG: word_signature(signing(), parts)}, evidence)
    (signature,) = file.signatures
    assert (signature.sound, signature.coverage) == (sound, Coverage.PARTIAL)
    assert signature.left_out == ("customXml/item1.xml", f"{RELS}#rId3 (customXml)")
    assert (Code.SIGNATURE_PARTIAL in [one.code for one in file.observations]) is sound


def test_signatures_lie_where_dotnet_puts_them_too(evidence: Evidence) -> None:
    moved = {"_xmlsignatures/": "package/services/digital-signature/"}
    parts = {name.replace(*pair): octets for name, octets in word_parts().items() for pair in moved.items()}
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"_xmlsignatures/", b"package/services/digital-signature/")
    parts["package/services/digital-signature/sig1.xml"] = word_signature(signing(), parts)
    (signature,) = inspected("a.docx", parts, evidence).signatures
    assert (signature.sound, signature.coverage, signature.left_out) == (True, Coverage.WHOLE, ())


def test_every_signature_is_judged_wherever_the_origin_points(evidence: Evidence) -> None:
    parts = word(signing())
    origin = relationships(
        (
            "rId1",
            "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature",
            "sig1.xml",
        ),
        ("rId2", "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature", "x/2.xml"),
    )
    parts |= {
        "_xmlsignatures/_rels/origin.sigs.rels": origin,
        "_xmlsignatures/x/2.xml": word_signature(another(), parts),
    }
    signatures = inspected("a.docx", parts, evidence).signatures
    assert [(one.where, one.sound) for one in signatures] == [(SIG, True), ("_xmlsignatures/x/2.xml", True)]
    assert [one.signer.name for one in signatures] == ["Nguyễn Văn A", "Trần Thị B"]
