"""Open Packaging Conventions (ECMA-376 part 2): relationships, their signed form, content types.

Promise: nothing here trusts `[Content_Types].xml` or a relationship part; both are read as the sender wrote them, and
what cannot be read raises ValueError for the border around it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from validation.package import name_of
from validation.xml_tree import parse

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
TRANSFORM = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
_SIGNATURES = "http://schemas.openxmlformats.org/package/2006/digital-signature"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIP = f"{{{RELATIONSHIPS}}}Relationship"
ORIGIN = f"{RELATIONSHIPS}/digital-signature/origin"
SIGNATURE = f"{RELATIONSHIPS}/digital-signature/signature"
CONTENT_TYPES = "[Content_Types].xml"
ROOT = "_rels/.rels"


@dataclass(frozen=True, slots=True)
class Relationship:
    """One arrow from a part, or from the package, to another part or to somewhere outside."""

    id: str
    type: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which relationships of a part a reference signs (ECMA-376 part 2 section 13.2.4.24)."""

    ids: frozenset[str]
    types: frozenset[str]

    def holds(self, one: Relationship) -> bool:
        """Is it signed?"""
        return one.id in self.ids or one.type in self.types


def selection_of(transform: etree._Element) -> Selection:
    """What the parameters of a relationship transform select."""
    ids = {str(one.get("SourceId")) for one in transform.iter(f"{{{_SIGNATURES}}}RelationshipReference")}
    types = {str(one.get("SourceType")) for one in transform.iter(f"{{{_SIGNATURES}}}RelationshipsGroupReference")}
    return Selection(frozenset(ids), frozenset(types))


def relationships_of(octets: bytes) -> tuple[Relationship, ...]:
    """The relationships that a `.rels` part lists, in order."""
    root = parse(octets).root
    found = tuple(
        Relationship(one.get("Id", ""), one.get("Type", ""), one.get("Target", ""), one.get("TargetMode") == "External")
        for one in root.iter(_RELATIONSHIP)
    )
    if len({one.id for one in found}) < len(found):
        raise ValueError("two relationships of one Id")
    return found


def transformed(octets: bytes, selection: Selection) -> bytes:
    """The selected relationships in the form that is digested (ECMA-376 part 2 section 13.2.4.24).

    Sorted by Id, TargetMode written out, nothing else left; the canonicalization that must follow is done here.
    """
    root = parse(octets).root
    if root.tag != f"{{{RELATIONSHIPS}}}Relationships":
        raise ValueError("no relationships part")
    kept = [
        one
        for one in root
        if one.tag == _RELATIONSHIP and (one.get("Id", "") in selection.ids or one.get("Type", "") in selection.types)
    ]
    made = etree.Element(root.tag, nsmap={root.prefix: RELATIONSHIPS})
    for one in sorted(kept, key=lambda each: each.get("Id", "")):
        attributes = {str(name): str(value) for name, value in one.attrib.items() if not str(name).startswith("{")}
        attributes.setdefault("TargetMode", "Internal")
        etree.SubElement(made, _RELATIONSHIP, attributes)
    return bytes(etree.tostring(made, method="c14n", with_comments=False))


def rels_of(part: str) -> str:
    """Where the relationships of `part` are kept; "" = of the package."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def source_of(rels: str) -> str:
    """The part whose relationships `rels` keeps; "" = the package."""
    folder, _, name = rels.rpartition("/")
    above = folder.rpartition("/")[0]
    part = name[: -len(".rels")]
    return f"{above}/{part}" if above else part


def target_of(source: str, one: Relationship) -> str | None:
    """The part that a relationship of `source` points to; None = outside the package."""
    return None if one.external else name_of(one.target, source.rpartition("/")[0])


class ContentTypes:
    """What `[Content_Types].xml` says that each part is."""

    def __init__(self, octets: bytes) -> None:
        root = parse(octets).root
        self._parts: Mapping[str, str] = {
            one.get("PartName", "").lstrip("/").casefold(): one.get("ContentType", "").strip().casefold()
            for one in root.iter(f"{{{_TYPES}}}Override")
        }
        self._extensions: Mapping[str, str] = {
            one.get("Extension", "").casefold(): one.get("ContentType", "").strip().casefold()
            for one in root.iter(f"{{{_TYPES}}}Default")
        }

    def of(self, part: str) -> str:
        """In lower case; "" = unknown."""
        name = part.casefold()
        return self._parts.get(name) or self._extensions.get(name.rpartition(".")[2], "")

    def parts_of(self, content_type: str, among: Iterable[str]) -> tuple[str, ...]:
        """Those `among` parts that are of that type."""
        return tuple(part for part in among if self.of(part) == content_type)
