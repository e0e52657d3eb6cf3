"""One CMS signer (RFC 5652): do digest and value verify, under which certificate, and what time is proven?

Cryptography alone: nothing here says whether the certificate is trusted or what the signature covers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import cms, crl, ocsp, tsp, x509

from validation.certificate import digests_agree, mailboxes_of
from validation.certificate_known import known, same_name
from validation.cms_attributes import certificate_named, is_meant, value_of, values_of
from validation.cms_integrity import verify
from validation.digests import Digests
from validation.foreign import Unchecked, attempt
from validation.signature import Problem

_LARGEST = 16_384  #: octets that are worth remembering

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

    def mailboxes(self) -> frozenset[str]:
        """The mailboxes that the certificate names (RFC 8550 section 3), case-folded.  Call it by `attempt`."""
        return mailboxes_of(self.certificate)


def signer_named(
    signed: cms.SignedData, signer: cms.SignerInfo
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The certificate that the signer names, of several that he names so the one he protected; and the others."""
    inside: list[x509.Certificate] = [
        known(choice.chosen) for choice in (signed["certificates"] or ()) if choice.name == "certificate"
    ]
    named = [certificate for certificate in inside if _is_named(certificate, signer["sid"])]
    if not named:
        raise NotImplementedError("the signer's certificate is not inside")
    holder = next((one for one in named if is_protected(one, signer)), named[0])
    return holder, tuple(one for one in inside if one is not holder)


def _is_named(certificate: x509.Certificate, sid: cms.SignerIdentifier) -> bool:
    """RFC 5652 section 5.3."""
    if sid.name == "subject_key_identifier":
        return certificate.key_identifier is not None and certificate.key_identifier == sid.native
    return bool(
        certificate.serial_number == sid.chosen["serial_number"].native
        and same_name(certificate.issuer, sid.chosen["issuer"])
    )


def is_protected(certificate: x509.Certificate, signer: cms.SignerInfo) -> bool:
    """Does the signed attribute of RFC 5035 (or none at all) allow this certificate?"""
    named = certificate_named(signer["signed_attrs"])
    if named is None:
        return True
    octets, attribute = certificate.dump(), named.dump()
    if len(octets) + len(attribute) > _LARGEST:
        return is_meant(certificate, named)
    return _is_meant(octets, attribute, second=isinstance(named, tsp.ESSCertIDv2))


@lru_cache(maxsize=512)
def _is_meant(certificate: bytes, named: bytes, *, second: bool) -> bool:
    """Does the attribute name this certificate?  By octets alone, so an answer can be kept."""
    kind = tsp.ESSCertIDv2 if second else tsp.ESSCertID
    return is_meant(x509.Certificate.load(certificate), kind.load(named))


def _broken(
    signed: cms.SignedData, signer: cms.SignerInfo, certificate: x509.Certificate, digest: Digest
) -> Problem | None:
    if not is_protected(certificate, signer):
        return Problem.CERTIFICATE_SWAPPED
    name = str(signer["digest_algorithm"]["algorithm"].native)
    content_type = str(signed["encap_content_info"]["content_type"].native)
    intact, valid = verify(signer, certificate, digest(name), content_type)
    if not intact:
        return Problem.DIGEST_MISMATCH
    # RFC 8933: a mechanism that names another digest than the content's is a confusion attack.
    if not valid or not digests_agree(signer["signature_algorithm"], name):
        return Problem.VALUE_MISMATCH
    return None


def claimed_in(signer: cms.SignerInfo) -> datetime | None:
    """signingTime (RFC 5652 section 11.3), None where there is none that can be read."""
    found = attempt(_signing_time, signer)
    return None if isinstance(found, Unchecked) else found


def _signing_time(signer: cms.SignerInfo) -> datetime | None:
    found = value_of(signer["signed_attrs"], "signing_time")
    value = None if found is None else found.native
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _archived(signer: cms.SignerInfo) -> tuple[tuple[crl.CertificateList, ...], tuple[ocsp.OCSPResponse, ...]]:
    """The revocation answers that Adobe's signed attribute carries (ISO 32000-2 section 12.8.3.3.2)."""
    archive = value_of(signer["signed_attrs"], "adobe_revocation_info_archival")
    if archive is None:
        return (), ()
    return tuple(archive["crl"] or ()), tuple(archive["ocsp"] or ())


def check_signers(signed: cms.SignedData, digest: Digest) -> tuple[SignerChecked | Unchecked, ...]:
    """Verify every signer of the container, in order."""
    return tuple(attempt(_check, signed, signer, digest) for signer in signed["signer_infos"])


def _check(signed: cms.SignedData, signer: cms.SignerInfo, digest: Digest) -> SignerChecked:
    types = [attribute["type"].native for attribute in (signer["signed_attrs"] or ())]
    if any(types.count(single) > 1 for single in ("content_type", "message_digest", "signing_time")):
        # RFC 5652 section 11: which of two times, or of two digests, would a reader believe?
        raise ValueError("a signed attribute stands twice")
    certificate, others = signer_named(signed, signer)
    archive = attempt(_archived, signer)
    crls, ocsps = ((), ()) if isinstance(archive, Unchecked) else archive
    return SignerChecked(
        certificate=certificate,
        certificates=others,
        broken=_broken(signed, signer, certificate, digest),
        digest=str(signer["digest_algorithm"]["algorithm"].native),
        claimed=claimed_in(signer),
        timestamps=tuple(_timestamps(signer, digest)),
        crls=crls,
        ocsps=ocsps,
    )


def _timestamps(signer: cms.SignerInfo, digest: Digest) -> Iterator[Timestamp | Unchecked]:
    def tokens_of(*, signed: bool) -> list[cms.SignedData]:
        place, name = (
            ("signed_attrs", "content_time_stamp") if signed else ("unsigned_attrs", "signature_time_stamp_token")
        )
        return [token["content"] for token in values_of(signer[place], name)]

    of_value = Digests(signer["signature"].native)
    for of_content, imprint in ((False, of_value), (True, digest)):
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
    signers = token["signer_infos"]
    if len(signers) != 1:
        raise NotImplementedError("a time stamp has one signer")  # RFC 3161 section 2.4.2
    signer = signers[0]
    certificate, others = signer_named(token, signer)
    stamped = info["message_imprint"]
    matches = imprint(stamped["hash_algorithm"]["algorithm"].native) == stamped["hashed_message"].native
    return Timestamp(
        moment=info["gen_time"].native,
        intact=matches and _broken(token, signer, certificate, Digests(bytes(content))) is None,
        certificate=certificate,
        certificates=others,
        digest=str(signer["digest_algorithm"]["algorithm"].native),
    )
