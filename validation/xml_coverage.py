"""How much of an XML file does a signature account for, and is what it leaves out explained?

Promise: the question is what stands in the file and not what the signature mentions, so that a signed part that was
moved aside, with another put in its place, is never the whole (signature wrapping).  What holds nothing of its own,
a wrapper without attributes and text, needs no signature.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from validation.signature import Coverage
from validation.xml_canonical import Selected
from validation.xml_reference import Effort, Reference
from validation.xml_signature import XmlSignature
from validation.xml_transforms import BASE64
from validation.xml_tree import DSIG, ID_NAMES, XML, XmlTree, local

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_STYLESHEET = "xml-stylesheet"
_STEP = 400  # octets of effort that looking at one element is worth
_MOST = 20  # elements that are told
#: Children of a signature that its own rules care for.
_OWN = frozenset({"SignedInfo", "SignatureValue", "KeyInfo"})
#: About the signature, not about what is signed; believed only where they are covered.
_ABOUT = frozenset({"QualifyingProperties", "SignatureProperties"})
#: Tax data (the formats that Decree 123/2020 Art. 12 prescribes): `<P><DL... Id=""/>...<DSCKS>signatures</DSCKS></P>`.
#: The signatures are of the DL element alone; the tax office adds its code, the seller a picture of the data.
_SIGNATURES = "DSCKS"
_ADDED = frozenset({"MCCQT", "DLQRCode"})
#: Which data which document has: an invoice, a registration, a notice, a list of invoices.
_PAPERS = {"DLHDon": "HDon", "DLTKhai": "TKhai", "DLTBao": "TBao", "DLBTHop": "BTHDLieu"}


@dataclass(frozen=True, slots=True)
class Extent:
    """What a signature covers."""

    coverage: Coverage
    covers: tuple[str, ...] = ()  #: by name, where that is not the whole file
    left_out: tuple[str, ...] = ()  #: by name, what holds something and is not covered
    explained: bool = True  #: nothing is left out, or nothing but what such files leave out


def extent_of(tree: XmlTree, one: XmlSignature, claims: Sequence[etree._Element], effort: Effort) -> Extent:
    """The extent of a signature of `tree`, whose signatures are `claims`.

    Raises:
        CannotCheckError: it takes too long to find out.  Call it by `attempt`.
    """
    held = [reference for reference in one.references if reference.problem is None]
    if one.countersigns is not None:
        return Extent(Coverage.WHOLE)
    selections = [reference.selected for reference in held if reference.selected is not None and _is_all(reference)]
    files = tuple(dict.fromkeys(reference.part for reference in held if reference.part is not None))
    every = dict.fromkeys(apex for selected in selections for apex in selected.apexes)
    apexes = [apex for apex in every if _is_data(apex, one)]
    if not apexes and not files:
        return Extent(Coverage.PARTIAL, explained=False)
    missed = [*_uncovered(tree.root, selections, claims, effort)]
    if missed or _is_enveloping(one, apexes, claims, effort):
        missed += _of_objects(one, selections, claims, effort)
    names = tuple(dict.fromkeys(local(element) for element in missed))
    if not any(selected.whole for selected in selections) and _is_styled(tree.root):
        names = (*names, _STYLESHEET)
    if not names:
        return Extent(Coverage.WHOLE, files)
    covers = (*dict.fromkeys(local(apex) for apex in apexes), *files)
    known = not missed or (len(missed) < _MOST and _is_tax_form(one.element, apexes, missed))
    return Extent(Coverage.PARTIAL, covers, names, explained=known)


def _is_styled(root: etree._Element) -> bool:
    """Does the file name a stylesheet, by which a browser would show it?  Tax software adds one after signing."""
    beside = root.itersiblings(etree.PI, preceding=True)
    return any(isinstance(one, etree._ProcessingInstruction) and one.target == _STYLESHEET for one in beside)


def _is_all(reference: Reference) -> bool:
    """Is the digest of all that was selected?  Base64 drops the tags, so it speaks of text alone."""
    selected = reference.selected
    return BASE64 not in reference.transforms or (selected is not None and not any(len(one) for one in selected.apexes))


def _is_data(apex: etree._Element, one: XmlSignature) -> bool:
    """Is it something that is signed, rather than a part of the signature itself?"""
    path = [apex, *apex.iterancestors()]
    if not any(above is one.element for above in path):
        return True
    inside = path[: next(number for number, above in enumerate(path) if above is one.element)]
    if not inside or local(inside[-1]) != "Object" or any(local(above) in _ABOUT for above in inside):
        return False
    return not (len(apex) and apex is inside[-1] and all(local(below) in _ABOUT for below in apex))


def _is_enveloping(
    one: XmlSignature, apexes: Sequence[etree._Element], claims: Sequence[etree._Element], effort: Effort
) -> bool:
    """Does the file's content stand in the signature?  Else an object in there is no more than a note on it."""
    if any(_is_within(apex, one.element) for apex in apexes):
        return True
    return not any(True for apex in apexes for _ in _uncovered(apex, (), claims, effort))


