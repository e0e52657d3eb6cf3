"""Attacks on our own signed documents: none of the results may be called sound."""

import io
from collections.abc import Callable

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import writer as pdf_writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from bridge.demo import tampering
from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of, sign_pdf
from tests.validation import forging
from validation.codes import Code
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of
from validation.signature import Coverage, Integrity, Problem, Signature, state_of

Forge = Callable[[bytes], bytes]


def judged(content: bytes, evidence: Evidence) -> Signature:
    """The last signature."""
    return signatures_of(content, evidence).signatures[-1]


def widened(pdf: bytes) -> bytes:
    """An entry of the forger's in the place of the padding: every signed byte is as it was."""
    hole = forging.hole_of(pdf)
    return forging.with_hole(pdf, hole[:-41] + b">/Them (" + b"x" * 32 + b")")


def spaced(pdf: bytes) -> bytes:
    """A space instead of a zero of the padding."""
    return forging.with_hole(pdf, forging.hole_of(pdf)[:-2] + b" >")


def emptied(pdf: bytes) -> bytes:
    """/Contents of zeros alone."""
    return forging.with_hole(pdf, b"<" + b"0" * (len(forging.hole_of(pdf)) - 2) + b">")


def shortened(pdf: bytes) -> bytes:
    """A range that leaves out the last hundred bytes."""
    _, first, second, end = forging.last_range(pdf)
    return forging.with_range(pdf, f"[0 {first} {second} {end - second - 100}]")


def renamed_contents(pdf: bytes) -> bytes:
    """No /Contents at all."""
    _, first, _, _ = forging.last_range(pdf)
    at = pdf.rindex(b"/Contents", 0, first)
    return pdf[:at] + b"/Contentz" + pdf[at + 9 :]


ATTACKS = {
    "one byte of the page is changed": tampering.change_one_byte,
    "a revision writes over the page": tampering.append_page_text,
    "a revision shrinks the page": lambda pdf: forging.appended(pdf, forging.replace_page),
    "another entry stands in the hole": widened,
    "white space stands in the digits": spaced,
    "the contents are zeros": emptied,
    "the range ends early": shortened,
    "the range is null": lambda pdf: forging.with_range(pdf, "null"),
    "the range is empty": lambda pdf: forging.with_range(pdf, "[]"),
    "the range is negative": lambda pdf: forging.with_range(pdf, "[0 -1 5 9]"),
    "the range covers nothing": lambda pdf: forging.with_range(pdf, "[0 0 0 0]"),
    "the contents are gone": renamed_contents,
    "a body without a table is appended": lambda pdf: pdf + b"\n4 0 obj\n<</Type/Page>>\nendobj\n",
    "the file is cut": lambda pdf: pdf[:-300],
}


@pytest.mark.parametrize("forge", [pytest.param(forge, id=name) for name, forge in ATTACKS.items()])
def test_no_attack_is_sound(forge: Forge, once: bytes, evidence: Evidence) -> None:
    """And none is called unsigned either."""
    reading = signatures_of(forge(once), evidence)
    assert state_of(reading.signatures) in {"unsound", "unreadable"}
    assert all(one.result.value != "VALID" for one in reading.signatures)
    assert {Code.SIGNATURE_UNSOUND, Code.SIGNATURE_UNREADABLE} & {one.code for one in reading.observations}


def test_the_signed_document_itself_is_sound(once: bytes, evidence: Evidence) -> None:
    """The measure of all the others."""
    signature = judged(once, evidence)
    assert (signature.sound, signature.problems) == (True, ())
    assert (signature.integrity, signature.coverage) == (Integrity.INTACT, Coverage.WHOLE)


def test_a_changed_byte_is_a_broken_digest(once: bytes, evidence: Evidence) -> None:
    """The word for bytes that differ."""
    signature = judged(tampering.change_one_byte(once), evidence)
    assert (signature.sound, signature.reason) == (False, "digest-mismatch")
    assert signature.integrity is Integrity.BROKEN


def test_an_appended_revision_leaves_the_bytes_intact(once: bytes, evidence: Evidence) -> None:
    """Never "tampered" where the bytes are as they were signed: changed afterwards."""
    signature = judged(tampering.append_page_text(once), evidence)
    assert (signature.sound, signature.reason) == (False, "changed-after-signing")
    assert signature.integrity is Integrity.INTACT


def test_an_entry_in_the_hole_is_wrapping(once: bytes, evidence: Evidence) -> None:
    """The digest still verifies; the guard says why that means nothing."""
    signature = judged(widened(once), evidence)
    assert signature.sound is False
    assert Problem.WRAPPED in signature.problems


def test_a_form_value_changed_after_signing_is_not_sound(pki: Pki, evidence: Evidence) -> None:
    """Form filling is permitted by the PDF rules, and shows a reader another amount (shadow replace)."""
    signed = sign_pdf(forging.form(), pki.business, "Sig1")
    assert judged(signed, evidence).sound is True
    signature = judged(forging.appended(signed, forging.fill_amount), evidence)
    assert (signature.sound, signature.reason) == (False, "changed-after-signing")


