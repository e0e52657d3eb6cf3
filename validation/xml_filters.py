"""The XPath filters of signatures (XMLDSig section 6.6.3, XML-Signature XPath Filter 2.0), without evaluating XPath.

Promise: only forms that say plainly which subtrees are meant are understood; any other is "unsupported", never skipped.
Nothing of the sender's is run, so a filter costs one pass over the tree.
"""

import re
from collections.abc import Sequence

from lxml import etree

from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_canonical import Selected
from validation.xml_tree import DSIG, ID_NAMES, text_of

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"

_MOST = 200  # subtrees that one filter may name
_STEP = r"(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)(?:\[@([A-Za-z]+)=(?:'([^']*)'|\"([^\"]*)\")\])?"
_UP = re.compile(rf"ancestor-or-self::{_STEP}")
_NOT_UP = re.compile(rf"not\(ancestor-or-self::{_STEP}\)")
#: The enveloped-signature transform as section 6.6.4 of XMLDSig writes it in XPath.
_ENVELOPED = re.compile(
    r"count\(ancestor-or-self::(\w+):Signature\|here\(\)/ancestor::\1:Signature\[1\]\)>"
    r"count\(ancestor-or-self::\1:Signature\)"
)
_DOWN = re.compile(rf"(?://|/descendant::|/descendant-or-self::){_STEP}")
_OWN = re.compile(r"here\(\)/ancestor::(\w+):Signature\[1\]")
_SPACE = re.compile(r"\s*([()|/=>\[\]@]|::)\s*")
_AND = re.compile(r"(?<=\))\s+and\s+")


def xpath_filtered(selected: Selected, expression: etree._Element, own: etree._Element) -> Selected:
    """`selected` by a filter of version 1.0; `own` = the signature that the filter stands in.

    Raises:
        CannotCheckError: not one of the forms that are understood.
    """
    for part in _AND.split(text_of(expression).strip()):
        text = _SPACE.sub(r"\1", part.strip())
        if match := _NOT_UP.fullmatch(text):
            selected = selected.without(_elements(own, expression, match))
        elif match := _UP.fullmatch(text):
            selected = selected.within(_elements(own, expression, match))
        elif (match := _ENVELOPED.fullmatch(text)) and expression.nsmap.get(match[1]) == DSIG:
            selected = selected.without([own])
        else:
            raise CannotCheckError(Problem.UNSUPPORTED, "an XPath filter of a form that is not understood")
    return selected


def filtered(selected: Selected, expressions: Sequence[etree._Element], own: etree._Element) -> Selected:
    """`selected` by the filters of version 2.0, one after another.

    Raises:
        CannotCheckError: not one of the forms that are understood.
    """
    for expression in expressions:
        text = _SPACE.sub(r"\1", text_of(expression).strip())
        found: list[etree._Element] | None
        if match := _DOWN.fullmatch(text):
            found = _elements(own, expression, match)
        elif (match := _OWN.fullmatch(text)) and expression.nsmap.get(match[1]) == DSIG:
            found = [own]
        elif text == "/":
            found = None
        else:
            raise CannotCheckError(Problem.UNSUPPORTED, "an XPath filter of a form that is not understood")
        match expression.get("Filter"):
            case "intersect":
                selected = selected if found is None else selected.within(found)
            case "subtract" if found is not None:
                selected = selected.without(found)
            case _:
                raise CannotCheckError(Problem.UNSUPPORTED, "an XPath filter that adds to what is signed")
    return selected


def _elements(own: etree._Element, expression: etree._Element, match: re.Match[str]) -> list[etree._Element]:
    """The elements of the document that a step names, none of them inside another."""
    prefix, name, attribute, single, double = match.groups()
    namespace = expression.nsmap.get(prefix, "") if prefix else ""
    if (prefix and not namespace) or (attribute and attribute not in ID_NAMES):
        raise CannotCheckError(Problem.UNSUPPORTED, "an XPath filter of a form that is not understood")
    tag = f"{{{namespace}}}{name}" if namespace else name
    value = single if single is not None else double
    found: list[etree._Element] = []
    for element in own.getroottree().getroot().iter(tag):
        if attribute and element.get(attribute) != value:
            continue
        if found and any(above is found[-1] for above in element.iterancestors()):
            continue
        if len(found) == _MOST:
            raise CannotCheckError(Problem.TOO_COSTLY, "a filter names more elements than are looked at")
        found.append(element)
    return found
