"""The XML signatures in one part of a package: over which other parts each is, and what of itself it does not sign.

Promise: a part counts as signed only where its digest matches as it is, or in its canonical form; what a transform of
another kind leaves of it does not count.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from asn1crypto import x509
from lxml import etree

from validation.cms import SignerChecked
from validation.foreign import Unchecked, attempt
from validation.package import name_of
from validation.package_signature import MOST_SIGNATURES, PackageSignature, unread
from validation.signature import Carrier, Problem
from validation.xml_canonical import FORMS
from validation.xml_reference import Effort, Reference
from validation.xml_signature import XmlSignature, check_signature
from validation.xml_transforms import Surroundings, Transform
from validation.xml_tree import DSIG, children, local, parse, text_of

#: From a reference's URI to the part's name as it is in the package; None = there is no such part, or it is outside.
Naming = Callable[[str], str | None]
_MISSING = b"<missing/>"  #: read for a part that is not there: no digest is that of nothing, and `reached` names it


@dataclass(frozen=True, slots=True)
class Reached:
    """What one signature says of the package's other parts."""

    covered: frozenset[str]  #: as they were signed
    changed: tuple[str, ...]  #: not as they were signed, or not there; by name
    in_part: frozenset[str]  #: parts of which it signs a part, as a counter-signature the value of another


def checked_in(
    part: str,
    parts: Mapping[str, bytes],
    naming: Naming,
    effort: Effort,
    transforms: Mapping[str, Transform] | None = None,
) -> tuple[XmlSignature, ...] | Unchecked:
    """Every signature in the part, its references followed into the package; `effort` = what is left for all of it."""

    def octets(uri: str) -> bytes | None:
        if name_of(uri) is None:
            return None
        name = naming(uri)
        return _MISSING if name is None else parts[name]

    tree = attempt(parse, parts[part])
    if isinstance(tree, Unchecked):
        return tree
    around = Surroundings(octets, transforms or {})
    found = [check_signature(tree, one, around, effort) for one in tree.claims()[:MOST_SIGNATURES]]
    if not found:
        return Unchecked(Problem.UNPARSABLE, "no signature where one must be")
    return tuple(found)


def reached(found: XmlSignature, naming: Naming) -> Reached:
    """The parts that it covers, and those that are not as it signed them."""
    covered: set[str] = set()
    in_part: set[str] = set()
    changed = []
    for one in found.references:
        if not one.uri or one.uri.startswith("#"):
            continue
        name = naming(one.uri)
        if name is not None and one.problem is None:
            (covered if is_plain(one) else in_part).add(name)
        elif name_of(one.uri) is not None and (name is None or one.problem is Problem.DIGEST_MISMATCH):
            changed.append(name or name_of(one.uri) or "")
    return Reached(frozenset(covered), tuple(dict.fromkeys(changed)), frozenset(in_part))


def is_plain(reference: Reference) -> bool:
    """Is all of the part digested, as it stands or in canonical form?"""
    return all(one in FORMS for one in reference.transforms)


def signed_in(part: str, parts: Mapping[str, bytes], carrier: Carrier, effort: Effort) -> Iterator[PackageSignature]:
    """The signatures of an ASiC container's signature part, and the parts that each covers."""

    def naming(uri: str) -> str | None:
        name = name_of(uri)
        if name is None or name in parts:
            return name
        return uri if uri in parts else None  # some writers escape nothing

    found = checked_in(part, parts, naming, effort)
    if isinstance(found, Unchecked):
        yield unread(carrier, part, found)
        return
    for one in found:
        yield judged(part, one, found, carrier, naming)


def judged(
    part: str, one: XmlSignature, every: tuple[XmlSignature, ...], carrier: Carrier, naming: Naming
) -> PackageSignature:
    """One of the signatures in a part, with the parts that it covers."""
    outer = one.countersigns
    if outer is not None:
        place, over = _place(part, one.element, every), _place(part, outer, every)
        return PackageSignature(place, carrier, one.cryptography, part, countersigns=over)
    through = reached(one, naming)
    return PackageSignature(
        where=_place(part, one.element, every),
        carrier=carrier,
        cryptography=one.cryptography,
        part=part,
        covered=through.covered,
        covers=tuple(sorted(through.in_part)) if not through.covered else (),
        more=(Problem.DIGEST_MISMATCH,) if through.changed else (),
        left_out=through.changed,
    )


def _place(part: str, element: etree._Element, every: tuple[XmlSignature, ...]) -> str:
    """Which of the signatures in the part it is."""
    alone = sum(one.countersigns is None for one in every) == 1
    number = next(number for number, one in enumerate(every, 1) if one.element is element)
    if every[number - 1].countersigns is not None:
        return f"{part}, counter-signature {number}"
    return part if alone else f"{part}, {number}"


def with_more(one: PackageSignature, problem: Problem, cause: str) -> PackageSignature:
    """`one`, and another problem of it."""
    return replace(one, more=(*one.more, problem), cause="; ".join(text for text in (one.cause, cause) if text))


def speaks_unsigned(found: XmlSignature) -> bool:
    """Does the signature hold statements (a date, a manifest, a picture) that it does not sign itself?

    A reader that takes the first date or the last manifest would show what somebody else has added.
    """
    for holder in found.element.findall(f"{{{DSIG}}}Object"):
        if _is_signed(holder, found):
            continue
        for one in (child for child in holder if isinstance(child.tag, str)):
            if local(one) == "QualifyingProperties":
                said = children(one, "SignedProperties")
            elif local(one) == "SignatureProperties":
                said = children(one, "SignatureProperty")
            else:
                said = [one]
            if not all(_is_signed(statement, found) for statement in said):
                return True
    return False


def _is_signed(element: etree._Element, found: XmlSignature) -> bool:
    return any(one.covers(element) for one in found.references)


def names_another(found: XmlSignature) -> bool:
    """Does KeyInfo speak of another holder than the one whose key has signed (certificate doubling)?

    A reader that shows the first certificate, or the name beside it, would show that one.
    """
    if found.strangers:
        return True
    if not isinstance(found.cryptography, SignerChecked):
        return False
    signer = found.cryptography.certificate
    every = (signer, *found.cryptography.certificates)
    for named in found.element.iter(f"{{{DSIG}}}X509IssuerSerial"):
        if named.getparent() is None or local(named.getparent()) != "X509Data":  # type: ignore[arg-type]
            continue
        if attempt(_is_of, named, every) is False:
            return True
    return False


def _is_of(named: etree._Element, certificates: tuple[x509.Certificate, ...]) -> bool:
    """Is it the issuer and serial number of one of them?  Names are written in many ways: the common name decides."""
    (serial,), (issuer,) = children(named, "X509SerialNumber"), children(named, "X509IssuerName")
    number, text = int(text_of(serial).strip()), text_of(issuer).casefold()
    same = [one for one in certificates if one.serial_number == number]
    if not same:
        return False
    if "cn=" not in text.replace(" ", ""):
        return True
    return any(_common_name(one) in text for one in same)


def _common_name(certificate: x509.Certificate) -> str:
    value = certificate.issuer.native.get("common_name", "")
    return str(value[0] if isinstance(value, list) else value).casefold()