def _uncovered(
    top: etree._Element,
    selections: Sequence[Selected],
    claims: Sequence[etree._Element],
    effort: Effort,
    exempt: Sequence[etree._Element] = (),
) -> Iterator[etree._Element]:
    """The elements from `top` on that hold something of their own and are not covered, signatures excepted."""
    signatures = set(claims)
    left_out = [frozenset(one.left_out) for one in selections]
    begins: dict[etree._Element, list[int]] = {}
    for number, one in enumerate(selections):
        for apex in one.apexes:
            begins.setdefault(apex, []).append(number)
    found = 0
    waiting: list[tuple[etree._Element, list[int]]] = [(top, [])]
    while waiting and found < _MOST:
        element, above = waiting.pop()
        active = [number for number in (*above, *begins.get(element, ())) if element not in left_out[number]]
        effort.spend(_STEP + _STEP * len(active) // 10)
        if element in signatures or element in exempt or not isinstance(element.tag, str):
            continue
        if any(left_out[number] <= signatures for number in active):
            continue
        if not active and _holds(element):
            found += 1
            yield element
        waiting += [(below, active) for below in reversed(element)]


def _of_objects(
    one: XmlSignature, selections: Sequence[Selected], claims: Sequence[etree._Element], effort: Effort
) -> Iterator[etree._Element]:
    """The same inside the signature: a file may stand in it (enveloping), and a false one beside that."""
    for below in one.element:
        if not isinstance(below.tag, str) or (below.tag.startswith(f"{{{DSIG}}}") and local(below) in _OWN):
            continue
        about = [inner for inner in below if local(inner) in _ABOUT]
        yield from _uncovered(below, selections, claims, effort, about)


def _holds(element: etree._Element) -> bool:
    """Text, or an attribute that says more than a name or a place of a schema."""
    if element.text and element.text.strip():
        return True
    if any(below.tail and below.tail.strip() for below in element):
        return True
    if element.tag == f"{{{DSIG}}}Object":
        return False  # MimeType and Encoding speak of the transport
    return any(
        name not in ID_NAMES and not name.startswith((f"{{{XML}}}", f"{{{_XSI}}}")) for name in map(str, element.keys())
    )


def _is_tax_form(signature: etree._Element, apexes: Sequence[etree._Element], missed: Sequence[etree._Element]) -> bool:
    """Is the signed part the data of a tax document, at its place, and is the rest what others add to it?"""
    data = next((apex for apex in apexes if local(apex) in _PAPERS), None)
    paper = None if data is None else data.getparent()
    if data is None or paper is None or local(paper) != _PAPERS[local(data)]:
        return False
    if not _is_below(signature, paper, frozenset({_SIGNATURES})):
        return False
    if sum(local(one) == local(data) for one in paper) != 1:
        return False
    message = _message_of(paper)
    return all(
        _is_below(one, paper, _ADDED) or (message is not None and _is_beside(one, paper, message)) for one in missed
    )


def _message_of(paper: etree._Element) -> etree._Element | None:
    """The message to the tax office (TDiep/DLieu) that carries the paper."""
    data = paper.getparent()
    message = None if data is None else data.getparent()
    if data is None or message is None or message.getparent() is not None:
        return None
    return message if (local(message), local(data)) == ("TDiep", "DLieu") else None


def _is_beside(one: etree._Element, paper: etree._Element, message: etree._Element) -> bool:
    """Does it belong to the message's head, or to another paper of the message with signatures of its own?"""
    if _is_below(one, message, frozenset({"TTChung"})):
        return True
    others = (*paper.itersiblings(), *paper.itersiblings(preceding=True))
    return any(
        _is_within(one, other) and any(local(part) == _SIGNATURES and len(part) for part in other) for other in others
    )


def _is_within(one: etree._Element, outer: etree._Element) -> bool:
    return one is outer or any(above is outer for above in one.iterancestors())


def _is_below(one: etree._Element, outer: etree._Element, names: frozenset[str]) -> bool:
    """Is it inside a child of `outer` with one of the names?"""
    return any(local(part) in names and _is_within(one, part) for part in outer)
