"""Trust, revocation and time of sound signatures: four answers that never touch `sound`."""

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from bridge.demo.authority import Authority, Identity, Validity
from bridge.demo.pki import AGENCY, Pki
from bridge.demo.signing import TimeStamping, certificate_of, key_of, sign_pdf
from tests.validation import forging
from tests.validation.conftest import MOMENT
from validation.codes import Code
from validation.evidence import Evidence, TrustStore
from validation.pdf_signatures import signatures_of
from validation.signature import Carrier, Problem, Result, Revocation, Signature, Trust
from validation.signature_observations import SignatureReading

DAY = timedelta(days=1)


def codes(reading: SignatureReading) -> set[Code]:
    """What is told of the file."""
    return {one.code for one in reading.observations}


def only(reading: SignatureReading) -> Signature:
    """The one signature."""
    (signature,) = reading.signatures
    return signature


def with_crls(pki: Pki, *crls: bytes) -> Evidence:
    """The PKI's trust store with these lists alone."""
    return Evidence(MOMENT, replace(pki.trust, crls=crls))


def test_a_trusted_signature_with_good_revocation_is_valid(pki: Pki, twice: bytes, evidence: Evidence) -> None:
    """All four answers, the signer as the certificate names him, the time as the time stamp proves it."""
    person, body = signatures_of(twice, evidence).signatures
    assert (person.result, body.result) == (Result.VALID, Result.VALID)
    assert (body.trust, body.revocation, body.reason) == (Trust.TRUSTED, Revocation.GOOD, "ok")
    assert (body.signed_at, body.signed_at_source) == (MOMENT - timedelta(hours=1), "timestamp")
    assert (body.algorithm, body.anchor_list) == ("rsa-2048/sha256", "government")
    assert (body.signer.name, body.signer.organisation) == (AGENCY.name, AGENCY.organisation)
    assert (body.signer.tax_code, body.signer.email) == ("0100000001", AGENCY.email)
    assert body.signer.issuer == "CA thử nghiệm phục vụ các cơ quan Nhà nước"
    assert body.signer.serial == str(pki.agency.certificate.serial_number)


def test_a_claimed_time_is_told_and_not_used(once: bytes, evidence: Evidence) -> None:
    """signingTime is the signer's own word."""
    reading = signatures_of(once, evidence)
    assert only(reading).signed_at_source == "claimed"
    assert Code.SIGNATURE_TIME_CLAIMED in codes(reading)


@pytest.mark.parametrize("anchors", [pytest.param(False, id="no anchor"), pytest.param(True, id="a stranger's root")])
def test_a_signature_without_a_path_is_untrusted_and_sound(pki: Pki, plain: bytes, anchors: bool) -> None:
    """A self-made hierarchy with the agency's very name."""
    signed = sign_pdf(plain, pki.stranger, "Sig1", chain=(pki.stranger_root.identity,))
    reading = signatures_of(signed, Evidence(MOMENT, pki.trust if anchors else TrustStore()))
    signature = only(reading)
    assert (signature.sound, signature.trust, signature.revocation) == (
        True,
        Trust.UNTRUSTED,
        Revocation.NOT_CHECKED,
    )
    assert (signature.result, signature.reason) == (Result.INDETERMINATE, "no-certificate-chain")
    assert Code.SIGNATURE_UNTRUSTED in codes(reading)


def test_a_leaf_alone_finds_its_path_through_the_trust_directory(pki: Pki, once: bytes) -> None:
    """Real files often embed only the leaf; without the intermediate in the store there is no path."""
    assert only(signatures_of(once, Evidence(MOMENT, pki.trust))).trust is Trust.TRUSTED
    bare = replace(pki.trust, intermediates=())
    assert only(signatures_of(once, Evidence(MOMENT, bare))).trust is Trust.UNTRUSTED


def test_an_unreadable_file_in_the_trust_directory_stops_nothing(pki: Pki, once: bytes) -> None:
    """One bad file is no reason to trust nobody."""
    store = replace(pki.trust, intermediates=(b"not a certificate", *pki.trust.intermediates), crls=(b"no", *pki.crls))
    assert only(signatures_of(once, Evidence(MOMENT, store))).result is Result.VALID


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param((), id="no list at all"),
        pytest.param((0, 2, 3), id="the list of the signer's CA is missing"),
        pytest.param((1, 2, 3), id="the list of the root is missing"),
    ],
)
def test_a_missing_list_is_unknown_and_never_valid(pki: Pki, once: bytes, kept: tuple[int, ...]) -> None:
    """An honest "unknown" when the network is closed."""
    reading = signatures_of(once, with_crls(pki, *(pki.crls[number] for number in kept)))
    assert (only(reading).revocation, only(reading).result) == (Revocation.UNKNOWN, Result.INDETERMINATE)
    assert Code.SIGNATURE_REVOCATION_UNKNOWN in codes(reading)


