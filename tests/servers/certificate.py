"""A certificate for the test servers' TLS, minted for this run (signed documents have the demo's PKI)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.wait import LOOPBACK


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A self-signed certificate and its key, as PEM files; the certificate is its own anchor."""

    #: PEM certificate; clients trust this very file.
    certificate: Path
    #: PEM private key, unencrypted, mode 0600.
    key: Path


def mint(folder: Path, name: str = "localhost", *others: str) -> ServerCertificate:
    """A certificate for `name`, `others` and the loopback address, good from yesterday for a month."""
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([*map(x509.DNSName, (name, *others)), x509.IPAddress(ip_address(LOOPBACK))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = ServerCertificate(folder / "server.crt", folder / "server.key")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
