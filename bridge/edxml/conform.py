"""Does a packet of ours have the shape that deployed systems read?  Answered by an XML Schema of what we emit.

The schema is narrower than what `read` takes: it holds the order, the forms and the lengths that we promise.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from lxml import etree

_SCHEMA = Path(__file__).with_name("edxml.xsd")
_PREFIXED = "edXML"
_BARE = frozenset({"edXML", "AttachmentEncoded", "Attachment"})


def conform(packet: bytes) -> list[str]:
    """The problems of a packet, in the order of its lines; none = it conforms.  Places and rules only, no content."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        document = etree.parse(BytesIO(packet), parser)
    except etree.XMLSyntaxError as error:
        return [f"line {error.lineno}: not well-formed"]
    schema = _schema()
    problems = [] if schema.validate(document) else [_said(entry) for entry in cast(Any, schema.error_log)]
    return problems + _prefixes(document.getroot())


def _prefixes(root: Any) -> list[str]:  # noqa: ANN401  lxml's stubs know an element by a private name only
    """Some receivers compare qualified names as text, which no schema can say."""
    problems = []
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        bare = name in _BARE or (
            element.getparent() is not None
            and etree.QName(element.getparent()).localname == "Attachment"
            and name != "ContentTransferEncoded"
        )
        if (element.prefix is None) is not bare or (not bare and element.prefix != _PREFIXED):
            problems.append(f"line {element.sourceline}: prefix of {name}")
    return problems


def _said(entry: Any) -> str:  # noqa: ANN401  as above
    """The rule's name and the element, without the message: that one quotes the value."""
    path = str(entry.path or "").rsplit("/", maxsplit=1)[-1].rpartition(":")[2]
    return f"line {entry.line}: {path or 'document'} {entry.type_name}"


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMA)))
