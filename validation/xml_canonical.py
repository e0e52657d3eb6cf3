"""Canonical XML: what of a tree is signed, as the octets that are digested.

Promise: the canonical form of a part is the one it has inside its document, with the namespaces and the `xml:`
attributes that it has from its ancestors (Canonical XML 1.0 section 2.4, 1.1 section 2.4; Exclusive Canonical XML 1.0
section 3).  The tree itself is never changed: parts are taken out of copies.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import Enum

from lxml import etree

from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_tree import XML, is_within, parsed

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

_DEFAULT = "#default"  # the namespace without a prefix, among the prefixes (Exclusive Canonical XML section 4)


class Inherits(Enum):
    """Which `xml:` attributes of its ancestors a part shows."""

    NONE = 0
    ALL = 1  #: version 1.0
    SIMPLE = 2  #: version 1.1: lang and space; base is joined; id is not inherited


@dataclass(frozen=True, slots=True)
class Form:
    """One of the canonical forms."""

    inherits: Inherits
    comments: bool


FORMS: dict[str, Form] = {
    C14N: Form(Inherits.ALL, comments=False),
    f"{C14N}#WithComments": Form(Inherits.ALL, comments=True),
    C14N_11: Form(Inherits.SIMPLE, comments=False),
    f"{C14N_11}#WithComments": Form(Inherits.SIMPLE, comments=True),
    EXCLUSIVE: Form(Inherits.NONE, comments=False),
    f"{EXCLUSIVE}WithComments": Form(Inherits.NONE, comments=True),
}


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """A set of nodes of one tree: whole subtrees, without some subtrees of theirs."""

    apexes: tuple[etree._Element, ...]  #: in document order, none inside another
    left_out: tuple[etree._Element, ...] = ()
    whole: bool = False  #: the document itself: what stands beside the root element belongs to it
    comments: bool = False  #: comments belong to it (XMLDSig section 4.4.3.3)

    def without(self, elements: Sequence[etree._Element]) -> "Selected":
        """This, less the subtrees of `elements`."""
        inside = tuple(one for one in elements if is_within(one, self.apexes))
        return replace(self, left_out=(*self.left_out, *inside))

    def within(self, elements: Sequence[etree._Element]) -> "Selected":
        """What of this is in the subtrees of `elements`."""
        outer = [one for one in self.apexes if is_within(one, elements)]
        inner = [one for one in elements if is_within(one, self.apexes) and not is_within(one, outer)]
        top = [one for one in inner if not any(is_within(one, (other,)) for other in inner if other is not one)]
        return replace(self, apexes=(*outer, *dict.fromkeys(top)), whole=False)

    def holds(self, element: etree._Element) -> bool:
        """Does the element belong to it with all that is inside?"""
        return is_within(element, self.apexes) and not any(
            is_within(element, (one,)) or is_within(one, (element,)) for one in self.left_out
        )


def whole(root: etree._Element, *, comments: bool = False) -> Selected:
    """The document of `root`."""
    return Selected((root,), whole=True, comments=comments)


def form_of(algorithm: str) -> Form:
    """The form that the URI names.

    Raises:
        CannotCheckError: it names none that is known here.
    """
    form = FORMS.get(algorithm)
    if form is None:
        raise CannotCheckError(Problem.UNSUPPORTED, "a canonical form that is not known")
    return form


def canonical(selected: Selected, algorithm: str, prefixes: Sequence[str] = ()) -> bytes:
    """The octets of `selected`; `prefixes` = the InclusiveNamespaces of the exclusive form.

    Raises:
        CannotCheckError: an unknown form, or a document without its root element.
        etree.C14NError: the tree has no canonical form (relative namespaces).  Call it by `attempt`.
    """
    form = form_of(algorithm)
    return b"".join(_canonical(selected, apex, form, prefixes) for apex in selected.apexes)


def prefixes_of(method: etree._Element) -> tuple[str, ...]:
    """The prefixes that the exclusive form shall treat as the inclusive one does."""
    listed = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return () if listed is None else tuple((listed.get("PrefixList") or "").split())


def _canonical(selected: Selected, apex: etree._Element, form: Form, prefixes: Sequence[str]) -> bytes:
    top = apex.getparent() is None
    # What stands outside the root element counts only where the document itself is meant.
    alone = not (apex.getprevious() is not None or apex.getnext() is not None)
    if top and (selected.whole or alone):
        tree = apex.getroottree()
        if selected.left_out:
            places = _places(apex, selected.left_out)
            tree = deepcopy(tree)
            _remove(tree.getroot(), places)
    else:
        places = _places(apex, selected.left_out)
        # lxml cuts an element off from the namespaces of its ancestors; written out and read again it has them.
        root = parsed(etree.tostring(apex, encoding="UTF-8", with_tail=False))
        _remove(root, places)
        for name, value in _inherited(apex, form.inherits).items():
            root.set(name, value)
        tree = root.getroottree()
    if _DEFAULT in prefixes:
        # lxml asks only for prefixes that libxml2's dictionary holds; a namespace of that name puts this one there.
        parsed(f'<a xmlns:a="{_DEFAULT}"/>'.encode())
    return etree.tostring(
        tree,
        method="c14n",
        exclusive=form.inherits is Inherits.NONE,
        with_comments=form.comments and selected.comments,
        inclusive_ns_prefixes=list(prefixes) or None,
    )


def _places(apex: etree._Element, left_out: Sequence[etree._Element]) -> list[list[int]]:
    """Where below `apex` the left out elements are, as indices from the top."""
    found = []
    for element in left_out:
        place: list[int] = []
        node: etree._Element | None = element
        while node is not None and node is not apex:
            above = node.getparent()
            if above is not None:
                place.append(above.index(node))
            node = above
        if node is not None:
            found.append(place[::-1])
    return found


def _remove(root: etree._Element, places: Sequence[Sequence[int]]) -> None:
    """Take the elements out; the text behind each stays."""
    nodes = []
    for place in places:
        if not place:
            raise CannotCheckError(Problem.UNSUPPORTED, "the signature signs all but everything")
        node = root
        for index in place:
            node = node[index]
        nodes.append(node)
    for node in nodes:
        above = node.getparent()
        if above is None:
            continue  # inside another that is gone already
        before, tail = node.getprevious(), node.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            above.text = (above.text or "") + tail
        above.remove(node)


def _inherited(apex: etree._Element, inherits: Inherits) -> dict[str, str]:
    """The `xml:` attributes of the nearest ancestors that `apex` does not have itself."""
    found: dict[str, str] = {}
    if inherits is Inherits.NONE:
        return found
    for above in apex.iterancestors():
        for name, value in above.items():
            if str(name).startswith(f"{{{XML}}}"):
                found.setdefault(str(name), str(value))
    if inherits is Inherits.SIMPLE:
        found.pop(f"{{{XML}}}id", None)
        if f"{{{XML}}}base" in found:
            raise CannotCheckError(Problem.UNSUPPORTED, "xml:base above what is signed")
    return {name: value for name, value in found.items() if apex.get(name) is None}
