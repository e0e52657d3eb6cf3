"""The signatures of an Office document (ECMA-376 part 2 section 13, [MS-OFFCRYPTO] 2.5.2): whole, partial or attacked.

Promise: a signature counts for the whole only if every part but the content types, the signatures themselves and the
document's properties is signed, and every relationship of a part is; what is left out is named.  A signature part that
cannot be read is an error, never an unsigned document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.opc import (
    CONTENT_TYPES,
    ORIGIN,
    ROOT,
    SIGNATURE,
    TRANSFORM,
    ContentTypes,
    Relationship,
    relationships_of,
    rels_of,
    selection_of,
    target_of,
    transformed,
)
from validation.package import Package, name_of
from validation.package_signature import MOST_SIGNATURES, PackageSignature, told_of, unread
from validation.package_xml import checked_in, judged, names_another, speaks_unsigned, with_more
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading
from validation.xml_reference import Effort
from validation.xml_signature import XmlSignature
from validation.xml_tree import DSIG, is_within

_SIGNATURES = re.compile(r"_xmlsignatures/.*", re.IGNORECASE)
_CLAIM = re.compile(r"_xmlsignatures/[^/]*\.xml", re.IGNORECASE)
_SIGNATURE_TYPE = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"
_UNSIGNED = re.compile(r"\[content_types\]\.xml|_xmlsignatures/.*|docprops/.*", re.IGNORECASE)
_TYPE = re.compile(r"\?ContentType=(.*)", re.DOTALL)
#: Relationships of the package itself that no one signs: to the properties, the thumbnail and the signatures.
_PROPERTIES = re.compile(
    r".*/(?:core-properties|extended-properties|custom-properties|metadata/thumbnail|digital-signature/origin)"
)
#: Data beside the document (bibliographies, form data), which Office 2010 did not sign: shown by nobody unless a signed
#: part binds a field to it (ECMA-376 part 1 section 17.5.2.6).  Told as left out, and no harm.
_IDLE = re.compile(r"customXml/.*|[^#]*\.rels#[^ ]* \(customXml\)", re.IGNORECASE)
_BINDINGS = tuple("dataBinding".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class _Office:
    """The package as its relationships make it."""

    package: Package
    types: ContentTypes
    effort: Effort

    def naming(self, uri: str) -> str | None:
        """The part that a reference's URI means."""
        name = name_of(uri)
        return None if name is None else self.package.named(name)


def claims(package: Package) -> tuple[str, ...]:
    """The parts that are signatures: those that the origin points to, and all that say so or lie among them."""
    parts = package.parts
    found = {name for name in parts if _CLAIM.fullmatch(name)}
    listed = attempt(_listed, package)
    if not isinstance(listed, Unchecked):
        found |= listed
    return tuple(sorted(found))


def _listed(package: Package) -> set[str]:
    types = ContentTypes(package.parts.get(CONTENT_TYPES, b""))
    found = set(types.parts_of(_SIGNATURE_TYPE, package.parts))
    for origin in _targets(package, "", ORIGIN):
        found |= set(_targets(package, origin, SIGNATURE))
    return found


def _targets(package: Package, source: str, kind: str) -> Iterator[str]:
    rels = package.named(rels_of(source))
    for one in () if rels is None else relationships_of(package.parts[rels]):
        target = target_of(source, one) if one.type == kind else None
        name = None if target is None else package.named(target)
        if name is not None:
            yield name


def signatures_of(package: Package, evidence: Evidence) -> SignatureReading:
    """Every signature of the package."""
    types = attempt(ContentTypes, package.parts.get(CONTENT_TYPES, b""))
    parts = claims(package)
    if isinstance(types, Unchecked):
        return told_of([unread(Carrier.OOXML, part, types) for part in parts[:MOST_SIGNATURES]], evidence)
    office = _Office(package, types, Effort.for_file(package.octets))
    every = (one for part in parts for one in _of_part(part, office))
    return told_of(list(islice(every, MOST_SIGNATURES)), evidence)


