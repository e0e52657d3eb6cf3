"""What an Office signature leaves out: parts, relationships, and the types of parts (ECMA-376 part 2 section 13).

Promise: what is not signed is either known to be beside the document or named.  The names of folders alone decide
nothing: what a part of the document points to belongs to it wherever it lies.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from validation.foreign import Unchecked, attempt
from validation.opc import ROOT, ContentTypes, Relationship, relationships_of, selection_of, source_of, target_of
from validation.package import Package, name_of
from validation.package_signature import PackageSignature
from validation.package_xml import with_more
from validation.signature import Problem
from validation.xml_reference import Effort
from validation.xml_signature import XmlSignature
from validation.xml_tree import DSIG, is_within

#: Where Office, and .NET's System.IO.Packaging, keep signatures.
SIGNATURES = re.compile(r"(?:_xmlsignatures|package/services/digital-signature)/.*", re.IGNORECASE)
_UNSIGNED = re.compile(rf"\[content_types\]\.xml|{SIGNATURES.pattern}|docprops/.*", re.IGNORECASE)
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
class Office:
    """The package as its relationships make it."""

    package: Package
    types: ContentTypes
    effort: Effort

    def naming(self, uri: str) -> str | None:
        """The part that a reference's URI means."""
        name = name_of(uri)
        return None if name is None else self.package.named(name)


def accounted(
    made: PackageSignature, one: XmlSignature, steps: Sequence[etree._Element], office: Office
) -> PackageSignature:
    """With the parts and relationships that it leaves out, and the types that are not those that were signed."""
    covered = set(made.covered)
    retyped = []
    for reference in one.references:
        name = office.naming(reference.uri) if reference.uri and not reference.uri.startswith("#") else None
        if name is None or reference.uri is None or reference.problem is not None:
            continue
        stated = _TYPE.search(reference.uri)
        # Every reference states the type (ECMA-376 part 2 section 13.2.4.16), since the list of types is not signed.
        if stated is None or stated[1].strip().casefold() != office.types.of(name):
            retyped.append(name)
    used = _used(office.package)
    left = [name for name in office.package.parts if name not in covered and (name in used or not _is_beside(name))]
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


def _used(package: Package) -> set[str]:
    """The parts that parts point to: what the document shows is not beside it, whatever folder it lies in."""
    found = set()
    for name, octets in package.parts.items():
        if not _is_rels(name) or _is_beside(name) or name.casefold() == ROOT:
            continue
        listed = attempt(relationships_of, octets)
        targets = () if isinstance(listed, Unchecked) else (target_of(source_of(name), row) for row in listed)
        found |= {part for target in targets if target is not None and (part := package.named(target)) is not None}
    return found


def _is_beside(name: str) -> bool:
    return _UNSIGNED.fullmatch(name) is not None


def _is_rels(name: str) -> bool:
    return name.casefold().endswith(".rels")


def _unsigned_relationships(
    steps: Sequence[etree._Element], one: XmlSignature, office: Office, covered: set[str]
) -> Iterator[str]:
    """`part#Id` of each relationship that no reference that holds selects, and that is none of the package's own."""
    chosen = _chosen(steps, one, office)
    for name, octets in office.package.parts.items():
        if not _is_rels(name) or name in covered or SIGNATURES.fullmatch(name):
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


def _chosen(steps: Sequence[etree._Element], one: XmlSignature, office: Office) -> dict[str, set[str]]:
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
