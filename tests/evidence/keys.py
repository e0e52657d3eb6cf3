"""Keys minted for a test: DKIM signatures by dkimpy, ARC sets by hand as RFC 8617 section 5.1 describes them."""

import base64
import hashlib
import re
from dataclasses import dataclass

import dkim
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SELECTOR = "s1"
_SIGNED = ("from", "to", "subject", "date", "message-id")


@dataclass(frozen=True)
class Key:
    """A signing key and the record that publishes it."""

    pem: bytes
    record: str

    def sign(self, mail: bytes, domain: str = "so.ninhbinh.gov.vn", **options: object) -> bytes:
        """The mail with a signature of `domain` on top."""
        field = dkim.sign(
            mail, SELECTOR.encode(), domain.encode(), self.pem, canonicalize=(b"relaxed", b"relaxed"), **options
        )
        return bytes(field) + mail

    def seal(self, mail: bytes, domain: str, results: str, *, cv: str = "", signed: tuple[str, ...] = _SIGNED) -> bytes:
        """The mail with one more ARC set of `domain` on top: what it found, and its seal over all sets."""
        sets = mail.lower().count(b"\r\narc-seal:") + mail.lower().startswith(b"arc-seal:")
        common = f"i={sets + 1}; a=rsa-sha256; d={domain}; s={SELECTOR}"
        head, _, body = mail.partition(b"\r\n\r\n")
        found = f"ARC-Authentication-Results: i={sets + 1}; {results}"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()  # the bodies of the tests are canonical
        signature = f"ARC-Message-Signature: {common}; c=relaxed/relaxed; h={':'.join(signed)}; bh={digest}; b="
        fields = _fields(head)
        over = [_relaxed(field) for name in signed for field in fields if field.lower().startswith(f"{name}:")]
        signature += self._over([*over, _relaxed(signature)])
        seal = f"ARC-Seal: {common}; cv={cv or ('pass' if sets else 'none')}; b="
        older = [field for field in reversed(fields) if field.lower().startswith("arc-")]
        seal += self._over([_relaxed(field) for field in (*older, found, signature, seal)])
        return "".join(f"{field}\r\n" for field in (seal, signature, found)).encode() + mail

    def _over(self, fields: list[str]) -> str:
        key = serialization.load_pem_private_key(self.pem, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signed = key.sign("\r\n".join(fields).encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signed).decode()


def minted(bits: int = 2048) -> Key:
    """A new key."""
    key = rsa.generate_private_key(65537, bits)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return Key(pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def _fields(head: bytes) -> list[str]:
    return re.split(r"\r\n(?![ \t])", head.decode())


def _relaxed(field: str) -> str:
    name, _, value = field.partition(":")
    return f"{name.lower()}:{' '.join(value.split())}"