def _of_part(part: str, office: _Office) -> Iterator[PackageSignature]:
    steps: list[etree._Element] = []  # relationship transforms of references that the signature covers

    def selected(octets: bytes, step: etree._Element) -> bytes:
        steps.append(step)
        return transformed(octets, selection_of(step))

    found = checked_in(part, office.package.parts, office.naming, office.effort, {TRANSFORM: selected})
    if isinstance(found, Unchecked):
        yield unread(Carrier.OOXML, part, found)
        return
    for one in found:
        made = judged(part, one, found, Carrier.OOXML, office.naming)
        if not isinstance(made.cryptography, Unchecked):
            made = _accounted(made, one, steps, office)
        if speaks_unsigned(one):
            made = with_more(made, Problem.WRAPPED, "a statement in the signature that it does not sign")
        if names_another(one):
            made = with_more(made, Problem.CERTIFICATE_SWAPPED, "a certificate beside the signer's")
        if office.package.doubt:
            made = with_more(made, Problem.SHADOWED, office.package.doubt)
        yield made


def _accounted(
    made: PackageSignature, one: XmlSignature, steps: Sequence[etree._Element], office: _Office
) -> PackageSignature:
    """With the parts and relationships that it leaves out, and the types that are not those that were signed."""
    covered = set(made.covered)
    retyped = []
    for reference in one.references:
        name = office.naming(reference.uri) if reference.uri and not reference.uri.startswith("#") else None
        if name is None or reference.uri is None or reference.problem is not None:
            continue
        stated = _TYPE.search(reference.uri)
        if stated is not None and stated[1].strip().casefold() != office.types.of(name):
            retyped.append(name)
    left = [name for name in office.package.parts if name not in covered and not _is_beside(name)]
    missed = [*(name for name in left if not _is_rels(name)), *_unsigned_relationships(steps, one, office, covered)]
    idle = [] if any(mark in octets for mark in _BINDINGS for octets in office.package.parts.values()) else missed
    shown = [name for name in missed if name not in idle or not _IDLE.fullmatch(name)]
    if retyped:
        # The content types are not signed: another type makes another document of the same octets.
        made = with_more(made, Problem.CHANGED_AFTER_SIGNING, "a part of another content type than was signed")
        made = replace(made, left_out=tuple(dict.fromkeys((*made.left_out, *retyped))))
    if shown:
        made = with_more(made, Problem.PARTIAL_COVERAGE, "parts or relationships that are not signed")
    return replace(made, left_out=tuple(dict.fromkeys((*made.left_out, *missed))))


def _is_beside(name: str) -> bool:
    return _UNSIGNED.fullmatch(name) is not None


def _is_rels(name: str) -> bool:
    return name.casefold().endswith(".rels")


def _unsigned_relationships(
    steps: Sequence[etree._Element], one: XmlSignature, office: _Office, covered: set[str]
) -> Iterator[str]:
    """`part#Id` of each relationship that no reference that holds selects, and that is none of the package's own."""
    chosen = _chosen(steps, one, office)
    for name, octets in office.package.parts.items():
        if not _is_rels(name) or name in covered or _SIGNATURES.fullmatch(name):
            continue
        listed = attempt(relationships_of, octets)
        if isinstance(listed, Unchecked):
            yield name
            continue
        for relationship in listed:
            if relationship.id in chosen.get(name, ()):
                continue
            if name.casefold() != ROOT or not _may_be_unsigned(relationship):
                kind = relationship.type.rpartition("/")[2]
                yield f"{name}#{relationship.id} ({kind})"


def _may_be_unsigned(one: Relationship) -> bool:
    return not one.external and _PROPERTIES.fullmatch(one.type) is not None


def _chosen(steps: Sequence[etree._Element], one: XmlSignature, office: _Office) -> dict[str, set[str]]:
    """By `.rels` part, the Ids of the relationships whose digest holds; `steps` = the transforms that were followed."""
    held = {reference.uri for reference in one.references if reference.problem is None and reference.uri}
    chosen: dict[str, set[str]] = {}
    for step in steps:
        reference = next(step.iterancestors(f"{{{DSIG}}}Reference"), None)
        uri = "" if reference is None else reference.get("URI") or ""
        name = office.naming(uri) if uri in held and is_within(step, (one.element,)) else None
        if name is not None:
            selection = selection_of(step)
            listed = relationships_of(office.package.parts[name])
            chosen.setdefault(name, set()).update(row.id for row in listed if selection.holds(row))
    return chosen
