"""The qualifying properties of an XML signature (XAdES: ETSI EN 319 132-1, TS 101 903): who, when, proofs.

Promise: the signer's own words (certificate, time) are taken from the one SignedProperties that the signature itself
covers, the rest is unproven help.  Which certificate signed is what these properties say, not what stands first.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from asn1crypto import cms, crl, ocsp, x509
from lxml import etree

from validation.cms import Timestamp, check_timestamp
from validation.digests import Digests
from validation.foreign import CannotCheckError, Unchecked, attempt
from validation.signature import Problem
from validation.xml_algorithms import digest_of
from validation.xml_canonical import C14N, Selected, canonical, prefixes_of
from validation.xml_keys import MOST, certificates_in, list_of, octets_at, readable
from validation.xml_tree import DSIG, child, children, local, octets_of, text_of

#: TS 101 903 1.1.1, 1.2.2 and 1.3.2; the additions of 1.4.1 stand beside the last.
NAMESPACES = tuple(f"http://uri.etsi.org/01903/v{version}#" for version in ("1.3.2", "1.2.2", "1.1.1"))
SIGNED_PROPERTIES = "#SignedProperties"  #: the end of a reference's Type, whatever the version
_MOST_STAMPS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Properties:
    """The properties of one signature, not judged yet."""

    signed: etree._Element | None = None  #: SignedProperties; must be covered before it is believed
    unsigned: tuple[etree._Element, ...] = ()  #: each unsigned property


def properties_of(signature: etree._Element) -> Properties:
    """The properties in the objects of `signature` itself.

    Raises:
        CannotCheckError: there are several (wrapping): a reader could believe the unsigned ones.
    """
    found = [
        one
        for holder in signature.findall(f"{{{DSIG}}}Object")
        for one in children(holder, "QualifyingProperties")
        if etree.QName(one).namespace in NAMESPACES
    ]
    signed = [one for qualifying in found for one in children(qualifying, "SignedProperties")]
    if len(found) > 1 or len(signed) > 1:
        raise CannotCheckError(Problem.WRAPPED, "qualifying properties stand twice")
    if not found:
        return Properties()
    unsigned = [
        one
        for outer in children(found[0], "UnsignedProperties")
        for inner in children(outer, "UnsignedSignatureProperties")
        for one in inner
    ]
    return Properties(signed[0] if signed else None, tuple(unsigned))


def named_certificates(properties: Properties) -> tuple[tuple[str, bytes], ...]:
    """The digests of the certificates that the signer names (SigningCertificate, SigningCertificateV2); () = none.

    Raises:
        CannotCheckError: one that is named cannot be read.  Call it by `attempt`.
    """
    found: list[tuple[str, bytes]] = []
    for signature_properties in _signed(properties):
        for listed in children(signature_properties, "SigningCertificate", "SigningCertificateV2"):
            for named in children(listed, "Cert")[:MOST]:
                (digest,) = children(named, "CertDigest")
                (method,), (value,) = children(digest, "DigestMethod"), children(digest, "DigestValue")
                name, octets = digest_of(method.get("Algorithm") or ""), octets_of(value)
                if len(octets) == hashlib.new(name).digest_size:  # of another length it names no certificate at all
                    found.append((name, octets))
    return tuple(found)


def claimed_time(properties: Properties) -> datetime | None:
    """SigningTime, the signer's own word; None where it names no zone, since then it is no moment."""
    for signature_properties in _signed(properties):
        for element in children(signature_properties, "SigningTime"):
            return moment_of(text_of(element))
    return None


def moment_of(text: str) -> datetime | None:
    """An xsd:dateTime with its zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def carried_certificates(properties: Properties) -> tuple[x509.Certificate, ...]:
    """Those in the unsigned properties."""
    return certificates_in(_below(properties, "EncapsulatedX509Certificate"))


def carried_lists(properties: Properties) -> tuple[crl.CertificateList, ...]:
    """The lists of revocation in the unsigned properties."""
    return tuple(readable(list_of, octets_at(_below(properties, "EncapsulatedCRLValue"))))


def carried_answers(properties: Properties) -> tuple[ocsp.OCSPResponse, ...]:
    """The responders' answers in the unsigned properties."""
    return tuple(readable(_answer, octets_at(_below(properties, "EncapsulatedOCSPValue"))))


def time_stamps(signature: etree._Element, properties: Properties) -> tuple[Timestamp | Unchecked, ...]:
    """The time stamps of the signature value (ETSI EN 319 132-1 section 5.3), each verified."""
    holders = [one for one in properties.unsigned if local(one) == "SignatureTimeStamp"]
    return tuple(islice((stamp for holder in holders for stamp in _stamps(signature, holder)), _MOST_STAMPS))


def _stamps(signature: etree._Element, holder: etree._Element) -> Iterator[Timestamp | Unchecked]:
    stamped = [attempt(_stamped, signature, method) for method in _forms(signature, holder)]
    tokens = children(holder, "EncapsulatedTimeStamp")
    if not tokens:
        yield Unchecked(Problem.UNSUPPORTED, "a time stamp of another kind than RFC 3161")
    for element in tokens:
        tried = [one if isinstance(one, Unchecked) else attempt(_stamp, element, one) for one in stamped]
        yield next((one for one in tried if isinstance(one, Timestamp) and one.intact), tried[0])


def _forms(signature: etree._Element, holder: etree._Element) -> tuple[etree._Element | None, ...]:
    """The form that the stamp names; where it names none the first one, which some take for that of SignedInfo.

    Each is a form of the same element, so whichever has the stamped digest proves the same.
    """
    named = (*holder.findall(f"{{{DSIG}}}CanonicalizationMethod"), *holder.iter(f"{{{DSIG}}}Transform"))
    own = signature.find(f"{{{DSIG}}}SignedInfo/{{{DSIG}}}CanonicalizationMethod")
    return named[:1] or ((None,) if own is None else (None, own))


def _stamped(signature: etree._Element, method: etree._Element | None) -> Digests:
    """SignatureValue in one of its forms."""
    algorithm = C14N if method is None else method.get("Algorithm") or C14N
    selected = Selected((child(signature, "SignatureValue"),), comments=True)
    return Digests(canonical(selected, algorithm, () if method is None else prefixes_of(method)))


def _stamp(element: etree._Element, stamped: Digests) -> Timestamp:
    token = cms.ContentInfo.load(octets_of(element))["content"]
    return check_timestamp(token, stamped)


def _answer(octets: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.OCSPResponse.load(octets, strict=True)
    if answer["response_status"].native != "successful":
        raise ValueError("the responder has no answer")
    _ = answer.response_data["responses"].native
    return answer


def _signed(properties: Properties) -> list[etree._Element]:
    return [] if properties.signed is None else children(properties.signed, "SignedSignatureProperties")


def _below(properties: Properties, name: str) -> Iterator[etree._Element]:
    """Elements of that name in the unsigned properties, those of counter-signatures excepted."""
    for one in properties.unsigned:
        if local(one) != "CounterSignature":
            yield from (element for element in one.iter() if local(element) == name)
