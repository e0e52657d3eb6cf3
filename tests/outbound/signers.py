"""Keys and certificates for signing letters, minted for the test; and the independent programs that check them."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from outbound.settings import OutboundSettings
from tests.servers.process import binary

OFFICE = "vanthu@office.example"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def pem(key: Key) -> bytes:
    """The private key as a file holds it."""
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def certificate(
    key: Key,
    *,
    address: str = OFFICE,
    begins: timedelta = timedelta(days=-30),
    ends: timedelta = timedelta(days=300),
    use: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
) -> x509.Certificate:
    """A certificate of the office, its own issuer."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sở Nội vụ")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return built.sign(key, hashes.SHA256())


def write(folder: Path, key: Key, made: x509.Certificate) -> tuple[Path, Path]:
    """Certificate and key as files of the settings."""
    chain, secret = folder / "office.crt", folder / "office.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(pem(key))
    return chain, secret


def old_pem(key: Key, address: str, *, ends: timedelta) -> bytes:
    """A certificate in PEM that ends at another time."""
    return certificate(key, address=address, ends=ends).public_bytes(serialization.Encoding.PEM)


def signing_settings(folder: Path, key: Key, made: x509.Certificate, *, dkim: rsa.RSAPrivateKey) -> OutboundSettings:
    """Both signatures."""
    chain, secret = write(folder, key, made)
    (folder / "dkim.key").write_bytes(pem(dkim))
    return OutboundSettings(
        smime_certificate=chain, smime_key=secret, dkim_key=folder / "dkim.key", dkim_selector="s2026"
    )


def dns_record(key: rsa.RSAPrivateKey) -> str:
    """The public key as the DNS has it."""
    spki = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "v=DKIM1; k=rsa; p=" + "".join(spki.decode().splitlines()[1:-1])


def openssl_says(message: bytes, anchor: Path, folder: Path) -> tuple[bool, bytes]:
    """Whether `openssl cms` takes the S/MIME signature for good, and the content that it covers."""
    file, out = folder / "signed.eml", folder / "content"
    file.write_bytes(message)
    words = ["cms", "-verify", "-in", str(file), "-CAfile", str(anchor), "-purpose", "smimesign"]
    done = subprocess.run([binary("openssl"), *words, "-out", str(out)], capture_output=True, check=False)
    return done.returncode == 0, out.read_bytes() if out.exists() else b""


def opendkim_says(message: bytes, record: str, folder: Path, domain: str = "office.example") -> str:
    """What opendkim writes into Authentication-Results of the message, "pass" among it when all is well."""
    (folder / "keys").write_text(f"s2026._domainkey.{domain} {record}\n")
    (folder / "opendkim.conf").write_text(f"Mode v\nTestPublicKeys {folder}/keys\nSyslog no\nAlwaysAddARHeader yes\n")
    (folder / "checked.eml").write_bytes(message.replace(b"\r\n", b"\n"))
    words = ["-x", str(folder / "opendkim.conf"), "-vv", "-t", str(folder / "checked.eml")]
    done = subprocess.run([binary("opendkim"), *words], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace")