def test_a_second_signature_is_a_permitted_change(twice: bytes, evidence: Evidence) -> None:
    """Person, then body: each judged over its own revision."""
    reading = signatures_of(twice, evidence)
    person, body = reading.signatures
    assert (person.where, person.sound, person.coverage) == (
        "ChuKyNguoiCoThamQuyen",
        True,
        Coverage.THEN_PERMITTED_CHANGES,
    )
    assert (body.where, body.sound, body.coverage) == ("ChuKyCoQuan", True, Coverage.WHOLE)
    told = [one for one in reading.observations if one.code is Code.SIGNATURE_CHANGED_PERMITTED]
    assert [(one.evidence["field"], one.evidence["change"]) for one in told] == [
        ("ChuKyNguoiCoThamQuyen", "further-signature")
    ]


def test_the_page_changed_between_two_signatures_breaks_the_first_alone(
    pki: Pki, once: bytes, evidence: Evidence
) -> None:
    """Who signs later signs what stands there; who signed before did not."""
    changed = sign_pdf(tampering.append_page_text(once), pki.official, "Sau")
    first, second = signatures_of(changed, evidence).signatures
    assert (first.sound, second.sound) == (False, True)


def swapped(pki: Pki, signed: bytes) -> bytes:
    """Another certificate of the forger's making for the same key and serial, in place of the signer's."""
    old = pki.agency.certificate
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bộ Mẫu")]))
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
        .sign(pki.stranger_root.identity.key, hashes.SHA256())
    )
    der = forged.public_bytes(serialization.Encoding.DER)

    def change(container: cms.SignedData) -> None:
        container["certificates"] = cms.CertificateSet([cms.CertificateChoices.load(der)])

    return forging.resealed(signed, change)


def test_a_swapped_certificate_is_not_sound(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """The value verifies under the same key; the signed attribute names another certificate (RFC 5035)."""
    signed = sign_pdf(plain, pki.agency, "Sig1", pades=True)
    assert judged(signed, evidence).sound is True
    signature = judged(swapped(pki, signed), evidence)
    assert (signature.sound, signature.reason) == (False, "certificate-swapped")


def test_an_unknown_encoding_is_told_as_unreadable(once: bytes, evidence: Evidence) -> None:
    """pyHanko drops such fields in silence; a dropped signature would make the file look unsigned."""
    reading = signatures_of(once.replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs9.detached"), evidence)
    assert state_of(reading.signatures) == "unreadable"
    assert reading.signatures[0].reason == "unsupported"


def test_a_field_taken_out_of_the_form_leaves_a_stray(once: bytes, evidence: Evidence) -> None:
    """The field list is emptied by a later revision: the range in the raw bytes still claims a signature."""

    def empty(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form["/Fields"] = type(form["/Fields"])()
        writer.update_container(form)

    reading = signatures_of(forging.appended(once, empty), evidence)
    assert state_of(reading.signatures) == "unreadable"
    assert reading.signatures[0].where.startswith("@")


@pytest.mark.parametrize(
    ("password", "state"), [pytest.param("", "sound", id="open to all"), pytest.param("kín", "unreadable", id="shut")]
)
def test_an_encrypted_file_is_read_with_the_empty_password(
    password: str, state: str, pki: Pki, plain: bytes, evidence: Evidence
) -> None:
    """Encryption against editing leaves the user's password empty."""
    copy = pdf_writer.copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    copy.encrypt(owner_pass="chủ", user_pass=password)  # type: ignore[no-untyped-call]
    output = io.BytesIO()
    copy.write(output)  # type: ignore[no-untyped-call]
    signed = forging.signed_encrypted(output.getvalue(), pki.agency, password)
    signatures = signatures_of(signed, evidence).signatures
    assert state_of(signatures) == state
    assert (Problem.ENCRYPTED in signatures[0].problems) is (state == "unreadable")


def test_a_file_encrypted_for_a_certificate_is_told_as_encrypted(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """The recipient's key is not ours; that it is signed stands outside the encryption."""
    copy = pdf_writer.copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    copy.encrypt_pubkey([certificate_of(pki.agency)])
    output = io.BytesIO()
    copy.write(output)  # type: ignore[no-untyped-call]
    claims = output.getvalue() + b"\n% /ByteRange [0 1 2 3]\n"
    (signature,) = signatures_of(claims, evidence).signatures
    assert (signature.sound, signature.reason) == (None, "encrypted")


def test_an_unsigned_document_has_no_signature(plain: bytes, evidence: Evidence) -> None:
    """Nothing to tell; that it is missing is the pipeline's finding."""
    reading = signatures_of(plain, evidence)
    assert (reading.signatures, reading.observations) == ((), ())
