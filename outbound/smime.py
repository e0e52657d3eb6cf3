"""S/MIME: the office's signature over a whole letter, as multipart/signed (RFC 8551 section 3.5.3).

Promise: the octets of the letter's content, attachments and their own seals among them, stay as they are; a letter
signed twice gives the same octets, because its own Date is the signing time and no signature holds chance.  What is
large is hashed in blocks.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pybase64
from asn1crypto import cms, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from outbound import fields
from outbound.content import Message

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    intermediates: tuple[x509.Certificate, ...] = ()  #: travel with the signature


def unusable(certificate: x509.Certificate, key: PrivateKey | None, address: str, now: datetime) -> str:
    """Why the certificate may not sign letters of `address` at `now`; "" = it may."""
    if now < certificate.not_valid_before_utc:
        return f"it holds from {certificate.not_valid_before_utc:%Y-%m-%d} on"
    if now > certificate.not_valid_after_utc:
        return f"it ended {certificate.not_valid_after_utc:%Y-%m-%d}"
    if key is not None and _spki(certificate.public_key()) != _spki(key.public_key()):
        return "the private key is that of another certificate"
    if address.lower() not in (name.lower() for name in _addresses(certificate)):
        return "it does not name the sender's address"  # RFC 8550 section 3: in the subjectAltName
    return _unfit_use(certificate)


def _unfit_use(certificate: x509.Certificate) -> str:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            return "its key may not sign (key usage)"
    except x509.ExtensionNotFound:
        pass
    try:
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    oids = ExtendedKeyUsageOID
    fit = oids.EMAIL_PROTECTION in extended or oids.ANY_EXTENDED_KEY_USAGE in extended
    return "" if fit else "it is not made for mail (extended key usage)"


def signed(message: Message, identity: Identity, moment: datetime) -> Message:
    """The letter under the signature; `moment` is the signing time that it bears."""
    outer, inner = fields.split(message.head, lambda name: name.startswith(b"content-"))
    digest = hashlib.sha256(inner + b"\r\n")
    for block in message.body_blocks():
        digest.update(block)
    der = _signed_data(digest.digest(), identity, moment)
    boundary = f"=_signed_{hashlib.sha256(digest.digest() + message.head).hexdigest()[:24]}".encode("ascii")
    head = (
        outer + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n'
        b' micalg=sha-256; boundary="' + boundary + b'"\r\n'
    )
    signature = (
        b"\r\n--" + boundary + b'\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
        + pybase64.encodebytes(der).replace(b"\n", b"\r\n")
        + b"\r\n--"
        + boundary
        + b"--\r\n"
    )
    return Message(head, (b"--" + boundary + b"\r\n" + inner + b"\r\n", *message.body, signature))


def _signed_data(digest: bytes, identity: Identity, moment: datetime) -> bytes:
    certificate = _asn1(identity.certificate)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": moment.astimezone(UTC)})]}),
            cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(digest)]}),
        ]
    )
    kind = "sha256_rsa" if isinstance(identity.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": kind},
            "signature": _signature(identity.key, attributes.dump()),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate, *map(_asn1, identity.intermediates)],
            "signer_infos": [signer],
        }
    )
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return whole


def _signature(key: PrivateKey, octets: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    # RFC 6979: without chance, so that a letter tried twice is the same letter.
    return key.sign(octets, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _spki(key: PublicKeyTypes) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)


def _addresses(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.RFC822Name)
