"""The signatures of an OpenDocument package (ODF 1.3 part 2 sections 3.5 and 5): of the document, of its macros.

Promise: a document signature counts for the whole only if it covers every file of the package; `mimetype` and the
manifest, which older programs leave out, then hold nothing that the signed files do not say.  A signature of the macros
alone is never shown as one of the document.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.package import Package, name_of
from validation.package_signature import MOST_SIGNATURES, PackageSignature, told_of, unread
from validation.package_xml import checked_in, judged, names_another, speaks_unsigned, with_more
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading
from validation.xml_reference import Effort
from validation.xml_tree import parse

MANIFEST = "META-INF/manifest.xml"
_SIGNATURES = re.compile(r"META-INF/[^/]*signatures[^/]*", re.IGNORECASE)  # section 3.5
_MACROS = "META-INF/macrosignatures.xml"
_MANIFESTS = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
#: Programs from before ODF signed its manifest, and their heirs (Lotus Symphony), sign neither.
_MAY_BE_UNSIGNED = frozenset({"mimetype", MANIFEST})
_NOT_WHOLE = "a signature of the macros alone"


def claims(names: Mapping[str, bytes]) -> tuple[str, ...]:
    """The parts that hold signatures."""
    return tuple(sorted(name for name in names if _SIGNATURES.fullmatch(name)))


def signatures_of(package: Package, evidence: Evidence) -> SignatureReading:
    """Every signature of the document and of its macros."""
    parts = package.parts
    effort = Effort.for_file(package.octets)
    every = (one for part in claims(parts) for one in _of_part(part, package, effort))
    found = list(islice(every, MOST_SIGNATURES))
    told = [_accounted(one, frozenset(parts)) for one in found]
    if any(one.part != _MACROS and one.sound and not one.countersigns for one in told):
        # The macros of a document that is signed as a whole may bear another signature, of their own.
        told = [_of_macros(one) for one in told]
    return told_of(told, evidence)


def _of_part(part: str, package: Package, effort: Effort) -> Iterator[PackageSignature]:
    parts = package.parts

    def naming(uri: str) -> str | None:
        name = name_of(uri)
        return name if name in parts else None

    sealed = attempt(_is_encrypted, parts.get(MANIFEST, b""))
    if sealed is True:
        # What is signed is the content before it was encrypted (section 3.8.2).
        yield unread(Carrier.ODF, part, Unchecked(Problem.ENCRYPTED, "the package is encrypted"))
        return
    found = checked_in(part, parts, naming, effort)
    if isinstance(found, Unchecked):
        yield unread(Carrier.ODF, part, found)
        return
    for one in found:
        made = judged(part, one, found, Carrier.ODF, naming)
        if made.countersigns:
            yield made
            continue
        if speaks_unsigned(one):
            made = with_more(made, Problem.WRAPPED, "a statement in the signature that it does not sign")
        if names_another(one):
            made = with_more(made, Problem.CERTIFICATE_SWAPPED, "a certificate beside the signer's")
        if package.doubt:
            made = with_more(made, Problem.SHADOWED, package.doubt)
        yield made


def _accounted(one: PackageSignature, parts: frozenset[str]) -> PackageSignature:
    left = {name for name in parts - one.covered if not _SIGNATURES.fullmatch(name)} - _MAY_BE_UNSIGNED
    if not left or one.countersigns or isinstance(one.cryptography, Unchecked):
        return one
    left_out = tuple(dict.fromkeys((*one.left_out, *sorted(left))))
    cause = _NOT_WHOLE if one.part == _MACROS else ""
    return with_more(replace(one, left_out=left_out), Problem.PARTIAL_COVERAGE, cause)


def _of_macros(one: PackageSignature) -> PackageSignature:
    if one.part != _MACROS or one.more != (Problem.PARTIAL_COVERAGE,):
        return one
    return replace(one, more=(), left_out=(), covers=tuple(sorted(one.covered)))


def _is_encrypted(manifest: bytes) -> bool:
    return next(parse(manifest).root.iter(f"{{{_MANIFESTS}}}encryption-data"), None) is not None
