"""The older and odder ways to put a signature into a PDF, made by hand: every one judged over its own range."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence

import pytest
from asn1crypto import core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of, key_of
from tests.validation.cms_minting import NOW, Holder, attributes, container, holder, signer
from tests.validation.handmade_pdf import sealed
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of
from validation.signature import Carrier, Coverage, Problem, Signature, state_of

ANNA, BINH = holder("Anna"), holder("Bình", serial=8)
DOUBLE = holder("Anna")
Sealing = Callable[[bytes], bytes]


def rsa_value(by: Holder, name: str = "sha1") -> Sealing:
    """A bare RSA value over the range."""
    algorithm = getattr(hashes, name.upper())()
    return lambda covered: core.OctetString(by.key.sign(covered, padding.PKCS1v15(), algorithm)).dump()


def cms_of(*by: Holder, inside: Sequence[Holder] = ()) -> Sealing:
    """A detached container with one signer for each of `by`; `inside` = whose certificates it carries instead."""
    return lambda covered: container(None, [signer(one, covered, attributes(covered)) for one in by], *(inside or by))


def of_digest(by: Holder, digest: Callable[[bytes], bytes] = lambda covered: hashlib.sha1(covered).digest()) -> Sealing:
    """adbe.pkcs7.sha1: the container holds, and signs, the SHA-1 digest of the range."""

    def seal(covered: bytes) -> bytes:
        inner = digest(covered)
        return container(inner, [signer(by, inner, attributes(inner))], by)

    return seal


def read(pdf: bytes) -> tuple[Signature, ...]:
    """The signatures, nobody trusted."""
    return signatures_of(pdf, Evidence(NOW)).signatures


SOUND = {
    "a bare RSA value over SHA-1": ("adbe.x509.rsa_sha1", rsa_value(ANNA), (ANNA,)),
    "the same over SHA-256": ("adbe.x509.rsa_sha1", rsa_value(ANNA, "sha256"), (ANNA,)),
    "the same with the issuer's certificate behind the signer's": ("adbe.x509.rsa_sha1", rsa_value(ANNA), (ANNA, BINH)),
    "a container that signs the digest it holds": ("adbe.pkcs7.sha1", of_digest(ANNA), ()),
    "a detached container": ("adbe.pkcs7.detached", cms_of(ANNA), ()),
    "content of its own, and the range is what was signed": (
        "adbe.pkcs7.detached",
        lambda covered: container(b"nobody's", [signer(ANNA, covered, attributes(covered))], ANNA),
        (),
    ),
    "two signers in one container": ("adbe.pkcs7.detached", cms_of(ANNA, BINH), ()),
}


@pytest.mark.parametrize(
    ("sub_filter", "seal", "certificates"), [pytest.param(*given, id=name) for name, given in SOUND.items()]
)
def test_an_intact_signature_is_sound(sub_filter: str, seal: Sealing, certificates: tuple[Holder, ...]) -> None:
    (only,) = read(sealed(sub_filter, seal, certificates))
    assert (only.sound, only.detail.replace("no anchor is configured", ""), only.coverage) == (True, "", Coverage.WHOLE)
    assert (only.carrier, only.signer.name) == (Carrier.PDF, "Anna")


@pytest.mark.parametrize(
    ("sub_filter", "seal", "certificates"), [pytest.param(*given, id=name) for name, given in SOUND.items()]
)
def test_a_changed_octet_is_seen(sub_filter: str, seal: Sealing, certificates: tuple[Holder, ...]) -> None:
    changed = sealed(sub_filter, seal, certificates).replace(b"/Lang (vi)", b"/Lang (en)")
    (only,) = read(changed)
    assert (only.sound, only.problems[0]) == (False, Problem.DIGEST_MISMATCH)


UNSOUND: dict[str, tuple[str, Sealing, tuple[Holder, ...], Problem]] = {
    "a value of another key": ("adbe.x509.rsa_sha1", rsa_value(DOUBLE), (ANNA,), Problem.VALUE_MISMATCH),
    "a value that is noise": (
        "adbe.x509.rsa_sha1",
        lambda _: core.OctetString(b"\x01" * 256).dump(),
        (ANNA,),
        Problem.VALUE_MISMATCH,
    ),
    "a digest of something else in the container": (
        "adbe.pkcs7.sha1",
        of_digest(ANNA, lambda _: bytes(20)),
        (),
        Problem.DIGEST_MISMATCH,
    ),
    "content of its own, which is what was signed": (
        "adbe.pkcs7.detached",
        of_digest(ANNA),
        (),
        Problem.DIGEST_MISMATCH,
    ),
    "one bad signer of two": (
        "adbe.pkcs7.detached",
        lambda covered: container(
            None,
            [signer(ANNA, covered, attributes(covered)), signer(BINH, covered, attributes(b"other"))],
            ANNA,
            BINH,
        ),
        (),
        Problem.DIGEST_MISMATCH,
    ),
}


@pytest.mark.parametrize(
    ("sub_filter", "seal", "certificates", "problem"),
    [pytest.param(*given, id=name) for name, given in UNSOUND.items()],
)
def test_what_does_not_verify_is_unsound(
    sub_filter: str, seal: Sealing, certificates: tuple[Holder, ...], problem: Problem
) -> None:
    (only,) = read(sealed(sub_filter, seal, certificates))
    assert (only.sound, only.problems[0]) == (False, problem)


UNREADABLE: dict[str, tuple[str, Sealing, tuple[Holder, ...]]] = {
    "empty Contents (universal forgery)": ("adbe.pkcs7.detached", lambda _: b"", ()),
    "Contents of zeros": ("adbe.pkcs7.detached", lambda _: bytes(64), ()),
    "a container in which nobody has signed": ("adbe.pkcs7.detached", cms_of(inside=(ANNA,)), ()),
    "a bare RSA value without a certificate": ("adbe.x509.rsa_sha1", rsa_value(ANNA), ()),
    "a sub-filter that nobody knows": ("mau.mau", cms_of(ANNA), ()),
}


@pytest.mark.parametrize(
    ("sub_filter", "seal", "certificates"), [pytest.param(*given, id=name) for name, given in UNREADABLE.items()]
)
def test_what_cannot_be_checked_is_never_unsigned(
    sub_filter: str, seal: Sealing, certificates: tuple[Holder, ...]
) -> None:
    assert state_of(read(sealed(sub_filter, seal, certificates))) == "unreadable"


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("/Type /DocTimeStamp", id="as the standard has it"),
        pytest.param("/Type /Sig", id="named a signature"),
        pytest.param("", id="without a name of its kind"),
    ],
)
def test_a_document_time_stamp_is_known_by_its_sub_filter(pki: Pki, kind: str) -> None:
    """Writers leave /Type out, or write the one of a signature."""
    stamper = DummyTimeStamper(certificate_of(pki.time_stamper), key_of(pki.time_stamper), fixed_dt=NOW)

    def seal(covered: bytes) -> bytes:
        token = asyncio.run(stamper.async_timestamp(hashlib.sha256(covered).digest(), "sha256"))
        return bytes(token.dump())

    (only,) = read(sealed("ETSI.RFC3161", seal, kind=kind))
    assert (only.carrier, only.sound, only.signed_at) == (Carrier.TIMESTAMP, True, NOW)


def test_a_signature_that_stands_in_its_field_itself_is_judged() -> None:
    """ISO 32000-2 section 12.7.5.5 wants a reference to it; some writers do without."""
    (only,) = read(sealed("adbe.pkcs7.detached", cms_of(ANNA), direct=True))
    assert (only.sound, only.coverage) == (True, Coverage.WHOLE)


def test_a_modulus_that_lacks_its_leading_zero_is_the_number_that_was_meant() -> None:
    """Real identity cards are made so: DER reads a negative number."""
    (only,) = read(sealed("adbe.pkcs7.detached", cms_of(negative(ANNA))))
    assert (only.sound, only.signer.name) == (True, "Anna")


def negative(meant: Holder) -> Holder:
    """The same key, its modulus written as a negative number."""
    old = meant.certificate
    info = old.public_key
    modulus = info["public_key"].parsed["modulus"].native
    short, key, tbs, certificate = core.Sequence(), core.Sequence(), core.Sequence(), core.Sequence()
    short.contents = core.Integer(modulus - (1 << meant.key.key_size)).dump() + core.Integer(65537).dump()
    key.contents = info["algorithm"].dump() + core.OctetBitString(short.dump()).dump()
    tbs.contents = old["tbs_certificate"].contents.replace(info.dump(), key.dump())
    certificate.contents = tbs.dump() + old["signature_algorithm"].dump() + old["signature_value"].dump()
    return Holder(meant.key, x509.Certificate.load(certificate.dump()))
