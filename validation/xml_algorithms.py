"""The algorithms of XML signatures by their URIs: RFC 9231, XMLDSig 1.0 and 1.1.

Promise: a URI that is not here is "unsupported"; nothing is guessed from a part of it.
"""

from dataclasses import dataclass
from enum import Enum

from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_tree import DSIG, DSIG_11

_ENC = "http://www.w3.org/2001/04/xmlenc#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"

#: RFC 9231 section 2.1: digests, by the names of hashlib.
DIGESTS: dict[str, str] = {
    f"{_MORE}md5": "md5",
    f"{DSIG}sha1": "sha1",
    f"{_MORE}sha224": "sha224",
    f"{_ENC}sha256": "sha256",
    f"{_MORE}sha384": "sha384",
    f"{_ENC}sha512": "sha512",
    f"{_ENC}ripemd160": "ripemd160",
    **{f"{_MORE_2007}sha3-{bits}": f"sha3_{bits}" for bits in (224, 256, 384, 512)},
}


class Scheme(Enum):
    """How a value is made."""

    RSA = "rsa"  #: PKCS #1 v1.5
    RSA_PSS = "rsa-pss"
    DSA = "dsa"
    ECDSA = "ecdsa"
    EDDSA = "eddsa"


@dataclass(frozen=True, slots=True)
class Method:
    """A signature method."""

    scheme: Scheme
    digest: str  #: hashlib's name; "" = inside the scheme, or among its parameters


#: RFC 9231 sections 2.3 and 2.4.
METHODS: dict[str, Method] = {
    f"{DSIG}rsa-sha1": Method(Scheme.RSA, "sha1"),
    f"{_MORE}rsa-md5": Method(Scheme.RSA, "md5"),
    **{f"{_MORE}rsa-sha{bits}": Method(Scheme.RSA, f"sha{bits}") for bits in (224, 256, 384, 512)},
    f"{_MORE_2007}rsa-pss": Method(Scheme.RSA_PSS, ""),
    f"{_MORE_2007}sha1-rsa-MGF1": Method(Scheme.RSA_PSS, "sha1"),
    **{f"{_MORE_2007}sha{bits}-rsa-MGF1": Method(Scheme.RSA_PSS, f"sha{bits}") for bits in (224, 256, 384, 512)},
    **{f"{_MORE_2007}sha3-{bits}-rsa-MGF1": Method(Scheme.RSA_PSS, f"sha3_{bits}") for bits in (224, 256, 384, 512)},
    f"{DSIG}dsa-sha1": Method(Scheme.DSA, "sha1"),
    f"{DSIG_11}dsa-sha256": Method(Scheme.DSA, "sha256"),
    **{f"{_MORE}ecdsa-sha{bits}": Method(Scheme.ECDSA, f"sha{bits}") for bits in (1, 224, 256, 384, 512)},
    **{f"{_MORE_2021}ecdsa-sha3-{bits}": Method(Scheme.ECDSA, f"sha3_{bits}") for bits in (224, 256, 384, 512)},
    f"{_MORE_2021}eddsa-ed25519": Method(Scheme.EDDSA, ""),
    f"{_MORE_2021}eddsa-ed448": Method(Scheme.EDDSA, ""),
}


def digest_of(algorithm: str) -> str:
    """The digest's name.

    Raises:
        CannotCheckError: it is not known here.
    """
    name = DIGESTS.get(algorithm)
    if name is None:
        raise CannotCheckError(Problem.UNSUPPORTED, "a digest that is not known")
    return name


def method_of(algorithm: str) -> Method:
    """The signature method.

    Raises:
        CannotCheckError: it is not known here, or proves nothing to a third person (HMAC: whoever can check can forge).
    """
    method = METHODS.get(algorithm)
    if method is None:
        keyed = "hmac" in algorithm
        raise CannotCheckError(
            Problem.UNSUPPORTED, "a shared secret, which proves no signer" if keyed else "a method that is not known"
        )
    return method
