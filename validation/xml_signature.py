"""One ds:Signature element: does it verify, over what, by whose certificate, and with which proofs of time?

Promise: the answer names what was signed.  `cryptography` is as for CMS and PDF; whether what was signed is what a
reader sees is the carrier's to judge, from `references`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import keys as asn1_keys
from asn1crypto import x509
from lxml import etree

from validation.certificate import WEAK_DIGESTS
from validation.cms import SignerChecked
from validation.digests import Digests
from validation.foreign import CannotCheckError, Unchecked, attempt
from validation.signature import Problem
from validation.soundness import Cryptography, KeyChecked
from validation.xml_algorithms import Method, method_of
from validation.xml_canonical import Selected, canonical, prefixes_of
from validation.xml_keys import KeyInfo, key_info_of
from validation.xml_reference import Effort, Following, Reference, references_of
from validation.xml_transforms import Surroundings
from validation.xml_tree import DSIG, XmlTree, child, children, local, octets_of, text_of
from validation.xml_value import digest_name, verifies
from validation.xml_xades import (
    SIGNED_PROPERTIES,
    Properties,
    carried_answers,
    carried_certificates,
    carried_lists,
    claimed_time,
    moment_of,
    named_certificates,
    properties_of,
    time_stamps,
)

MOST_SIGNATURES = 100
_ALONE = Surroundings()
_MOST_CANDIDATES = 20  # certificates of one signature that are tried


@dataclass(frozen=True, slots=True, eq=False)
class XmlSignature:
    """One signature as checked."""

    element: etree._Element
    cryptography: Cryptography
    references: tuple[Reference, ...] = ()  #: those of SignedInfo, then those of its manifests
    strangers: tuple[x509.Certificate, ...] = ()  #: certificates in KeyInfo that are neither the signer's nor above it

    @property
    def countersigns(self) -> etree._Element | None:
        """The signature that this one signs; None = it signs content."""
        return countersigned(self.element)


def countersigned(signature: etree._Element) -> etree._Element | None:
    """The signature that this one stands in to sign it (CounterSignature, ETSI EN 319 132-1 section 5.2.7.2)."""
    above = signature.getparent()
    if above is None or local(above) != "CounterSignature":
        return None
    return next(above.iterancestors(f"{{{DSIG}}}Signature"), None)


def check_signatures(tree: XmlTree, around: Surroundings = _ALONE) -> tuple[XmlSignature, ...]:
    """Every element of `tree` that claims to be a signature, in document order."""
    effort = Effort.for_file(tree.octets)
    claims = tree.claims()
    checked = [check_signature(tree, one, around, effort) for one in claims[:MOST_SIGNATURES]]
    if len(claims) > MOST_SIGNATURES:
        costly = Unchecked(Problem.TOO_COSTLY, "more signatures than are looked at")
        checked.append(XmlSignature(claims[MOST_SIGNATURES], costly))
    return tuple(checked)


def check_signature(
    tree: XmlTree, signature: etree._Element, around: Surroundings = _ALONE, effort: Effort | None = None
) -> XmlSignature:
    """The one element `signature` of `tree`.  Never raises, whatever it holds."""
    checked = attempt(_checked, Following(tree, signature, around, effort or Effort.for_file(tree.octets)))
    return XmlSignature(signature, checked) if isinstance(checked, Unchecked) else checked


@dataclass(frozen=True, slots=True)
class _Value:
    """The signature value and what it is over."""

    method: Method
    element: etree._Element  #: ds:SignatureMethod
    octets: bytes
    signed: bytes

    def by(self, key_info: bytes) -> bool | Unchecked:
        return attempt(verifies, self.method, self.element, key_info, self.octets, self.signed)

    def by_holder(self, certificate: x509.Certificate) -> bool | Unchecked:
        return self.by(certificate.public_key.dump())


def _checked(following: Following) -> XmlSignature:
    signature = following.signature
    if etree.QName(signature).namespace != DSIG:
        raise CannotCheckError(Problem.UNPARSABLE, "shaped as a signature, but of another namespace")
    signed_info = child(signature, "SignedInfo")
    if any(not isinstance(one.tag, str) for one in signed_info.iter()):
        # Where comments stand, two readers may read two values.
        raise CannotCheckError(Problem.UNPARSABLE, "a comment or an instruction in what is signed")
    value = _value(signature, signed_info, following.effort)
    references = references_of(signed_info, following)
    if not references:
        raise CannotCheckError(Problem.UNPARSABLE, "nothing is signed")
    outer = countersigned(signature)
    if outer is not None and not any(one.covers(child(outer, "SignatureValue")) for one in references):
        _refuse_unless_broken(references, "a counter-signature that does not sign its signature")
    properties = properties_of(signature)
    covered = _covered(properties, references)
    info = key_info_of(signature)
    cryptography = _cryptography(following, value, references, properties, info, covered=covered)
    strangers = tuple(_strangers(cryptography, info))
    return XmlSignature(signature, cryptography, references, strangers)


def _refuse_unless_broken(references: Sequence[Reference], detail: str) -> None:
    """What should be covered is not; where a reference to it may be the broken one, that is told instead."""
    if all(one.problem is None for one in references):
        raise CannotCheckError(Problem.WRAPPED, detail)


def _value(signature: etree._Element, signed_info: etree._Element, effort: Effort) -> _Value:
    form, method = child(signed_info, "CanonicalizationMethod"), child(signed_info, "SignatureMethod")
    signed = canonical(Selected((signed_info,)), form.get("Algorithm") or "", prefixes_of(form))
    effort.spend(len(signed))
    octets = octets_of(child(signature, "SignatureValue"))
    return _Value(method_of(method.get("Algorithm") or ""), method, octets, signed)


def _covered(properties: Properties, references: Sequence[Reference]) -> bool:
    """Does the signature cover the SignedProperties that it has?

    Raises:
        CannotCheckError: it covers others, or none: the ones that a reader believes are not signed (wrapping).
    """
    meant = [one for one in references if one.kind.endswith(SIGNED_PROPERTIES) and not one.in_manifest]
    apexes = [apex for one in meant for apex in (one.selected.apexes if one.selected is not None else ())]
    if any(apex is not properties.signed for apex in apexes):
        raise CannotCheckError(Problem.WRAPPED, "the signed properties are not those of this signature")
    if properties.signed is None:
        return False
    if any(one.covers(properties.signed) for one in references):
        return True
    _refuse_unless_broken(references, "the signed properties are not signed")
    return False


def _cryptography(
    following: Following,
    value: _Value,
    references: Sequence[Reference],
    properties: Properties,
    info: KeyInfo,
    *,
    covered: bool,
) -> Cryptography:
    inside = (*info.certificates, *carried_certificates(properties))
    named = named_certificates(properties) if covered else ()
    mismatch = Problem.DIGEST_MISMATCH if any(one.problem is Problem.DIGEST_MISMATCH for one in references) else None
    unmet = _unmet(references)
    if not inside:
        if named or not info.keys:
            return Unchecked(mismatch or Problem.UNSUPPORTED, "the signer's certificate is not inside")
        return _by_key(value, references, info.keys, mismatch, unmet)
    meant = [one for one in inside if _is_named(one, named)] if named else list(info.certificates or inside)
    tried = [(one, value.by_holder(one)) for one in (meant or inside)[:_MOST_CANDIDATES]]
    holder, verified = next((pair for pair in tried if pair[1] is True), tried[0])
    if isinstance(verified, Unchecked):
        return verified
    if not meant and not verified:
        return Unchecked(mismatch or Problem.UNSUPPORTED, "the certificate that the signer names is not inside")
    broken = (
        (None if meant else Problem.CERTIFICATE_SWAPPED) or mismatch or (None if verified else Problem.VALUE_MISMATCH)
    )
    if broken is None and unmet is not None:
        return unmet
    return SignerChecked(
        certificate=holder,
        certificates=tuple(one for one in inside if one is not holder),
        broken=broken,
        digest=_weakest(value, references, holder.public_key.dump()),
        claimed=_claimed(following.signature, references, properties, covered=covered),
        timestamps=time_stamps(following.signature, properties) if broken is None else (),
        crls=(*info.crls, *carried_lists(properties)),
        ocsps=carried_answers(properties),
    )


def _by_key(
    value: _Value,
    references: Sequence[Reference],
    keys: Sequence[bytes],
    mismatch: Problem | None,
    unmet: Unchecked | None,
) -> Cryptography:
    tried = [(key, value.by(key)) for key in keys[:_MOST_CANDIDATES]]
    key, verified = next((pair for pair in tried if pair[1] is True), tried[0])
    if isinstance(verified, Unchecked):
        return verified
    broken = mismatch or (None if verified else Problem.VALUE_MISMATCH)
    if broken is None and unmet is not None:
        return unmet
    return KeyChecked(asn1_keys.PublicKeyInfo.load(key), broken, _weakest(value, references, key))


def _unmet(references: Sequence[Reference]) -> Unchecked | None:
    """The first reference that could not be followed; one that leads astray before one that leads nowhere."""
    open_ones = [one for one in references if one.problem not in (None, Problem.DIGEST_MISMATCH)]
    open_ones.sort(key=lambda one: one.problem is not Problem.WRAPPED)
    return next((Unchecked(one.problem, one.detail) for one in open_ones if one.problem is not None), None)


def _is_named(certificate: x509.Certificate, named: Sequence[tuple[str, bytes]]) -> bool:
    digests = Digests(certificate.dump())
    return any(digests(name) == value for name, value in named)


def _weakest(value: _Value, references: Sequence[Reference], key_info: bytes) -> str:
    """The digest that the signature stands or falls with."""
    names = [digest_name(value.method, value.element, key_info), *(one.digest for one in references if one.digest)]
    return next((name for name in names if name in WEAK_DIGESTS), names[0])


def _claimed(
    signature: etree._Element, references: Sequence[Reference], properties: Properties, *, covered: bool
) -> datetime | None:
    """The time that the signer covers: XAdES' SigningTime, or the one that tax software puts into an Object."""
    if covered and (claimed := claimed_time(properties)) is not None:
        return claimed
    times = (
        moment_of(text_of(element))
        for holder in signature.findall(f"{{{DSIG}}}Object")
        if any(one.covers(holder) for one in references)
        for outer in children(holder, "SignatureProperties")
        for element in outer.iter()
        if local(element) == "SigningTime"
    )
    return next(times, None)


def _strangers(cryptography: Cryptography, info: KeyInfo) -> Iterator[x509.Certificate]:
    """XMLDSig section 4.5.4 wants every certificate there to be the signer's or above it."""
    if not isinstance(cryptography, SignerChecked):
        return
    above, rest = cryptography.certificate, [one for one in info.certificates if one is not cryptography.certificate]
    while True:
        issuer = next((one for one in rest if one.subject.dump() == above.issuer.dump()), None)
        if issuer is None:
            break
        above = issuer
        rest.remove(issuer)
    yield from rest