def test_a_stale_list_is_unknown(pki: Pki, once: bytes) -> None:
    """A list of last year says nothing of today."""
    old = pki.government_ca.revocation_list(MOMENT - 90 * DAY)
    assert only(signatures_of(once, with_crls(pki, pki.crls[0], old))).revocation is Revocation.UNKNOWN


@pytest.mark.parametrize(
    ("stamped", "revocation", "result"),
    [
        pytest.param(20, Revocation.GOOD, Result.VALID, id="stamped before the revocation"),
        pytest.param(5, Revocation.REVOKED, Result.INVALID, id="stamped after the revocation"),
        pytest.param(None, Revocation.REVOKED, Result.INVALID, id="without a proof of time"),
    ],
)
def test_a_revocation_counts_from_its_date(
    pki: Pki, plain: bytes, stamped: int | None, revocation: Revocation, result: Result
) -> None:
    """Revoked ten days ago: what was provably signed before stays good."""
    time = None if stamped is None else TimeStamping(pki.time_stamper, MOMENT - stamped * DAY)
    signed = sign_pdf(plain, pki.agency, "Sig1", time=time)
    crl = pki.government_ca.revoke(pki.agency, MOMENT - 10 * DAY).revocation_list(MOMENT - timedelta(hours=1))
    signature = only(signatures_of(signed, with_crls(pki, pki.crls[0], crl)))
    assert (signature.sound, signature.revocation, signature.result) == (True, revocation, result)


@dataclass(frozen=True, slots=True)
class Old:
    """An agency whose certificate expired a hundred days ago, and lists from when it held."""

    leaf: Identity
    archived: tuple[bytes, bytes]


@pytest.fixture(scope="module")
def old(pki: Pki) -> Old:
    """Issued by the same CA."""
    leaf = pki.government_ca.leaf(AGENCY, Validity(MOMENT - 300 * DAY, MOMENT - 100 * DAY))
    archived = tuple(one.revocation_list(MOMENT - 150 * DAY) for one in (pki.government_root, pki.government_ca))
    return Old(leaf, (archived[0], archived[1]))


def test_what_an_expired_certificate_signed_while_it_held_stays_valid(pki: Pki, plain: bytes, old: Old) -> None:
    """The time stamp stands within the validity, and a list of that time acquits."""
    signed = sign_pdf(plain, old.leaf, "Sig1", time=TimeStamping(pki.time_stamper, MOMENT - 200 * DAY))
    reading = signatures_of(signed, with_crls(pki, *old.archived, *pki.crls))
    assert only(reading).result is Result.VALID
    assert Code.SIGNATURE_EXPIRED not in codes(reading)


def test_a_list_made_after_the_expiry_does_not_acquit(pki: Pki, plain: bytes, old: Old) -> None:
    """Issuers drop expired certificates from their lists (RFC 5280 section 3.3)."""
    signed = sign_pdf(plain, old.leaf, "Sig1", time=TimeStamping(pki.time_stamper, MOMENT - 200 * DAY))
    assert only(signatures_of(signed, with_crls(pki, *pki.crls))).revocation is Revocation.UNKNOWN


def test_an_expired_certificate_without_a_proof_of_time_is_told_and_sound(pki: Pki, plain: bytes, old: Old) -> None:
    """Expiry is a finding of its own."""
    reading = signatures_of(sign_pdf(plain, old.leaf, "Sig1"), with_crls(pki, *old.archived, *pki.crls))
    signature = only(reading)
    assert (signature.sound, signature.trust, signature.result) == (True, Trust.TRUSTED, Result.INDETERMINATE)
    assert Problem.EXPIRED in signature.problems
    assert Code.SIGNATURE_EXPIRED in codes(reading)


