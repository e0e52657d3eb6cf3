"""The XPath filters of signatures (XMLDSig section 6.6.3, XML-Signature XPath Filter 2.0), without evaluating XPath.

Promise: only forms that say plainly which subtrees are meant are understood; any other is "unsupported", never skipped.
Nothing of the sender's is run, so a filter costs one pass over the tree.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_canonical import Selected
from validation.xml_tree import DSIG, ID_NAMES, text_of

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"

_MOST = 200  # subtrees that one filter may name
_MOST_PARTS = 5  # conditions of one filter
_NAME = r"[A-Za-z_][\w.-]*"
#: An element's name, or any with one condition: `ds:Signature`, `*[name()='ds:Signature']`, `Doc[@Id='a']`.
_STEP = rf"(?:\*|(?:{_NAME}:)?{_NAME})(?:\[(?:@{_NAME}|(?:local-)?name\(\))=(?:'[^']*'|\"[^\"]*\")\])?"
_PARTS = re.compile(
    rf"(?:(?P<prefix>{_NAME}):)?(?P<name>{_NAME}|\*)"
    rf"(?:\[(?P<of>@{_NAME}|(?:local-)?name\(\))=(?P<quote>['\"])(?P<value>[^'\"]*)(?P=quote)\])?"
)
_UP = re.compile(rf"ancestor-or-self::({_STEP})")
_NOT_UP = re.compile(rf"not\(ancestor-or-self::({_STEP})\)")
#: The enveloped-signature transform as section 6.6.4 of XMLDSig writes it in XPath.
_ENVELOPED = re.compile(
    r"count\(ancestor-or-self::(\w+):Signature\|here\(\)/ancestor::\1:Signature\[1\]\)>"
    r"count\(ancestor-or-self::\1:Signature\)"
)
_PATH = re.compile(rf"(?P<start>//|/descendant::|/descendant-or-self::|/)(?P<steps>{_STEP}(?:/{_STEP}){{0,8}})")
_OWN = re.compile(r"here\(\)/ancestor::(\w+):Signature\[1\]")
_SPACE = re.compile(r"\s*([()|/=>\[\]@]|::)\s*")
_AND = re.compile(r"(?<=\))\s+and\s+")

_Matches = Callable[[etree._Element], bool]


def xpath_filtered(selected: Selected, expression: etree._Element, own: etree._Element) -> Selected:
    """`selected` by a filter of version 1.0; `own` = the signature that the filter stands in.

    Raises:
        CannotCheckError: not one of the forms that are understood.
    """
    root = own.getroottree().getroot()
    parts = _AND.split(text_of(expression).strip())
    if len(parts) > _MOST_PARTS:
        raise _unknown()
    for part in parts:
        text = _SPACE.sub(r"\1", part.strip())
        if match := _NOT_UP.fullmatch(text):
            selected = selected.without(_outermost(root.iter("*"), _step(match[1], expression)))
        elif match := _UP.fullmatch(text):
            selected = selected.within(_outermost(root.iter("*"), _step(match[1], expression)))
        elif (match := _ENVELOPED.fullmatch(text)) and expression.nsmap.get(match[1]) == DSIG:
            selected = selected.without([own])
        else:
            raise _unknown()
    return selected


def filtered(selected: Selected, expressions: Sequence[etree._Element], own: etree._Element) -> Selected:
    """`selected` by the filters of version 2.0, one after another.

    Raises:
        CannotCheckError: not one of the forms that are understood.
    """
    for expression in expressions:
        text = _SPACE.sub(r"\1", text_of(expression).strip())
        found: list[etree._Element] | None = None
        if match := _PATH.fullmatch(text):
            found = _at_path(own, expression, match["start"], match["steps"])
        elif (match := _OWN.fullmatch(text)) and expression.nsmap.get(match[1]) == DSIG:
            found = [own]
        elif text != "/":
            raise _unknown()
        match expression.get("Filter"):
            case "intersect":
                selected = selected if found is None else selected.within(found)
            case "subtract" if found is not None:
                selected = selected.without(found)
            case _:
                raise CannotCheckError(Problem.UNSUPPORTED, "an XPath filter that adds to what is signed")
    return selected


def _at_path(own: etree._Element, expression: etree._Element, start: str, steps: str) -> list[etree._Element]:
    root = own.getroottree().getroot()
    first, *further = (_step(text, expression) for text in re.findall(_STEP, steps))
    found = _outermost([root] if start == "/" else root.iter("*"), first, nested=bool(further))
    for number, matches in enumerate(further, 1):
        below = (inner for outer in found for inner in outer.iterchildren("*"))
        found = _outermost(below, matches, nested=number < len(further))
    return found


def _step(text: str, expression: etree._Element) -> _Matches:
    """Is an element the one that a step names?"""
    match = _PARTS.fullmatch(text)
    if match is None:
        raise _unknown()
    prefix, name, of, value = match["prefix"], match["name"], match["of"], match["value"]
    namespace = expression.nsmap.get(prefix, "") if prefix else ""
    if (prefix and not namespace) or (of and of.startswith("@") and of[1:] not in ID_NAMES):
        raise _unknown()
    tag = f"{{{namespace}}}{name}" if namespace else name

    def matches(element: etree._Element) -> bool:
        if name != "*" and element.tag != tag:
            return False
        if of is None:
            return True
        if of.startswith("@"):
            return element.get(of[1:]) == value
        own = etree.QName(element).localname
        return value == (f"{element.prefix}:{own}" if of == "name()" and element.prefix else own)

    return matches


def _outermost(elements: Iterable[etree._Element], matches: _Matches, *, nested: bool = False) -> list[etree._Element]:
    """Those that match, in document order; unless `nested` none inside another."""
    found: list[etree._Element] = []
    for element in elements:
        if not matches(element):
            continue
        if not nested and found and any(above is found[-1] for above in element.iterancestors()):
            continue
        if len(found) == _MOST:
            raise CannotCheckError(Problem.TOO_COSTLY, "a filter names more elements than are looked at")
        found.append(element)
    return found


def _unknown() -> CannotCheckError:
    return CannotCheckError(Problem.UNSUPPORTED, "an XPath filter of a form that is not understood")
