"""One XML file as a tree that is safe to look at: no document type, no entity, nothing fetched, within bounds.

Promise: whatever the octets are, a tree comes out or `CannotCheckError`; an Id names exactly one element or none that
a signature could be about.
"""

import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from lxml import etree

from validation.foreign import CannotCheckError
from validation.signature import Problem

DSIG = "http://www.w3.org/2000/09/xmldsig#"
DSIG_11 = "http://www.w3.org/2009/xmldsig11#"
XML = "http://www.w3.org/XML/1998/namespace"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

LARGEST = 64 << 20  #: octets; the tree of a file takes several times as much
_MOST_TAGS = 1_000_000
#: In one place.  libxml2 sorts attributes and looks namespaces up in a time that grows with the square of these.
_MOST_ATTRIBUTES = 500
_MOST_NAMESPACES = 60
_ORDINARY = 9_000_000  # below libxml2's own bounds of 10 MB of text and 256 levels, which then stay in force
#: The attributes that signatures point to.  Without a schema the name alone tells an Id.
ID_NAMES = ("Id", "ID", "id", f"{{{XML}}}id", f"{{{_WSU}}}Id")
_WITH_ID = etree.XPath("//*[@Id or @ID or @id or @xml:id or @u:Id]", namespaces={"u": _WSU, "xml": XML})
_CROWDED = etree.XPath(f"boolean(//*[@*[{_MOST_ATTRIBUTES + 1}]])")
_STRING = etree.XPath("string()", smart_strings=False)
_CLAIMS = etree.XPath(
    "//*[local-name()='Signature' and (namespace-uri()=$dsig or *[local-name()='SignedInfo'])]", smart_strings=False
)


@dataclass(frozen=True, slots=True, eq=False)
class XmlTree:
    """A parsed file."""

    root: etree._Element
    ids: Mapping[str, tuple[etree._Element, ...]]  #: one or two of the elements with each Id
    octets: int  #: the file's size

    def named(self, name: str) -> etree._Element:
        """The one element with that Id.

        Raises:
            CannotCheckError: none has it, or several: a reader could take another than the signed one (wrapping).
        """
        found = self.ids.get(name, ())
        if len(found) > 1:
            raise CannotCheckError(Problem.WRAPPED, "several elements bear the Id that is signed")
        if not found:
            raise CannotCheckError(Problem.CONTENT_MISSING, "no element bears the Id that is signed")
        return found[0]

    def claims(self) -> list[etree._Element]:
        """Every element that says of itself that it is a signature, in document order."""
        return cast("list[etree._Element]", _CLAIMS(self.root, dsig=DSIG))


def parse(octets: bytes) -> XmlTree:
    """The tree of `octets`.

    Raises:
        CannotCheckError: too large, or it brings a document type of its own.
        etree.XMLSyntaxError: it is not XML.  Call it by `attempt`.
    """
    if len(octets) > LARGEST or octets.count(b"<") > _MOST_TAGS:
        raise CannotCheckError(Problem.TOO_COSTLY, "a larger XML file than is looked at")
    root = parsed(octets)
    if octets.count(b"=") > _MOST_ATTRIBUTES and _CROWDED(root):
        raise CannotCheckError(Problem.TOO_COSTLY, "more attributes of one element than are looked at")
    if octets.count(b"xmlns") > _MOST_NAMESPACES and _deepest_namespaces(octets) > _MOST_NAMESPACES:
        raise CannotCheckError(Problem.TOO_COSTLY, "more namespaces in one place than are looked at")
    if root.getroottree().docinfo.internalDTD is not None:
        # Entities and default attributes would let two readers see two documents.
        raise CannotCheckError(Problem.UNSUPPORTED, "a document type declaration")
    ids: dict[str, tuple[etree._Element, ...]] = {}
    for element in cast("list[etree._Element]", _WITH_ID(root)):
        for value in dict.fromkeys(value for name in ID_NAMES if (value := element.get(name)) is not None):
            ids[value] = (*ids.get(value, ())[:1], element)  # two are too many already
    return XmlTree(root, ids, len(octets))


def _deepest_namespaces(octets: bytes) -> int:
    """How many namespaces are declared in the place that has the most, counted again where they are declared again."""
    deepest = here = 0
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    huge = len(octets) > _ORDINARY
    for event, _ in etree.iterparse(BytesIO(octets), events=("start-ns", "end-ns"), huge_tree=huge, **safe):
        here += 1 if event == "start-ns" else -1
        deepest = max(deepest, here)
    return deepest


def parsed(octets: bytes) -> etree._Element:
    """The root element, read by a parser that fetches nothing and expands nothing."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        collect_ids=False,
        huge_tree=len(octets) > _ORDINARY,
        recover=False,
    )
    return cast(etree._Element, etree.fromstring(octets, parser))


def text_of(element: etree._Element) -> str:
    """All text below `element`.  Unlike `element.text` it does not end at a comment, where an attacker would cut it."""
    return str(_STRING(element))


def octets_of(element: etree._Element) -> bytes:
    """The octets that the element holds in base64 (RFC 4648 section 4).

    Raises:
        ValueError: it holds something else.  Call it by `attempt`.
    """
    return decoded(text_of(element))


def decoded(text: str) -> bytes:
    """The octets of base64 text with white space in it."""
    return binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def child(element: etree._Element, name: str) -> etree._Element:
    """The one child in the signatures' namespace with that name.

    Raises:
        CannotCheckError: there is none, or more than one.
    """
    found = element.findall(f"{{{DSIG}}}{name}")
    if len(found) != 1:
        raise CannotCheckError(Problem.UNPARSABLE, f"not one {name}")
    return found[0]


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The child elements with one of these local names, whatever their namespace."""
    return [one for one in element if local(one) in names]


def is_within(element: etree._Element, outer: Iterable[etree._Element]) -> bool:
    """Is `element` one of `outer`, or inside one of them?"""
    every = tuple(outer)
    chain: list[Any] = [element, *element.iterancestors()]
    return any(one is other for one in chain for other in every)
