"""One CMS signer (RFC 5652): do digest and value verify, under which certificate, and what time is proven?

Cryptography alone: nothing here says whether the certificate is trusted or what the signature covers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, core, crl, keys, ocsp, tsp, x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    check_ess_certid,
    extract_certificate_info,
    extract_signer_info,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    get_signing_cert_attr,
    message_imprint_checker,
    validate_sig_integrity,
)
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from validation.certificate import digests_agree
from validation.foreign import Unchecked, attempt
from validation.signature import Problem

Digest = Callable[[str], bytes]  #: the digest of the signed content, by the algorithm's name


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time-stamp token (RFC 3161) as found on a signature or on the document."""

    moment: datetime
    intact: bool  #: it speaks of these bytes, and its own signature verifies
    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    digest: str  #: the digest's name


@dataclass(frozen=True, slots=True)
class SignerChecked:
    """One signer's signature over given content."""

    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]  #: the others that the container carries
    broken: Problem | None  #: DIGEST_MISMATCH, VALUE_MISMATCH or CERTIFICATE_SWAPPED
    digest: str  #: the digest's name
    claimed: datetime | None  #: signingTime, the signer's own word
    timestamps: tuple[Timestamp | Unchecked, ...]
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


class _Verifier(DefaultSignatureValidator):
    """Keeps "I do not know this algorithm" apart from "the value does not verify"."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = SignatureValidationContext(),  # noqa: B008 - as the base class
    ) -> None:
        """Verify, or raise InvalidSignature itself only where the value does not verify."""
        try:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
        except InvalidSignature as error:
            if type(error) is InvalidSignature:
                raise
            # The certificate validator derives "not supported" from InvalidSignature.
            raise NotImplementedError(type(error).__name__) from error


def _certificates(signed: cms.SignedData) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    info = extract_certificate_info(signed)
    return info.signer_cert, tuple(info.other_certs)


def _broken(
    signed: cms.SignedData, signer: cms.SignerInfo, certificate: x509.Certificate, digest: Digest
) -> Problem | None:
    attributes = signer["signed_attrs"]
    if not isinstance(attributes, core.Void):
        identifier = get_signing_cert_attr(attributes)
        if identifier is not None and not check_ess_certid(certificate, identifier["certs"][0]):
            return Problem.CERTIFICATE_SWAPPED
    name = str(signer["digest_algorithm"]["algorithm"].native)
    intact, valid = validate_sig_integrity(
        signer,
        certificate,
        expected_content_type=signed["encap_content_info"]["content_type"].native,
        actual_digest=digest(name),
        sig_validator=_Verifier(),
    )
    if not intact:
        return Problem.DIGEST_MISMATCH
    # RFC 8933: a mechanism that names another digest than the content's is a confusion attack.
    if not valid or not digests_agree(signer["signature_algorithm"], name):
        return Problem.VALUE_MISMATCH
    return None


def _claimed(signer: cms.SignerInfo) -> datetime | None:
    try:
        value = find_unique_cms_attribute(signer["signed_attrs"], "signing_time").native
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _archived(signer: cms.SignerInfo) -> tuple[tuple[crl.CertificateList, ...], tuple[ocsp.OCSPResponse, ...]]:
    """The revocation answers that Adobe's signed attribute carries (ISO 32000-2 section 12.8.3.3.2)."""
    try:
        archive = find_unique_cms_attribute(signer["signed_attrs"], "adobe_revocation_info_archival")
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return (), ()
    return tuple(archive["crl"] or ()), tuple(archive["ocsp"] or ())


def check_signer(signed: cms.SignedData, digest: Digest) -> SignerChecked:
    """Verify the container's one signer against `digest`.  Raises what the parsers raise: call it by `attempt`."""
    signer = extract_signer_info(signed)
    certificate, others = _certificates(signed)
    archive = attempt(_archived, signer)
    claimed = attempt(_claimed, signer)
    crls, ocsps = ((), ()) if isinstance(archive, Unchecked) else archive
    return SignerChecked(
        certificate=certificate,
        certificates=others,
        broken=_broken(signed, signer, certificate, digest),
        digest=str(signer["digest_algorithm"]["algorithm"].native),
        claimed=None if isinstance(claimed, Unchecked) else claimed,
        timestamps=tuple(_timestamps(signer, digest)),
        crls=crls,
        ocsps=ocsps,
    )


def _timestamps(signer: cms.SignerInfo, digest: Digest) -> Iterator[Timestamp | Unchecked]:
    def tokens_of(*, signed: bool) -> list[cms.SignedData]:
        return list(extract_tst_data_iter(signer, signed=signed))

    for of_content, imprint in ((False, message_imprint_checker(signer)), (True, digest)):
        tokens = attempt(tokens_of, signed=of_content)
        if isinstance(tokens, Unchecked):
            yield tokens
            continue
        for token in tokens:
            checked = attempt(check_timestamp, token, imprint)
            # A content time stamp proves that the content existed, not that it was signed: worth its soundness only.
            if not of_content or isinstance(checked, Unchecked) or not checked.intact:
                yield checked


def check_timestamp(token: cms.SignedData, imprint: Digest) -> Timestamp:
    """Verify a time-stamp token against the digest of what it stamps.  Call it by `attempt`."""
    content = token["encap_content_info"]["content"]
    info = content.parsed
    if not isinstance(info, tsp.TSTInfo):
        raise TypeError("not a TSTInfo")
    raw = bytes(content)

    def of_info(name: str) -> bytes:
        state = hashes.Hash(get_pyca_cryptography_hash(name))
        state.update(raw)
        return state.finalize()

    signer = extract_signer_info(token)
    certificate, others = _certificates(token)
    stamped = info["message_imprint"]
    matches = imprint(stamped["hash_algorithm"]["algorithm"].native) == stamped["hashed_message"].native
    return Timestamp(
        moment=info["gen_time"].native,
        intact=matches and _broken(token, signer, certificate, of_info) is None,
        certificate=certificate,
        certificates=others,
        digest=str(signer["digest_algorithm"]["algorithm"].native),
    )
