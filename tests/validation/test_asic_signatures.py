"""ASiC containers: XAdES, CAdES and time stamps; each file is accounted for, and comes out as one of its own."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of
from tests.validation import xmlsec
from tests.validation.cms_minting import Holder, attributes, container, countersigned, signer
from tests.validation.conftest import MOMENT
from tests.validation.files import pdf
from tests.validation.package_minting import (
    Parts,
    another,
    asic_manifest,
    asice,
    asics,
    detached,
    inspected,
    signing,
    token,
    xades,
)
from validation.codes import Code
from validation.evidence import Evidence
from validation.signature import Carrier, Coverage, Problem, Result

FILES = {"Quyết định 35.txt": "Quyết định".encode(), "b.pdf": pdf()}
ONE = {"a.pdf": pdf()}
NIGHT = datetime(2026, 11, 21, 15, tzinfo=UTC)


def by_xades() -> Parts:
    """As DigiDoc makes it."""
    return asice(FILES, {"manifest.xml": b"<manifest/>", "signatures0.xml": xades(signing(), FILES)})


def by_cades(files: dict[str, bytes] = FILES) -> Parts:
    """As DSS makes it: the signature is over a manifest."""
    manifest = asic_manifest("META-INF/signature001.p7s", files)
    return asice(FILES, {"ASiCManifest.xml": manifest, "signature001.p7s": detached(signing(), manifest)})


def simple() -> Parts:
    """One file and its signature."""
    return asics(ONE, {"signature.p7s": detached(signing(), ONE["a.pdf"])})


@pytest.mark.parametrize(
    ("name", "parts", "where", "inside"),
    [
        pytest.param("a.asice", by_xades(), "META-INF/signatures0.xml", list(FILES), id="ASiC-E with XAdES"),
        pytest.param("a.bdoc", by_xades(), "META-INF/signatures0.xml", list(FILES), id="a BDOC"),
        pytest.param("a.sce", by_cades(), "META-INF/signature001.p7s", list(FILES), id="ASiC-E with CAdES"),
        pytest.param("a.asics", simple(), "META-INF/signature.p7s", list(ONE), id="ASiC-S with CAdES"),
        pytest.param(
            "a.scs",
            asics(ONE, {"signatures.xml": xades(signing(), ONE)}),
            "META-INF/signatures.xml",
            list(ONE),
            id="ASiC-S with XAdES",
        ),
        pytest.param(
            "a.edoc",
            {name: octets for name, octets in by_xades().items() if name != "mimetype"},
            "META-INF/signatures0.xml",
            list(FILES),
            id="without a mimetype",
        ),
        pytest.param(
            "a.asice",
            asice({"50%25.txt": b"x"}, {"signatures0.xml": xades(signing(), {"50%25.txt": b"x"})}),
            "META-INF/signatures0.xml",
            ["50%25.txt"],
            id="a name that looks escaped and is not",
        ),
        pytest.param(
            "a.asice",
            by_xades() | {"mimetype": b"\xef\xbb\xbfapplication/vnd.etsi.asic-e+zip\n"},
            "META-INF/signatures0.xml",
            list(FILES),
            id="with a mark before the mimetype",
        ),
    ],
)
def test_a_container_is_sound_and_its_files_come_out(
    name: str, parts: Parts, where: str, inside: list[str], evidence: Evidence
) -> None:
    file = inspected(name, parts, evidence)
    (signature,) = file.signatures
    assert (signature.carrier, signature.where, signature.sound) == (Carrier.ASIC, where, True)
    assert (signature.coverage, signature.problems, signature.signer.name) == (Coverage.WHOLE, (), "Nguyễn Văn A")
    assert [one.path[-1] for one in file.attachments] == inside
    assert file.format.agrees


def test_a_container_of_a_trusted_signer_is_valid(pki: Pki, evidence: Evidence) -> None:
    by = Holder(pki.agency.key, certificate_of(pki.agency))
    parts = asics(ONE, {"signature.p7s": detached(by, ONE["a.pdf"])})
    (signature,) = inspected("a.asics", parts, evidence).signatures
    assert (signature.result, signature.anchor_list) == (Result.VALID, "government")


def test_what_xmlsec_signs_is_sound(evidence: Evidence) -> None:
    files = {"a.txt": b"a", "b.pdf": pdf()}
    objects = xmlsec.properties(xmlsec.seller())
    references = [xmlsec.reference(name) for name in files]
    made = xmlsec.template(*references, xmlsec.of_properties(), objects=objects, form=xmlsec.EXCLUSIVE)
    document = f'<a:XAdESSignatures xmlns:a="http://uri.etsi.org/02918/v1.2.1#">{made}</a:XAdESSignatures>'
    parts = asice(files, {"signatures0.xml": xmlsec.sign(document, beside=tuple(files.items()))})
    (signature,) = inspected("a.asice", parts, evidence).signatures
    assert (signature.sound, signature.coverage, signature.problems) == (True, Coverage.WHOLE, ())


def changed(parts: Parts) -> Parts:
    return parts | {"b.pdf": pdf() + b"\n%"}


def removed(parts: Parts) -> Parts:
    return {name: octets for name, octets in parts.items() if name != "b.pdf"}


def added(parts: Parts) -> Parts:
    return parts | {"c.txt": b"added"}


def remanifested(parts: Parts) -> Parts:
    manifest = asic_manifest("META-INF/signature001.p7s", FILES | {"b.pdf": b"another"})
    return parts | {"b.pdf": b"another", "META-INF/ASiCManifest.xml": manifest}


def contradicted(parts: Parts) -> Parts:
    """The signature carries one content and signs it; the container shows another."""
    return parts | {"META-INF/signature.p7s": detached(signing(), b"another", inside=b"another")}


@pytest.mark.parametrize(
    ("parts", "attack", "problem", "left_out"),
    [
        pytest.param(by_xades(), changed, Problem.DIGEST_MISMATCH, ("b.pdf",), id="XAdES: a file is changed"),
        pytest.param(by_xades(), removed, Problem.DIGEST_MISMATCH, ("b.pdf",), id="XAdES: a file is taken away"),
        pytest.param(by_xades(), added, Problem.PARTIAL_COVERAGE, ("c.txt",), id="XAdES: a file is added"),
        pytest.param(by_cades(), changed, Problem.DIGEST_MISMATCH, ("b.pdf",), id="CAdES: a file is changed"),
        pytest.param(by_cades(), removed, Problem.DIGEST_MISMATCH, ("b.pdf",), id="CAdES: a file is taken away"),
        pytest.param(by_cades(), added, Problem.PARTIAL_COVERAGE, ("c.txt",), id="CAdES: a file is added"),
        pytest.param(by_cades(), remanifested, Problem.DIGEST_MISMATCH, (), id="CAdES: another manifest"),
        pytest.param(
            by_cades({"b.pdf": FILES["b.pdf"]}),
            dict,
            Problem.PARTIAL_COVERAGE,
            ("Quyết định 35.txt",),
            id="CAdES: a file that its signer left out",
        ),
        pytest.param(
            simple(),
            lambda parts: parts | {"a.pdf": b"another"},
            Problem.DIGEST_MISMATCH,
            (),
            id="ASiC-S: the file is another",
        ),
        pytest.param(simple(), contradicted, Problem.DIGEST_MISMATCH, (), id="ASiC-S: two contents"),
    ],
)
def test_a_file_that_is_not_as_it_was_signed_is_named(
    parts: Parts, attack: Callable[[Parts], Parts], problem: Problem, left_out: tuple[str, ...], evidence: Evidence
) -> None:
    (signature,) = inspected("a.asice", attack(parts), evidence).signatures
    assert (signature.sound, signature.problems[0], signature.left_out) == (False, problem, left_out)


def test_a_signature_that_carries_what_the_container_does_not_show_is_unsound(evidence: Evidence) -> None:
    parts = asics(ONE, {"signature.p7s": detached(signing(), ONE["a.pdf"], inside=b"another")})
    (signature,) = inspected("a.asics", parts, evidence).signatures
    assert (signature.sound, signature.problems) == (False, (Problem.SHADOWED,))


def test_a_signature_over_nothing_fits_no_container(evidence: Evidence) -> None:
    meta = {"signatures0.xml": xades(signing(), FILES), "signatures1.xml": xades(another(), {})}
    whole, nothing = inspected("a.asice", asice(FILES, meta), evidence).signatures
    assert whole.sound is True
    assert (nothing.sound, nothing.problems) == (False, (Problem.PARTIAL_COVERAGE,))


def test_two_who_sign_a_file_each_are_told_with_their_files(evidence: Evidence) -> None:
    first, second = ({name: octets} for name, octets in FILES.items())
    meta = {"signatures0.xml": xades(signing(), first), "signatures1.xml": xades(another(), second)}
    file = inspected("a.asice", asice(FILES, meta), evidence)
    told = [(one.signer.name, one.sound, one.coverage, one.covers) for one in file.signatures]
    assert told == [
        ("Nguyễn Văn A", True, Coverage.PARTIAL, ("Quyết định 35.txt",)),
        ("Trần Thị B", True, Coverage.PARTIAL, ("b.pdf",)),
    ]
    assert [one.code for one in file.observations].count(Code.SIGNATURE_PARTIAL) == 2


def test_who_signs_a_signature_is_told_and_answers_for_no_file(evidence: Evidence) -> None:
    below = signer(signing(), ONE["a.pdf"], attributes(ONE["a.pdf"]))
    value = bytes(below["signature"])
    both = countersigned(below, signer(another(), value, attributes(value)))
    parts = asics(ONE, {"signature.p7s": container(None, [both], signing(), another())})
    told = [(one.where, one.countersigns, one.sound) for one in inspected("a.asics", parts, evidence).signatures]
    place = "META-INF/signature.p7s"
    assert told == [(place, "", True), (f"{place}, counter-signature 1", place, True)]


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        pytest.param(
            asice(FILES, {"signature001.p7s": detached(signing(), b"x")}), Problem.CONTENT_MISSING, id="no manifest"
        ),
        pytest.param(
            by_cades() | {"META-INF/ASiCManifest9.xml": by_cades()["META-INF/ASiCManifest.xml"]},
            Problem.UNPARSABLE,
            id="two manifests for one signature",
        ),
        pytest.param(
            asics(ONE | {"b.txt": b""}, {"signature.p7s": detached(signing(), ONE["a.pdf"])}),
            Problem.CONTENT_MISSING,
            id="an ASiC-S of two files",
        ),
        pytest.param(
            asics({"x/a.pdf": pdf()}, {"signature.p7s": detached(signing(), pdf())}),
            Problem.UNPARSABLE,
            id="an ASiC-S whose file is not in the root",
        ),
        pytest.param(asice(ONE, {"signatures0.xml": b"<a/>"}), Problem.UNPARSABLE, id="signatures without one"),
        pytest.param(asice(ONE, {"signature.p7s": b"0"}), Problem.UNPARSABLE, id="a torn CMS"),
        pytest.param(asics(ONE, {"timestamp.tst": b"no token"}), Problem.UNPARSABLE, id="a torn token"),
    ],
)
def test_what_cannot_be_checked_is_unreadable(parts: Parts, problem: Problem, evidence: Evidence) -> None:
    file = inspected("a.asice", parts, evidence)
    assert file.signature_state == "unreadable"
    assert file.signatures[0].problems[0] is problem


def stamper(pki: Pki) -> Holder:
    return Holder(pki.time_stamper.key, certificate_of(pki.time_stamper))


def test_a_time_stamp_alone_counts_as_one_over_its_file(pki: Pki, evidence: Evidence) -> None:
    parts = asics(ONE, {"timestamp.tst": token(stamper(pki), ONE["a.pdf"], NIGHT)})
    (stamp,) = inspected("a.asics", parts, evidence).signatures
    assert (stamp.carrier, stamp.sound, stamp.signed_at) == (Carrier.TIMESTAMP, True, NIGHT)
    (broken,) = inspected("a.asics", parts | {"a.pdf": b"another"}, evidence).signatures
    assert broken.sound is False


def stamped(pki: Pki, moment: datetime) -> Parts:
    """A CAdES container whose signature a later time stamp covers through a manifest of its own (archive manifests)."""
    parts = by_cades()
    over = {name: octets for name, octets in parts.items() if name != "mimetype"}
    archive = asic_manifest("META-INF/timestamp001.tst", over)
    return parts | {
        "META-INF/ASiCArchiveManifest.xml": archive,
        "META-INF/timestamp001.tst": token(stamper(pki), archive, moment),
    }


def test_a_time_stamp_over_the_signature_proves_its_time(pki: Pki, evidence: Evidence) -> None:
    signature, stamp = inspected("a.asice", stamped(pki, NIGHT), evidence).signatures
    assert (signature.signed_at, signature.signed_at_source) == (NIGHT, "timestamp")
    assert (stamp.carrier, stamp.sound, stamp.coverage) == (Carrier.TIMESTAMP, True, Coverage.WHOLE)


def test_a_time_stamp_of_the_value_that_names_no_form_is_taken_in_that_of_the_signature(
    pki: Pki, evidence: Evidence
) -> None:
    references = [xmlsec.reference(name) for name in ONE]
    made = xmlsec.template(
        *references, xmlsec.of_properties(), objects=xmlsec.properties(xmlsec.seller()), form=xmlsec.EXCLUSIVE
    )
    document = f'<a:XAdESSignatures xmlns:a="http://uri.etsi.org/02918/v1.2.1#">{made}</a:XAdESSignatures>'
    tree = etree.fromstring(xmlsec.sign(document, beside=tuple(ONE.items())))
    (value,) = tree.iter(f"{{{xmlsec.DSIG}}}SignatureValue")
    (signed,) = tree.iter(f"{{{xmlsec.XADES}}}SignedProperties")
    octets = etree.tostring(value, method="c14n", exclusive=True, with_tail=False)
    inner = signed
    for name in ("UnsignedProperties", "UnsignedSignatureProperties", "SignatureTimeStamp", "EncapsulatedTimeStamp"):
        above = signed.getparent() if inner is signed else inner
        assert above is not None
        inner = etree.SubElement(above, f"{{{xmlsec.XADES}}}{name}")
    inner.text = base64.b64encode(token(stamper(pki), octets, NIGHT)).decode()
    parts = asics(ONE, {"signatures.xml": etree.tostring(tree)})
    (signature,) = inspected("a.asics", parts, evidence).signatures
    assert (signature.sound, signature.signed_at, signature.signed_at_source) == (True, NIGHT, "timestamp")


def test_a_time_stamp_from_the_future_proves_nothing(pki: Pki, evidence: Evidence) -> None:
    signature, _ = inspected("a.asice", stamped(pki, MOMENT + timedelta(days=2)), evidence).signatures
    assert signature.signed_at_source == "claimed"


def test_an_archive_whose_members_were_changed_afterwards_is_unsound(pki: Pki, evidence: Evidence) -> None:
    parts = stamped(pki, NIGHT)
    manifest = asic_manifest("META-INF/signature001.p7s", FILES)
    fresh = {"META-INF/signature001.p7s": detached(another(), manifest)}
    signature, stamp = inspected("a.asice", parts | fresh, evidence).signatures
    assert (signature.sound, signature.signed_at_source) == (True, "claimed")
    assert (stamp.sound, stamp.left_out) == (False, ("META-INF/signature001.p7s",))
