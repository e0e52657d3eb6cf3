"""Does a signature value verify under a key, by one of the methods of RFC 9231?

Promise: the value verifies only in the encoding that the method names, and with a key of the method's own kind.
"""

from functools import lru_cache

from asn1crypto import keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from validation.cms_verifier import verifies_without_null, without_sign
from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_algorithms import Method, Scheme, digest_of
from validation.xml_tree import DSIG, text_of

_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
_OWN_DIGESTS = {ed25519.Ed25519PublicKey: "sha512", ed448.Ed448PublicKey: "shake256"}  # RFC 8032 sections 5.1 and 5.2


def verifies(method: Method, element: etree._Element, key_info: bytes, value: bytes, signed: bytes) -> bool:
    """Is `value` the signature over `signed`?  `element` = ds:SignatureMethod, `key_info` = DER of the public key.

    Raises:
        CannotCheckError: the key or its parameters are of a kind that is not known.  Call it by `attempt`.
    """
    key = _key(key_info)
    try:
        match method.scheme, key:
            case Scheme.RSA, rsa.RSAPublicKey():
                return _pkcs1(key, key_info, method.digest, value, signed)
            case Scheme.RSA_PSS, rsa.RSAPublicKey():
                scheme, digest = _pss(method, element)
                key.verify(value, signed, scheme, digest)
            case Scheme.DSA, dsa.DSAPublicKey():
                key.verify(_halves(value), signed, _hash(method.digest))
            case Scheme.ECDSA, ec.EllipticCurvePublicKey():
                key.verify(_halves(value), signed, ec.ECDSA(_hash(method.digest)))
            case Scheme.EDDSA, ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(value, signed)
            case _:
                return False  # a key of another kind has not made this value
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as error:
        raise CannotCheckError(Problem.UNSUPPORTED, "a method that the library does not know") from error
    return True


def digest_name(method: Method, element: etree._Element, key_info: bytes) -> str:
    """The digest that the value rests on, for the report."""
    if method.digest:
        return method.digest
    if method.scheme is Scheme.RSA_PSS:
        return _pss(method, element)[1].name.replace("-", "_")
    return next((name for kind, name in _OWN_DIGESTS.items() if isinstance(_key(key_info), kind)), "")


@lru_cache(maxsize=256)
def _key(key_info: bytes) -> PublicKeyTypes:
    try:
        return serialization.load_der_public_key(without_sign(keys.PublicKeyInfo.load(key_info)).dump())
    except UnsupportedAlgorithm as error:
        raise CannotCheckError(Problem.UNSUPPORTED, "a key of a kind that is not known") from error
    except ValueError:
        return _unsigned(key_info)


def _unsigned(key_info: bytes) -> rsa.RSAPublicKey:
    """A modulus that its maker wrote as a negative number: thousands of real identity cards hold one."""
    key = keys.PublicKeyInfo.load(key_info)
    if key.algorithm != "rsa":
        raise CannotCheckError(Problem.UNSUPPORTED, "a key that cannot be read")
    numbers = key["public_key"].parsed
    modulus = int.from_bytes(numbers["modulus"].contents, "big")
    return rsa.RSAPublicNumbers(numbers["public_exponent"].native, modulus).public_key()


def _hash(name: str) -> hashes.HashAlgorithm:
    if name not in _HASHES:
        raise CannotCheckError(Problem.UNSUPPORTED, "a digest that is not known")
    return _HASHES[name]()


def _pkcs1(key: rsa.RSAPublicKey, key_info: bytes, digest: str, value: bytes, signed: bytes) -> bool:
    try:
        key.verify(value, signed, padding.PKCS1v15(), _hash(digest))
    except InvalidSignature:
        return verifies_without_null(value, signed, keys.PublicKeyInfo.load(key_info), digest)
    return True


def _pss(method: Method, element: etree._Element) -> tuple[padding.PSS, hashes.HashAlgorithm]:
    """RFC 9231 sections 2.3.9 (with parameters) and 2.3.10 (MGF1 and salt of the digest's own kind and length)."""
    if method.digest:
        digest = _hash(method.digest)
        return padding.PSS(padding.MGF1(digest), digest.digest_size), digest
    given = element.find(f"{{{_PSS}}}RSAPSSParams")
    digest, mask, salt = _hash("sha256"), None, None
    if given is not None:
        named = given.find(f"{{{DSIG}}}DigestMethod")
        if named is not None:
            digest = _hash(digest_of(named.get("Algorithm") or ""))
        masked = given.find(f"{{{_PSS}}}MaskGenerationFunction/{{{DSIG}}}DigestMethod")
        if masked is not None:
            mask = _hash(digest_of(masked.get("Algorithm") or ""))
        length = given.find(f"{{{_PSS}}}SaltLength")
        if length is not None:
            salt = int(text_of(length)[:5])
        trailer = given.find(f"{{{_PSS}}}TrailerField")
        if trailer is not None and text_of(trailer).strip() != "1":
            raise CannotCheckError(Problem.UNSUPPORTED, "a trailer that is not known")
    return padding.PSS(padding.MGF1(mask or digest), digest.digest_size if salt is None else salt), digest


def _halves(value: bytes) -> bytes:
    """r and s side by side, each in half of the octets (RFC 9231 section 2.3.6, RFC 4050 section 3.3), as DER."""
    half, odd = divmod(len(value), 2)
    if odd or not half:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
