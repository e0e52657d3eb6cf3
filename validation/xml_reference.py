"""One reference of a signature: what it speaks of, and does its digest match?

Promise: a reference is followed inside its own document or to a file that the caller has at hand, never by the
network; the element that it means is exactly one; and what cannot be followed is told, not passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from lxml import etree

from validation.digests import Digests
from validation.foreign import CannotCheckError, Unchecked, attempt
from validation.signature import Problem
from validation.xml_algorithms import digest_of
from validation.xml_canonical import Selected, whole
from validation.xml_filters import FILTER_2, XPATH
from validation.xml_transforms import BASE64, Data, Surroundings, transformed
from validation.xml_tree import DSIG, XmlTree, child, local, octets_of

_BY_ID = re.compile(r"#xpointer\(id\((?:'([^']*)'|\"([^\"]*)\")\)\)")
_LEAST = 1_000  # octets that following one reference is worth, whatever it is about
_TAG = 40  # and one tag
_PASS = 5  # and one octet of a file that a filter goes through
_MANIFEST = f"{{{DSIG}}}Manifest"
_MOST_MANIFESTS = 20
_MOST = 2_000  # references of one signature, its manifests' included


@dataclass(slots=True)
class Effort:
    """What may still be digested and looked at for one file: hostile files refer to themselves a thousand times.

    A file of the largest size may be gone through once by each of a few signatures (`for_file`).
    """

    octets: int = 100_000_000

    @classmethod
    def for_file(cls, octets: int) -> "Effort":
        """What a file of that size is worth."""
        return cls(30_000_000 + 8 * octets)

    def spend(self, octets: int) -> None:
        """Take so much.

        Raises:
            CannotCheckError: it is used up.
        """
        self.octets -= octets
        if self.octets < 0:
            raise CannotCheckError(Problem.TOO_COSTLY, "more references than are looked at")


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One ds:Reference, followed."""

    uri: str | None  #: as it is written
    kind: str  #: its Type; "" = none
    problem: Problem | None  #: why it does not hold, or could not be followed; None = the digest matches
    detail: str = ""
    digest: str = ""  #: the digest's name
    selected: Selected | None = None  #: the nodes of the same document that are digested
    part: str | None = None  #: the URI of another file that is digested
    transforms: tuple[str, ...] = ()  #: their algorithms, in order
    in_manifest: bool = False  #: it stands in a manifest that the signature covers

    def covers(self, element: etree._Element) -> bool:
        """Does the digest speak of all of this element?"""
        if self.problem is not None or self.selected is None or self.transforms[-1:] == (BASE64,):
            return False  # base64 drops the tags, so the digest is of the text alone
        return self.selected.holds(element)


@dataclass(frozen=True, slots=True)
class Following:
    """What is needed to follow the references of one signature."""

    tree: XmlTree
    signature: etree._Element
    around: Surroundings
    effort: Effort


def references_of(signed_info: etree._Element, following: Following) -> tuple[Reference, ...]:
    """Every reference of `signed_info`, and those of the manifests that these cover (XMLDSig section 5.1)."""
    found = _all(signed_info, following, in_manifest=False)
    seen: list[etree._Element] = []
    while (manifest := _next_manifest(following.signature, found, seen)) is not None:
        seen.append(manifest)
        found += _all(manifest, following, in_manifest=True)
        if len(found) > _MOST:
            raise CannotCheckError(Problem.TOO_COSTLY, "more references than are looked at")
    return tuple(found)


def _next_manifest(
    signature: etree._Element, found: Sequence[Reference], seen: Sequence[etree._Element]
) -> etree._Element | None:
    """A manifest that is covered and was not read: in the signature itself, or what a reference means."""
    every = list(islice(signature.iter(_MANIFEST), _MOST_MANIFESTS + 1))
    if len(every) > _MOST_MANIFESTS:
        raise CannotCheckError(Problem.TOO_COSTLY, "more manifests than are looked at")
    own = (one for one in every if next(one.iterancestors(f"{{{DSIG}}}Signature")) is signature)
    meant = (
        apex
        for one in found
        if one.selected is not None
        for apex in one.selected.apexes
        if apex.tag == _MANIFEST and one.kind == f"{DSIG}Manifest"
    )
    for manifest in (*own, *meant):
        if not any(manifest is one for one in seen) and any(one.covers(manifest) for one in found):
            return manifest
    return None


def _all(holder: etree._Element, following: Following, *, in_manifest: bool) -> list[Reference]:
    elements = [one for one in holder if local(one) == "Reference"]
    if len(elements) > _MOST:
        raise CannotCheckError(Problem.TOO_COSTLY, "more references than are looked at")
    return [_reference(one, following, in_manifest=in_manifest) for one in elements]


def _reference(element: etree._Element, following: Following, *, in_manifest: bool) -> Reference:
    uri, kind = element.get("URI"), element.get("Type") or ""
    found = attempt(_followed, element, uri, kind, following, in_manifest)
    if isinstance(found, Unchecked):
        return Reference(uri, kind, found.problem, found.detail, in_manifest=in_manifest)
    return found


def _followed(
    element: etree._Element, uri: str | None, kind: str, following: Following, in_manifest: bool
) -> Reference:
    following.effort.spend(_LEAST)
    name = digest_of(child(element, "DigestMethod").get("Algorithm") or "")
    value = octets_of(child(element, "DigestValue"))
    data = dereferenced(uri, following.tree, following.around)
    steps = element.findall(f"{{{DSIG}}}Transforms/{{{DSIG}}}Transform")
    passes = sum(max(1, len(step)) for step in steps if (step.get("Algorithm") or "") in (XPATH, FILTER_2))
    following.effort.spend(passes * _PASS * following.tree.octets)
    done = transformed(data, steps, following.signature, following.around)
    following.effort.spend(_cost(done.octets) if steps or isinstance(data, Selected) else len(done.octets) // 20)
    matches = Digests(done.octets)(name) == value
    return Reference(
        uri=uri,
        kind=kind,
        problem=None if matches else Problem.DIGEST_MISMATCH,
        digest=name,
        selected=done.selected,
        part=uri if isinstance(data, bytes) else None,
        transforms=done.algorithms,
        in_manifest=in_manifest,
    )


def _cost(octets: bytes) -> int:
    """To copy and to write out a part of a tree takes many times as long as to digest a file that is there."""
    return len(octets) + _TAG * octets.count(b"<")


def dereferenced(uri: str | None, tree: XmlTree, around: Surroundings) -> Data:
    """What a URI stands for (XMLDSig section 4.4.3.3): nodes of the same document, or the octets of a file at hand.

    Raises:
        CannotCheckError: it stands for nothing that is here, or for several things.
    """
    if uri == "":
        return whole(tree.root)
    if uri == "#xpointer(/)":
        return whole(tree.root, comments=True)
    if uri is not None and uri.startswith("#"):
        match = _BY_ID.fullmatch(unquote(uri))
        if match is not None:
            return Selected((tree.named(match[1] if match[1] is not None else match[2]),), comments=True)
        if "(" in uri:
            raise CannotCheckError(Problem.UNSUPPORTED, "an XPointer of a form that is not known")
        return Selected((tree.named(uri[1:]),))
    octets = None if uri is None else around.part(uri)
    if octets is None:
        raise CannotCheckError(Problem.CONTENT_MISSING, "another file, which is not at hand")
    return octets
