"""Verifies one signature value: pyHanko's validator, and what it wrongly takes for unknown or for broken.

Promise: "I do not know this algorithm" is never told as "the value does not verify", and nothing verifies here but
under an encoding that a standard names.
"""

from asn1crypto import core, keys
from asn1crypto.algos import DigestAlgorithmId, SignedDigestAlgorithm
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

#: NIST's registry, "sigAlgs": ECDSA (9-12) and RSA PKCS #1 v1.5 (13-16) with SHA-3; asn1crypto has no names for them.
_SHA3 = {
    f"2.16.840.1.101.3.4.3.{first + number}": (kind, f"sha3_{bits}")
    for kind, first in (("ecdsa", 9), ("rsa", 13))
    for number, bits in enumerate((224, 256, 384, 512))
}
_SHA3_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha3_224": hashes.SHA3_224(),
    "sha3_256": hashes.SHA3_256(),
    "sha3_384": hashes.SHA3_384(),
    "sha3_512": hashes.SHA3_512(),
}


class Verifier(DefaultSignatureValidator):
    """As pyHanko's."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = SignatureValidationContext(),  # noqa: B008 - as the base class
    ) -> None:
        """Verify, or raise InvalidSignature itself only where the value does not verify."""
        public_key_info = without_sign(public_key_info)
        sha3 = _SHA3.get(signature_algorithm["algorithm"].dotted)
        try:
            if sha3 is not None and not context.prehashed:
                _with_sha3(*sha3, signature, signed_data, public_key_info, context.contextual_md_algorithm)
                return
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
        except InvalidSignature as error:
            if type(error) is not InvalidSignature:
                # The certificate validator derives "not supported" from InvalidSignature.
                raise NotImplementedError(type(error).__name__) from error
            digest = context.contextual_md_algorithm
            if context.prehashed or not verifies_without_null(signature, signed_data, public_key_info, digest):
                raise


def without_sign(key_info: keys.PublicKeyInfo) -> keys.PublicKeyInfo:
    """The key with the octets of its modulus taken as a number without a sign.

    Real cards hold certificates whose modulus lacks the leading zero that DER asks for: a negative number, which the
    libraries refuse and every other reader takes as it was meant.  The same octets can mean no other key.
    """
    if key_info.algorithm != "rsa":
        return key_info
    key = key_info["public_key"].parsed
    octets = key["modulus"].contents
    if not octets or octets[0] < 0x80:
        return key_info
    meant = keys.RSAPublicKey({"modulus": int.from_bytes(octets), "public_exponent": key["public_exponent"].native})
    return keys.PublicKeyInfo({"algorithm": key_info["algorithm"], "public_key": meant})


def _with_sha3(
    kind: str, name: str, signature: bytes, signed_data: bytes, key_info: keys.PublicKeyInfo, digest: str | None
) -> None:
    if digest != name:
        raise InvalidSignature  # RFC 8933: two digests where there is one
    key = serialization.load_der_public_key(key_info.dump())
    if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed_data, padding.PKCS1v15(), _SHA3_HASHES[name])
    elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed_data, ec.ECDSA(_SHA3_HASHES[name]))
    else:
        raise NotImplementedError("the key is of another kind than the mechanism")


def verifies_without_null(
    signature: bytes, signed_data: bytes, key_info: keys.PublicKeyInfo, digest: str | None
) -> bool:
    """Is it RSA PKCS #1 v1.5 over a DigestInfo whose algorithm has no parameters at all?

    RFC 8017 section 9.2 note 1 has verifiers take both forms; the libraries take the one with NULL alone.
    """
    if key_info.algorithm != "rsa" or digest is None:
        return False
    key = serialization.load_der_public_key(key_info.dump())
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    state = hashes.Hash(get_pyca_cryptography_hash(digest))
    state.update(signed_data)
    algorithm = core.Sequence()
    algorithm.contents = DigestAlgorithmId(digest).dump()
    info = core.Sequence()
    info.contents = algorithm.dump() + core.OctetString(state.finalize()).dump()
    try:
        return bool(key.recover_data_from_signature(signature, padding.PKCS1v15(), None) == info.dump())
    except InvalidSignature:
        return False