@pytest.mark.parametrize(
    ("digest", "bits"), [pytest.param("sha1", 2048, id="SHA-1"), pytest.param("sha256", 1024, id="RSA of 1024 bits")]
)
def test_a_weak_algorithm_is_told_and_sound(pki: Pki, plain: bytes, digest: str, bits: int) -> None:
    """Weak is not tampered."""
    leaf = pki.government_ca.leaf(AGENCY, Validity.around(MOMENT), bits=bits)
    reading = signatures_of(sign_pdf(plain, leaf, "Sig1", digest=digest), Evidence(MOMENT, pki.trust))
    assert only(reading).sound is True
    assert Code.SIGNATURE_WEAK in codes(reading)


def test_a_time_stamp_of_a_stranger_proves_nothing(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """And does not make the signature unsound."""
    stranger = pki.stranger_root.time_stamper("TSA lạ", "Người lạ", Validity.around(MOMENT))
    signed = sign_pdf(plain, pki.agency, "Sig1", time=TimeStamping(stranger, MOMENT - DAY))
    signature = only(signatures_of(signed, evidence))
    assert (signature.sound, signature.signed_at_source) == (True, "claimed")


def test_a_time_stamp_of_tomorrow_proves_nothing(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """The evidence is of today."""
    signed = sign_pdf(plain, pki.agency, "Sig1", time=TimeStamping(pki.time_stamper, MOMENT + DAY))
    assert only(signatures_of(signed, evidence)).signed_at_source == "claimed"


def test_a_time_stamp_of_another_signature_makes_it_unsound(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """The token is genuine and speaks of other bytes."""
    time = TimeStamping(pki.time_stamper, MOMENT - DAY)
    one = sign_pdf(plain, pki.agency, "Sig1", time=time)
    other = sign_pdf(plain, pki.official, "Sig1", time=time)

    def steal(container: cms.SignedData) -> None:
        stolen = forging.container_of(other)["content"]["signer_infos"][0]["unsigned_attrs"]
        container["signer_infos"][0]["unsigned_attrs"] = stolen

    signature = only(signatures_of(forging.resealed(one, steal), evidence))
    assert (signature.sound, signature.reason) == (False, "timestamp-broken")


def document_stamped(pdf: bytes, pki: Pki, moment: datetime) -> bytes:
    """`pdf` with a document time stamp in a revision of its own."""
    stamper = DummyTimeStamper(certificate_of(pki.time_stamper), key_of(pki.time_stamper), fixed_dt=moment)
    output = io.BytesIO()
    PdfTimeStamper(stamper, field_name="DauThoiGian").timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), "sha256", output=output
    )
    return output.getvalue()


def test_a_document_time_stamp_is_a_signature_and_proves_the_time_of_others(
    pki: Pki, once: bytes, evidence: Evidence
) -> None:
    """It covers the signature, so the signature existed."""
    reading = signatures_of(document_stamped(once, pki, MOMENT - DAY), evidence)
    signature, stamp = reading.signatures
    assert (stamp.carrier, stamp.sound, stamp.signed_at) == (Carrier.TIMESTAMP, True, MOMENT - DAY)
    assert (signature.sound, signature.signed_at, signature.signed_at_source) == (True, MOMENT - DAY, "timestamp")
    changed = next(one for one in reading.observations if one.code is Code.SIGNATURE_CHANGED_PERMITTED)
    assert changed.evidence["change"] == "timestamp"


def test_revocation_lists_inside_the_file_serve_where_the_store_has_none(pki: Pki, once: bytes) -> None:
    """The document security store; what is embedded is proven by its own signature."""
    output = io.BytesIO(once)
    signature = forging.hole_of(once)[1:-1].upper()
    DocumentSecurityStore.add_dss(output, sig_contents=signature, crls=forging.lists(pki.crls[:2]))
    reading = signatures_of(output.getvalue(), with_crls(pki))
    assert (only(reading).sound, only(reading).revocation) == (True, Revocation.GOOD)
    changed = next(one for one in reading.observations if one.code is Code.SIGNATURE_CHANGED_PERMITTED)
    assert changed.evidence["change"] == "validation-data"


def test_a_list_forged_by_a_stranger_acquits_nobody(pki: Pki, once: bytes) -> None:
    """It carries the CA's name and not its key."""
    forger = Authority(replace(pki.government_ca.identity, key=pki.stranger_root.identity.key))
    forged = forger.revocation_list(MOMENT - timedelta(hours=1))
    assert only(signatures_of(once, with_crls(pki, pki.crls[0], forged))).revocation is Revocation.UNKNOWN
