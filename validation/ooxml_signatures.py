"""The signatures of an Office document (ECMA-376 part 2 section 13, [MS-OFFCRYPTO] 2.5.2): whole, partial or attacked.

Promise: a signature counts for the whole only if every part but the content types, the signatures themselves and the
document's properties is signed, and every relationship of a part is; what is left out is named.  A signature part that
cannot be read is an error, never an unsigned document.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.ooxml_coverage import Office, accounted
from validation.opc import (
    CONTENT_TYPES,
    ORIGIN,
    SIGNATURE,
    TRANSFORM,
    ContentTypes,
    relationships_of,
    rels_of,
    selection_of,
    target_of,
    transformed,
)
from validation.package import Package
from validation.package_signature import MOST_SIGNATURES, PackageSignature, told_of, unread
from validation.package_xml import checked_in, judged, names_another, speaks_unsigned, with_more
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading
from validation.xml_reference import Effort

_CLAIM = re.compile(r"_xmlsignatures/[^/]*\.xml", re.IGNORECASE)
_SIGNATURE_TYPE = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"


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
    office = Office(package, types, Effort.for_file(package.octets))
    every = (one for part in parts for one in _of_part(part, office))
    return told_of(list(islice(every, MOST_SIGNATURES)), evidence)


def _of_part(part: str, office: Office) -> Iterator[PackageSignature]:
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
        if made.countersigns:
            yield made
            continue
        if not isinstance(made.cryptography, Unchecked):
            made = accounted(made, one, steps, office)
        if speaks_unsigned(one):
            made = with_more(made, Problem.WRAPPED, "a statement in the signature that it does not sign")
        if names_another(one):
            made = with_more(made, Problem.CERTIFICATE_SWAPPED, "a certificate beside the signer's")
        if office.package.doubt:
            made = with_more(made, Problem.SHADOWED, office.package.doubt)
        yield made
