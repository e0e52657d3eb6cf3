"""The signatures of an XML file: every one that it claims to have, each with its four answers.

Promise: whatever the octets are nothing is raised; a claim that cannot be read is told as unreadable, never as
silence; and nothing that a reference points to is fetched: another file is looked for among those that came with it.
"""

import asyncio
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import unquote

from lxml import etree

from validation.digests import Digests
from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.signature import Signature
from validation.signature_observations import SignatureReading, observations_of
from validation.signature_trust import told
from validation.trust import Carried, Trusted, trusted_by
from validation.xml_algorithms import DIGESTS
from validation.xml_claims import claims_signature
from validation.xml_coverage import extent_of
from validation.xml_judgement import XmlJudged
from validation.xml_reference import Effort
from validation.xml_signature import XmlSignature, check_signatures
from validation.xml_transforms import Surroundings
from validation.xml_tree import DSIG, XmlTree, children, local, octets_of, parse

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LONGEST = 100
_MOST_FILES = 200  # references to other files that are looked for

Named = tuple[str, Digests]  #: a file that came along: its name and its digests


def signatures_of(content: bytes, evidence: Evidence, beside: Sequence[Named] = ()) -> SignatureReading:
    """Every signature of the XML file `content`; `beside` = the files that came with it."""
    if not claims_signature(content):
        return SignatureReading((), ())
    tree = attempt(parse, content)
    judged = (XmlJudged("xml", tree, tree),) if isinstance(tree, Unchecked) else judged_in(tree, beside)
    trusted = trusted_by(evidence.trust).for_file(evidence.fetched)
    signatures = asyncio.run(_all_told(judged, trusted, evidence)) if judged else ()
    return SignatureReading(signatures, observations_of(signatures, ((),) * len(signatures)), trusted.wanted)


def judged_in(tree: XmlTree, beside: Sequence[Named] = ()) -> tuple[XmlJudged, ...]:
    """Every signature of `tree` by its bytes alone."""
    found = attempt(_files, tree, beside)
    files = {} if isinstance(found, Unchecked) else found
    checked = check_signatures(tree, Surroundings(lambda uri: files[uri].content if uri in files else None))
    claims, effort = tree.claims(), Effort.for_file(tree.octets)
    names = dict(zip((one.element for one in checked), _places(checked), strict=True))
    return tuple(
        XmlJudged(
            names[one.element],
            one.cryptography,
            # Of what could not be checked nothing is known to be covered.
            one.cryptography
            if isinstance(one.cryptography, Unchecked)
            else attempt(extent_of, tree, one, claims, effort),
            "" if one.countersigns is None else names.get(one.countersigns, "xml"),
        )
        for one in checked
    )


async def _all_told(judged: Sequence[XmlJudged], trusted: Trusted, evidence: Evidence) -> tuple[Signature, ...]:
    signatures = []
    for one in judged:
        signature = await told(one, trusted, Carried(), evidence)
        if not isinstance(one.extent, Unchecked):
            signature = replace(signature, covers=one.extent.covers, left_out=one.extent.left_out)
        signatures.append(replace(signature, countersigns=one.countersigns))
    return tuple(signatures)


def _places(checked: Sequence[XmlSignature]) -> Iterator[str]:
    """A name for each signature: the party of a tax document, its Id, or its number; none twice."""
    seen: dict[str, int] = {}
    for number, one in enumerate(checked, 1):
        above = one.element.getparent()
        outer = None if above is None else above.getparent()
        party = local(above) if above is not None and outer is not None and local(outer) == "DSCKS" else ""
        named = unicodedata.normalize("NFC", party or one.element.get("Id") or f"Signature {number}")[:_LONGEST]
        seen[named] = seen.get(named, 0) + 1
        yield named if seen[named] == 1 else f"{named} ({seen[named]})"


def _files(tree: XmlTree, beside: Sequence[Named]) -> dict[str, Digests]:
    """The files that references speak of, by URI: by name, else by the digest that the signature has of them."""
    found: dict[str, Digests] = {}
    if not beside:
        return found
    for reference, _ in zip(tree.root.iter(f"{{{DSIG}}}Reference"), range(_MOST_FILES), strict=False):
        uri = reference.get("URI")
        if uri and not uri.startswith("#") and uri not in found:
            file = _by_name(uri, beside) or _by_digest(reference, beside)
            if file is not None:
                found[uri] = file
    return found


def _by_name(uri: str, beside: Sequence[Named]) -> Digests | None:
    if _SCHEME.match(uri):
        return None
    name = unicodedata.normalize("NFC", unquote(uri).rpartition("/")[2]).casefold()
    return next((digests for other, digests in beside if other.casefold() == name), None)


def _by_digest(reference: etree._Element, beside: Sequence[Named]) -> Digests | None:
    methods, values = children(reference, "DigestMethod"), children(reference, "DigestValue")
    name = DIGESTS.get(methods[0].get("Algorithm") or "") if len(methods) == 1 else None
    if name is None or len(values) != 1:
        return None
    value = attempt(octets_of, values[0])
    return next((digests for _, digests in beside if attempt(digests, name) == value), None)
