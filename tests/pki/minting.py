"""Makes hierarchies with any defect: every field of every certificate is the test's to choose."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Extension = tuple[x509.ExtensionType, bool]

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
SIGNING = frozenset({"digital_signature", "content_commitment"})
CERTIFYING = frozenset({"key_cert_sign", "crl_sign"})
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def small_key() -> ec.EllipticCurvePrivateKey:
    """A key that takes no time to make."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key that takes some."""
    return rsa.generate_private_key(65537, bits)


def usage(bits: frozenset[str]) -> Extension:
    """A critical key usage with these bits alone."""
    return x509.KeyUsage(**{bit: bit in bits for bit in _USAGES}), True


def name_of(common: str, *, kind: x509.name._ASN1Type | None = None) -> x509.Name:
    """A name; `kind` = the string type of its parts."""
    parts = (
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, "Co quan thu nghiem"),
        (NameOID.COMMON_NAME, common),
    )
    typed = [
        x509.NameAttribute(oid, value, _type=kind if kind and oid != NameOID.COUNTRY_NAME else None)
        for oid, value in parts
    ]
    return x509.Name(typed)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate says."""

    name: x509.Name
    start: datetime = NOW - 365 * DAY
    end: datetime = NOW + 365 * DAY
    extensions: tuple[Extension, ...] = (usage(SIGNING),)
    old: bool = False  #: signed with SHA-1
    issuer_name: x509.Name | None = None  #: as the certificate writes it; None = as the issuer's own has it


@dataclass(frozen=True, slots=True)
class Member:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def issue(self, profile: Profile, key: Key | None = None) -> "Member":
        """A certificate by this one."""
        return _signed(profile, key or small_key(), self)

    def revocation_list(self, revoked: Sequence[tuple["Member", datetime]] = (), issued: datetime = NOW - DAY) -> bytes:
        """The CRL, of 300 days."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(issued)
            .next_update(issued + 300 * DAY)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        for one, since in revoked:
            serial = one.certificate.serial_number
            line = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            builder = builder.add_revoked_certificate(line)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def authority(common: str, *, length: int | None = None, more: tuple[Extension, ...] = ()) -> Profile:
    """The profile of a CA."""
    basic: Extension = (x509.BasicConstraints(ca=True, path_length=length), True)
    return Profile(name_of(common), NOW - 3000 * DAY, NOW + 3000 * DAY, (basic, usage(CERTIFYING), *more))


def root(common: str) -> Member:
    """A self-signed CA."""
    return _signed(authority(common), small_key(), None)


def _signed(profile: Profile, key: Key, issuer: Member | None) -> Member:
    by = key if issuer is None else issuer.key
    above = profile.name if issuer is None else issuer.certificate.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.name)
        .issuer_name(profile.issuer_name or above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(profile.start)
        .not_valid_after(profile.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in profile.extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return Member(_with_sha1(certificate, by) if profile.old else certificate, key)


def _with_sha1(certificate: x509.Certificate, by: Key) -> x509.Certificate:
    """The same, signed anew with SHA-1, which the library itself refuses to do."""
    assert isinstance(by, ec.EllipticCurvePrivateKey)
    found = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    mechanism = {"algorithm": "sha1_ecdsa"}
    found["tbs_certificate"]["signature"] = mechanism
    found["signature_algorithm"] = mechanism
    found["signature_value"] = by.sign(found["tbs_certificate"].dump(force=True), ec.ECDSA(hashes.SHA1()))
    return x509.load_der_x509_certificate(found.dump(force=True))


def expired(profile: Profile) -> Profile:
    """The same, ended a hundred days ago."""
    return replace(profile, end=NOW - 100 * DAY)


def asn1(member: Member) -> asn1_x509.Certificate:
    """As asn1crypto reads it."""
    return asn1_x509.Certificate.load(member.der)


def private(member: Member) -> asn1_keys.PrivateKeyInfo:
    """The key as asn1crypto reads it."""
    return asn1_keys.PrivateKeyInfo.load(
        member.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def signed_pdf(
    pdf: bytes,
    by: Member,
    *,
    chain: Sequence[Member] = (),
    digest: str = "sha256",
    pss: bool = False,
    time: TimeStamper | None = None,
) -> bytes:
    """`pdf` signed by `by`; `chain` is embedded with the leaf."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([asn1(one) for one in chain])
    signer = SimpleSigner(asn1(by), private(by), store, prefer_pss=pss, embed_roots=False)
    metadata = PdfSignatureMetadata(field_name="Sig1", md_algorithm=digest)
    output = io.BytesIO()
    PdfSigner(metadata, signer, timestamper=time, new_field_spec=SigFieldSpec("Sig1", on_page=-1)).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output
    )
    return output.getvalue()
