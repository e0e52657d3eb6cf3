"""The oldest PDF signature, adbe.x509.rsa_sha1 (ISO 32000-1 section 12.8.3.2): a bare RSA value, certificates in /Cert.

Promise: the value verifies only as RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) over one of the digests that the standard
names, compared octet for octet.
"""

from asn1crypto import core, x509
from asn1crypto.algos import DigestAlgorithm, DigestAlgorithmId
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils import generic

from validation.certificate_known import known
from validation.cms import Digest, SignerChecked
from validation.pdf_embedded import Embedded
from validation.signature import Problem

_DIGESTS = ("sha1", "sha256", "sha384", "sha512")  #: ISO 32000-1 table 257


def check_rsa(signature: Embedded, digest: Digest) -> SignerChecked:
    """Verify the value in /Contents.  Raises what the parsers raise: call it by `attempt`."""
    certificates = _certificates(signature.dictionary)
    holder = certificates[0]
    key = serialization.load_der_public_key(holder.public_key.dump())
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotImplementedError("the key is of another kind than RSA")
    value = core.OctetString.load(signature.contents).native
    try:
        info = key.recover_data_from_signature(value, padding.PKCS1v15(), None)
    except InvalidSignature:
        info = b""
    named = next((name for name in _DIGESTS if info in _infos(name, digest(name))), "")
    broken = None if named else _broken(info)
    return SignerChecked(holder, certificates[1:], broken, named or "sha1", None, ())


def _broken(info: bytes) -> Problem:
    """A proper DigestInfo of one of the digests is of other content; anything else is no value of this key."""
    lengths = {name: len(_infos(name, b"\0" * size)[0]) for name, size in zip(_DIGESTS, (20, 32, 48, 64), strict=True)}
    return Problem.DIGEST_MISMATCH if len(info) in lengths.values() else Problem.VALUE_MISMATCH


def _infos(name: str, digest: bytes) -> tuple[bytes, bytes]:
    """DigestInfo in its two permitted encodings (RFC 8017 section 9.2 note 1)."""
    found = []
    for algorithm in (DigestAlgorithm({"algorithm": name, "parameters": core.Null()}).dump(), _without_null(name)):
        info = core.Sequence()
        info.contents = algorithm + core.OctetString(digest).dump()
        found.append(info.dump())
    return found[0], found[1]


def _without_null(name: str) -> bytes:
    algorithm = core.Sequence()
    algorithm.contents = DigestAlgorithmId(name).dump()
    octets: bytes = algorithm.dump()
    return octets


def _certificates(dictionary: generic.DictionaryObject) -> tuple[x509.Certificate, ...]:
    """/Cert: one, or an array with the signer's first."""
    value = dictionary["/Cert"]
    blobs = [value[index] for index in range(len(value))] if isinstance(value, generic.ArrayObject) else [value]
    return tuple(known(x509.Certificate.load(bytes(blob.original_bytes), strict=True)) for blob in blobs)
