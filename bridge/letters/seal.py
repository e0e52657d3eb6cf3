"""The seal on PDF receipts: the office's own certificate signs them (PAdES), so that anybody can verify them offline.

Promise: the certificate is checked before it signs (Decree 23/2025 Art. 15: within its time, and its key fits);
where it may not sign there is no PDF, never an unsealed one.
"""

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

_FIELD = "DauGiayBienNhan"


class UnfitSealError(Exception):
    """The certificate and its key may not, or cannot, sign; the text says why and quotes nothing of the key."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A certificate that may sign now, its chain, and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def seal_of(certificate: Path, key: Path, now: datetime) -> Seal:
    """The seal in those files.

    Raises:
        UnfitSealError: it cannot be read, is not within its time, or the key is another's.
    """
    try:
        certificates = x509.load_pem_x509_certificates(certificate.read_bytes())
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    except OSError as error:
        raise UnfitSealError(f"a file cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnfitSealError("a file is not PEM, or the key has a pass phrase") from error
    leaf = certificates[0]
    if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UnfitSealError("the key is neither RSA nor EC")
    if loaded.public_key() != leaf.public_key():
        raise UnfitSealError("the key is not the certificate's")
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise UnfitSealError("the certificate is not within its time")
    return Seal(leaf, tuple(certificates[1:]), loaded)


def sealed(pdf: bytes, seal: Seal, reason: str) -> bytes:
    """`pdf` with the seal over the whole of it; nothing may be changed after it."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_certificate(one) for one in seal.chain])
    pkcs8 = seal.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = SimpleSigner(
        signing_cert=_certificate(seal.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(pkcs8),
        cert_registry=store,
    )
    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    output = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output)
    return output.getvalue()


def _certificate(one: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER))
