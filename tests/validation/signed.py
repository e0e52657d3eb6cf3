"""Files and mails that claim to be signed by something else than a PDF: made here, as each carrier is made."""

from datetime import UTC, datetime, timedelta
from email.mime.application import MIMEApplication

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from tests.validation.files import docx, zipped

_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_KEY = ec.generate_private_key(ec.SECP256R1())
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người thử nghiệm")])
_CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(_KEY.public_key())
    .serial_number(7)
    .not_valid_before(_NOW - timedelta(days=1))
    .not_valid_after(_NOW + timedelta(days=1))
    .sign(_KEY, hashes.SHA256())
)
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
XML_SIGNATURE = f'<ds:Signature xmlns:ds="{_DSIG}" Id="sig-1"><ds:SignedInfo/></ds:Signature>'
HEAD = b"From: a@so.test\r\nTo: b@xa.test\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n"


def cms(content: bytes, *options: pkcs7.PKCS7Options, pem: bool = False, smime: bool = False) -> bytes:
    """`content` signed by one signer; `smime` = as a clear-signed mail's body with its own MIME header."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(_CERTIFICATE, _KEY, hashes.SHA256())
    encodings = serialization.Encoding
    encoding = encodings.SMIME if smime else encodings.PEM if pem else encodings.DER
    return builder.sign(encoding, list(options))


def certificates_alone() -> bytes:
    """A CMS without a signer."""
    return pkcs7.serialize_certificates([_CERTIFICATE], serialization.Encoding.DER)


def clear_mail(body: bytes = b"Content-Type: text/plain\r\n\r\nhello\r\n") -> bytes:
    """A mail signed as multipart/signed (RFC 8551 section 3.5.3)."""
    return HEAD + cms(body, pkcs7.PKCS7Options.DetachedSignature, smime=True).replace(b"\r\n", b"\n").replace(
        b"\n", b"\r\n"
    )


def opaque_mail() -> bytes:
    """A mail whose whole is one CMS (RFC 8551 section 3.5.2)."""
    part = MIMEApplication(cms(b"Content-Type: text/plain\r\n\r\nhello\r\n"), "pkcs7-mime", name="smime.p7m")
    return HEAD + part.as_bytes().replace(b"\n", b"\r\n")


def signed_docx() -> bytes:
    """A Word document with one signature part (ECMA-376 part 2 section 13)."""
    return docx(**{"_xmlsignatures/sig1.xml": XML_SIGNATURE.encode(), "_xmlsignatures/origin.sigs": b""})


def signed_odt() -> bytes:
    """An OpenDocument text with a signature (ODF 1.2 part 3 section 3.5)."""
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": b"<x/>",
            "META-INF/documentsignatures.xml": XML_SIGNATURE.encode(),
        },
        0,
    )


def asic(name: str, content: bytes) -> bytes:
    """A container with `content` and a detached signature (ETSI EN 319 162-1 section 4.3)."""
    return zipped(
        {
            "mimetype": b"application/vnd.etsi.asic-s+zip",
            name: content,
            "META-INF/signature.p7s": cms(content, pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary),
        },
        0,
    )


def xml() -> bytes:
    """An invoice with an enveloped signature, as tax software writes it."""
    return f'<?xml version="1.0"?><HDon><DLHDon Id="d"/><DSCKS>{XML_SIGNATURE}</DSCKS></HDon>'.encode()
