"""A certificate authority in memory: it issues, it revokes, and it publishes its list.

For the demonstration and the tests only. The profile of a leaf follows the leaves of the two Vietnamese
hierarchies: RSA 2048, a critical key usage, no document-signing purpose, the official mailbox as rfc822Name
in the SAN, and the tax code in UID as `MST:<code>`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a leaf is for.  Empty = the name has no such part."""

    name: str  #: CN: the body's or the person's
    organisation: str = ""  #: O: the parent body's, or the firm's
    locality: str = ""
    email: str = ""  #: rfc822Name of the SAN
    tax_code: str = ""  #: goes into UID as `MST:...`


@dataclass(frozen=True, slots=True)
class Revoked:
    """One line of a revocation list."""

    serial: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate holds."""

    start: datetime
    end: datetime

    @classmethod
    def around(cls, now: datetime, *, years: int = 2) -> "Validity":
        """A window of `years` years in which `now` stands one year after the start."""
        return cls(now - timedelta(days=365), now + timedelta(days=365 * (years - 1)))


def _name(subject: Subject) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
    if subject.locality:
        parts.append(x509.NameAttribute(NameOID.LOCALITY_NAME, subject.locality))
    if subject.organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, subject.name))
    if subject.tax_code:
        parts.append(x509.NameAttribute(NameOID.USER_ID, f"MST:{subject.tax_code}"))
    return x509.Name(parts)


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A fresh RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: Identity | None,
    validity: Validity,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> Identity:
    signer = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Identity(builder.sign(signer, hashes.SHA256()), key)


@dataclass(frozen=True, slots=True)
class Published:
    """Where a CA publishes, as what it issues will say.  Empty = it does not say."""

    lists: str = ""  #: its list of revocation
    responder: str = ""  #: OCSP
    certificate: str = ""  #: its own certificate

    @property
    def extensions(self) -> list[tuple[x509.ExtensionType, bool]]:
        """The extensions that tell it (RFC 5280 sections 4.2.1.13 and 4.2.2.1)."""
        told: list[tuple[x509.ExtensionType, bool]] = []
        if self.lists:
            name = x509.UniformResourceIdentifier(self.lists)
            told.append((x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)]), False))
        methods = (
            (AuthorityInformationAccessOID.OCSP, self.responder),
            (AuthorityInformationAccessOID.CA_ISSUERS, self.certificate),
        )
        access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in methods if url]
        if access:
            told.append((x509.AuthorityInformationAccess(access), False))
        return told


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA.  `revoke` gives a CA that knows of one more revoked serial; nothing is changed in place."""

    identity: Identity
    revoked: tuple[Revoked, ...] = ()
    published: Published = Published()

    @classmethod
    def root(cls, name: str, organisation: str, validity: Validity) -> "Authority":
        """A self-signed root."""
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (_usage(authority=True), True),
        ]
        subject = _name(Subject(name=name, organisation=organisation))
        return cls(_certificate(subject, new_key(), None, validity, extensions))

    def subordinate(self, name: str, organisation: str, validity: Validity) -> "Authority":
        """A CA below this one, for leaves alone."""
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (_usage(authority=True), True),
            *self.published.extensions,
        ]
        subject = _name(Subject(name=name, organisation=organisation))
        return Authority(_certificate(subject, new_key(), self.identity, validity, extensions))

    def leaf(self, subject: Subject, validity: Validity, *, bits: int = 2048) -> Identity:
        """A signer's certificate, with a fresh key."""
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(authority=False), True),
            (x509.ExtendedKeyUsage(purposes), False),
            *self.published.extensions,
        ]
        if subject.email:
            extensions.append((x509.SubjectAlternativeName([x509.RFC822Name(subject.email)]), False))
        return _certificate(_name(subject), new_key(bits), self.identity, validity, extensions)

    def time_stamper(self, name: str, organisation: str, validity: Validity) -> Identity:
        """The certificate of a time-stamping authority (RFC 3161 section 2.3: one critical purpose)."""
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(authority=False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            *self.published.extensions,
        ]
        subject = _name(Subject(name=name, organisation=organisation))
        return _certificate(subject, new_key(), self.identity, validity, extensions)

    def revoke(self, identity: Identity, since: datetime) -> "Authority":
        """This CA, having revoked `identity`."""
        line = Revoked(identity.certificate.serial_number, since)
        return replace(self, revoked=(*self.revoked, line))

    def revocation_list(self, issued: datetime, *, days: int = 30) -> bytes:
        """The CRL as DER, valid for `days` from `issued`."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.identity.certificate.subject)
            .last_update(issued)
            .next_update(issued + timedelta(days=days))
            .add_extension(x509.CRLNumber(int(issued.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.identity.key.public_key()),
                critical=False,
            )
        )
        for line in self.revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(line.serial).revocation_date(line.since).build()
            )
        return builder.sign(self.identity.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
