"""What a signature's KeyInfo holds (XMLDSig 1.1 section 4.5): certificates, lists of revocation, bare keys.

Promise: it says who could have signed, never who did; what cannot be read is left away.  Nothing that it points to
outside is fetched.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from asn1crypto import crl, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from lxml import etree

from validation.certificate_known import known
from validation.foreign import Unchecked, attempt
from validation.xml_tree import DSIG, DSIG_11, octets_of

MOST = 60  #: certificates, lists or answers of one signature that are read

#: XMLDSig 1.1 section 4.5.2.3: the curves by their object identifiers.
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1,
    "urn:oid:1.3.132.0.34": ec.SECP384R1,
    "urn:oid:1.3.132.0.35": ec.SECP521R1,
}
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """As parsed."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    keys: tuple[bytes, ...] = ()  #: bare public keys, as SubjectPublicKeyInfo in DER


def key_info_of(signature: etree._Element) -> KeyInfo:
    """What stands in the KeyInfo of `signature`."""
    info = signature.find(f"{{{DSIG}}}KeyInfo")
    if info is None:
        return KeyInfo()
    return KeyInfo(
        certificates=certificates_in(info.iter(f"{{{DSIG}}}X509Certificate")),
        crls=tuple(readable(list_of, octets_at(info.iter(f"{{{DSIG}}}X509CRL")))),
        keys=tuple(_keys(info)),
    )


def certificates_in(elements: Iterable[etree._Element]) -> tuple[x509.Certificate, ...]:
    """The certificates that the elements hold, each once."""
    found = readable(_certificate, octets_at(elements))
    return tuple({one.dump(): one for one in found}.values())


def octets_at(elements: Iterable[etree._Element]) -> Iterator[bytes]:
    """The octets of the first `MOST` of the elements that hold base64."""
    for element in islice(elements, MOST):
        octets = attempt(octets_of, element)
        if not isinstance(octets, Unchecked):
            yield octets


def _certificate(octets: bytes) -> x509.Certificate:
    certificate = x509.Certificate.load(octets, strict=True)
    _ = certificate.public_key  # asn1crypto reads lazily
    return known(certificate)


def list_of(octets: bytes) -> crl.CertificateList:
    """A list of revocation, read as far as path building will.  Call it by `attempt`."""
    parsed = crl.CertificateList.load(octets, strict=True)
    _ = (parsed.issuer.hashable, parsed["tbs_cert_list"]["this_update"].native)
    return parsed


def readable(read: Callable[[bytes], Read], blobs: Iterable[bytes]) -> Iterator[Read]:
    """What `read` makes of those that it can read."""
    for octets in blobs:
        value = attempt(read, octets)
        if not isinstance(value, Unchecked):
            yield value


def _keys(info: etree._Element) -> Iterator[bytes]:
    holders = [*info.findall(f"{{{DSIG}}}KeyValue/*"), *info.findall(f"{{{DSIG_11}}}DEREncodedKeyValue")]
    for holder in holders[:MOST]:
        key = attempt(_key, holder)
        if not isinstance(key, Unchecked):
            yield key


def _key(holder: etree._Element) -> bytes:
    kind = etree.QName(holder)
    key: PublicKeyTypes
    match kind.namespace, kind.localname:
        case str(namespace), "DEREncodedKeyValue" if namespace == DSIG_11:
            key = serialization.load_der_public_key(octets_of(holder))
        case str(namespace), "RSAKeyValue" if namespace == DSIG:
            key = rsa.RSAPublicNumbers(_number(holder, "Exponent"), _number(holder, "Modulus")).public_key()
        case str(namespace), "DSAKeyValue" if namespace == DSIG:
            parameters = dsa.DSAParameterNumbers(_number(holder, "P"), _number(holder, "Q"), _number(holder, "G"))
            key = dsa.DSAPublicNumbers(_number(holder, "Y"), parameters).public_key()
        case str(namespace), "ECKeyValue" if namespace == DSIG_11:
            (curve,), (point,) = holder.findall(f"{{{DSIG_11}}}NamedCurve"), holder.findall(f"{{{DSIG_11}}}PublicKey")
            named = _CURVES[curve.get("URI") or ""]
            key = ec.EllipticCurvePublicKey.from_encoded_point(named(), octets_of(point))
        case _:
            raise NotImplementedError("a key of a kind that is not known")
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _number(holder: etree._Element, name: str) -> int:
    (element,) = holder.findall(f"{{{DSIG}}}{name}")
    return int.from_bytes(octets_of(element), "big")
