"""What a reference's transforms make of the data: an allow-list, applied in the order in which they stand.

Promise: a transform that is not known ends the check as "unsupported"; none is skipped, none runs a program of the
sender's (no XSLT), and it is kept which nodes the digest is about (XMLDSig section 8.1: see what is signed).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from validation.foreign import CannotCheckError
from validation.signature import Problem
from validation.xml_canonical import C14N, FORMS, Selected, canonical, prefixes_of, whole
from validation.xml_filters import FILTER_2, XPATH, filtered, xpath_filtered
from validation.xml_tree import DSIG, decoded, is_within, parse, text_of

ENVELOPED = f"{DSIG}enveloped-signature"
BASE64 = f"{DSIG}base64"

#: What is passed from one transform to the next: nodes of a tree, or octets.
Data = Selected | bytes
#: A transform that only the caller knows (of a package's relationships): from octets to octets.
Transform = Callable[[bytes, etree._Element], bytes]


def nothing(uri: str) -> bytes | None:
    """No file is at hand."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a signature may speak of besides its own document."""

    #: the octets that a reference's URI stands for, as it is written; None = not at hand.  Nothing is ever fetched.
    part: Callable[[str], bytes | None] = nothing
    transforms: Mapping[str, Transform] = field(default_factory=dict)  #: by algorithm


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """The octets to be digested, and where they come from."""

    octets: bytes
    selected: Selected | None  #: the nodes of the signature's own document that they stand for; None = another's
    algorithms: tuple[str, ...]  #: of the transforms, in order


def transformed(data: Data, steps: Iterable[etree._Element], own: etree._Element, around: Surroundings) -> Transformed:
    """`data` after all `steps` (ds:Transform); `own` = the signature that they stand in.

    Raises:
        CannotCheckError: a transform that is not known, or not for such data.  Call it by `attempt`.
    """
    selected = data if isinstance(data, Selected) else None
    algorithms = []
    for step in steps:
        algorithm = step.get("Algorithm") or ""
        algorithms.append(algorithm)
        data = _step(data, algorithm, step, own, around)
        if isinstance(data, Selected) and selected is not None:
            selected = data
    octets = canonical(data, C14N) if isinstance(data, Selected) else data
    return Transformed(octets, selected, tuple(algorithms))


def _step(data: Data, algorithm: str, step: etree._Element, own: etree._Element, around: Surroundings) -> Data:
    if algorithm in around.transforms and isinstance(data, bytes):
        return around.transforms[algorithm](data, step)
    if algorithm in FORMS:
        nodes = whole(parse(data).root, comments=True) if isinstance(data, bytes) else data
        return canonical(nodes, algorithm, prefixes_of(step))
    if algorithm == BASE64:
        return decoded(data.decode("ascii") if isinstance(data, bytes) else _text(data))
    if algorithm == XPATH and isinstance(data, bytes):
        # A signature of a container that signs the value of another one (XAdES' detached counter-signature).
        root = parse(data).root
        (expression,) = step.findall(f"{{{DSIG}}}XPath")
        return xpath_filtered(whole(root, comments=True), expression, root)
    if isinstance(data, bytes):
        # A filter over octets would speak of another tree than the one that is read.
        raise CannotCheckError(Problem.UNSUPPORTED, "a transform that is not known for such data")
    if algorithm == ENVELOPED:
        return data.without([own]) if is_within(own, data.apexes) else data
    if algorithm == XPATH:
        (expression,) = step.findall(f"{{{DSIG}}}XPath")
        return xpath_filtered(data, expression, own)
    if algorithm == FILTER_2:
        return filtered(data, step.findall(f"{{{FILTER_2}}}XPath"), own)
    raise CannotCheckError(Problem.UNSUPPORTED, "a transform that is not known")


def _text(selected: Selected) -> str:
    if selected.left_out:
        raise CannotCheckError(Problem.UNSUPPORTED, "base64 of a part of an element")
    return "".join(text_of(apex) for apex in selected.apexes)
