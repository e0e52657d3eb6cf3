"""What a certificate says of its holder, in our words.

Names are decoded and NFC. The tax code stands in UID as `MST:<code>` (the practice of both Vietnamese
hierarchies), the mailbox as the first rfc822Name of the SAN.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable

from asn1crypto import algos, keys, x509

from validation.foreign import Unchecked, attempt
from validation.signature import Signer

_TAX_CODE = re.compile(r"MST\s*:\s*([0-9]{10}(?:-?[0-9]{3})?)", re.IGNORECASE)

WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
SHORTEST_KEYS = {"rsa": 2048, "rsassa_pss": 2048, "dsa": 2048, "ec": 256}  #: Circular 15/2025: RSA 2048, ECDSA 256


def _text(value: object) -> str:
    """The first value of an attribute, NFC and on one line."""
    first = value[0] if isinstance(value, list) and value else value
    return " ".join(unicodedata.normalize("NFC", str(first)).split()) if first else ""


def _name(read: Callable[[], x509.Name]) -> dict[str, object]:
    """The name that `read` gives; empty where it is none.  asn1crypto reads it only now, and may raise."""
    native = attempt(lambda: dict(read().native))
    return {} if isinstance(native, Unchecked) else native


def _tax_code(subject: dict[str, object]) -> str:
    value = subject.get("user_id", "")
    values = value if isinstance(value, list) else [value]
    found = (_TAX_CODE.search(str(one)) for one in values)
    return next((match.group(1) for match in found if match), "")


def _email(certificate: x509.Certificate) -> str:
    names = certificate.subject_alt_name_value
    boxes = [] if names is None else [name.native for name in names if name.name == "rfc822_name"]
    return _text(boxes[0]) if boxes else ""


def mailboxes_of(certificate: x509.Certificate) -> frozenset[str]:
    """Every mailbox that the certificate names, in the SAN or in the old place, the subject; case-folded."""
    names = certificate.subject_alt_name_value or ()
    found = [str(name.native) for name in names if name.name == "rfc822_name"]
    old = _name(lambda: certificate.subject).get("email_address", [])
    found += [str(one) for one in (old if isinstance(old, list) else [old])]
    return frozenset(box.strip().casefold() for box in found if box.strip())


def signer_of(certificate: x509.Certificate) -> Signer:
    """Who holds `certificate`; what cannot be read stays empty."""
    subject, issuer = _name(lambda: certificate.subject), _name(lambda: certificate.issuer)
    email = attempt(_email, certificate)
    serial = attempt(lambda: str(certificate.serial_number))
    return Signer(
        name=_text(subject.get("common_name", "")),
        organisation=_text(subject.get("organization_name", "")),
        serial="" if isinstance(serial, Unchecked) else serial,
        tax_code=_tax_code(subject),
        email="" if isinstance(email, Unchecked) else email,
        issuer=_text(issuer.get("common_name", "") or issuer.get("organization_name", "")),
        certificate_sha256=hashlib.sha256(certificate.dump()).hexdigest(),
    )


def _key_bits(key: keys.PublicKeyInfo) -> int:
    """The key's length, 0 = unreadable (real cards exist whose modulus is encoded as a negative number)."""
    bits = attempt(lambda: int(key.bit_size))
    return 0 if isinstance(bits, Unchecked) else bits


def algorithm_of(certificate: x509.Certificate, digest: str) -> str:
    """Key and digest as the contract writes them: rsa-2048/sha256."""
    return algorithm_of_key(certificate.public_key, digest)


def algorithm_of_key(key: keys.PublicKeyInfo, digest: str) -> str:
    """The same of a key alone."""
    kind, bits = str(key.algorithm).replace("rsassa_pss", "rsa"), _key_bits(key)
    return f"{kind}-{bits}/{digest}" if bits else f"{kind}/{digest}"


def is_weak(certificate: x509.Certificate, digest: str) -> bool:
    """Is the signature's digest or the holder's key below what is asked?"""
    return is_weak_key(certificate.public_key, digest)


def is_weak_key(key: keys.PublicKeyInfo, digest: str) -> bool:
    """The same of a key alone."""
    bits = _key_bits(key)
    return digest in WEAK_DIGESTS or 0 < bits < SHORTEST_KEYS.get(str(key.algorithm), 0)


def digests_agree(mechanism: algos.SignedDigestAlgorithm, digest: str) -> bool:
    """RFC 8933: the digest that the mechanism names, if it names one, is the digest of the content."""
    named = attempt(lambda: str(mechanism.hash_algo))
    return isinstance(named, Unchecked) or named == digest


def may_sign(certificate: x509.Certificate) -> bool:
    """Does the key usage allow signing documents?  Either bit will do; no extended purpose is asked for."""
    usage = certificate.key_usage_value
    return usage is None or bool({"digital_signature", "non_repudiation"} & set(usage.native))


def may_stamp_time(certificate: x509.Certificate) -> bool:
    """RFC 3161 section 2.3: the one purpose of a time-stamping certificate."""
    purposes = certificate.extended_key_usage_value
    return purposes is not None and "time_stamping" in purposes.native
