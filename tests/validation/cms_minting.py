"""Makes CMS containers (RFC 5652) field by field, so that each defect can be put where it belongs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Holder:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: asn1_x509.Certificate


def holder(name: str, *mailboxes: str, serial: int = 7) -> Holder:
    """A self-signed certificate that names `mailboxes`."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if mailboxes:
        names = x509.SubjectAlternativeName([x509.RFC822Name(mailbox) for mailbox in mailboxes])
        builder = builder.add_extension(names, critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return Holder(key, asn1_x509.Certificate.load(der))


def attributes(
    content: bytes, *, digest: str = "sha256", times: int = 1, protects: Holder | None = None
) -> cms.CMSAttributes:
    """The signed attributes over `content`; `protects` = whose certificate signingCertificateV2 names (RFC 5035)."""
    found: list[dict[str, object]] = [
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
    ]
    found += [
        {"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime(NOW + timedelta(hours=hour))})]}
        for hour in range(times)
    ]
    if protects is not None:
        identity = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(protects.certificate.dump()).digest()})
        found.append({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [identity]})]})
    return cms.CMSAttributes(found)


def signer(
    by: Holder,
    content: bytes,
    signed: cms.CMSAttributes | None = None,
    *,
    digest: str = "sha256",
    mechanism: str = "sha256_rsa",
    null: bool = True,
) -> cms.SignerInfo:
    """A signer over `content`, by PKCS #1 v1.5; `null` = the DigestInfo has the NULL that most writers put there."""
    octets = content if signed is None else signed.dump()
    if null:
        value = by.key.sign(octets, padding.PKCS1v15(), getattr(hashes, mechanism.partition("_")[0].upper())())
    else:
        value = _without_null(by.key, octets)
    identity = cms.IssuerAndSerialNumber(
        {"issuer": by.certificate.issuer, "serial_number": by.certificate.serial_number}
    )
    fields = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": identity}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
        "signature": value,
    }
    return cms.SignerInfo(fields | ({"signed_attrs": signed} if signed is not None else {}))


def _without_null(key: rsa.RSAPrivateKey, octets: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) by hand: the DigestInfo's algorithm has no parameters."""
    algorithm, info = core.Sequence(), core.Sequence()
    algorithm.contents = algos.DigestAlgorithmId("sha256").dump()
    info.contents = algorithm.dump() + core.OctetString(hashlib.sha256(octets).digest()).dump()
    told, numbers = info.dump(), key.private_numbers()
    size = key.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(told) - 3) + b"\x00" + told
    value = pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n)
    return value.to_bytes(size)


def container(content: bytes | None, signers: Sequence[cms.SignerInfo], *inside: Holder) -> bytes:
    """The ContentInfo in DER; `content` None = detached; `inside` = whose certificates it carries."""
    encapsulated: dict[str, object] = {"content_type": "data"}
    if content is not None:
        encapsulated["content"] = content
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": encapsulated,
            "certificates": [cms.CertificateChoices({"certificate": one.certificate}) for one in inside],
            "signer_infos": list(signers),
        }
    )
    octets: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return octets


def countersigned(below: cms.SignerInfo, *by: cms.SignerInfo) -> cms.SignerInfo:
    """`below` with others' signatures over its value (RFC 5652 section 11.4)."""
    attribute = cms.CMSAttribute({"type": "counter_signature", "values": list(by)})
    found: cms.SignerInfo = below.copy()
    found["unsigned_attrs"] = cms.CMSAttributes([attribute])
    return found
