"""A file that describes the document beside it: a packet (.edxml), or the fields of Annex VI as JSON or XML.

Nobody has signed it, so it fills what the pages leave open and never overrules them: where it names another number or
date than the pages do, a clerk decides.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO

from lxml import etree

from bridge.edxml.packet import DocumentPacket
from bridge.edxml.read import NotEdxml, ReadCaps, read
from bridge.fields.clerk import BadField, checked
from bridge.fields.fields import Field, Fields, Key, Source
from bridge.fields.fold import fold

MEDIA_TYPES = frozenset({"application/edxml+xml", "text/xml", "application/xml", "application/json", "text/plain"})
_LARGEST = 1 << 20  # of a file that is nothing but fields
_LARGEST_PACKET = 64 << 20
_CAPS = ReadCaps(text=1 << 20, elements=20_000, depth=32, files=200, file=48 << 20)
_ENOUGH = 3  # fields that make a file a description and not a file that happens to have one of the words
_DEEP = 4
_SURE, _CONTESTED = 0.9, 0.5
_IDENTIFYING = (Key.CODE_NUMBER, Key.CODE_NOTATION, Key.ISSUED_DATE)


def sidecar(content: bytes, media_type: str) -> Fields | None:
    """The fields that the file gives; None where it is no sidecar."""
    if media_type not in MEDIA_TYPES:
        return None
    if media_type == "application/edxml+xml":
        return _of_packet(content) if len(content) <= _LARGEST_PACKET else None
    if len(content) > _LARGEST:
        return None
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    told = dict(_of_json(content) if start == b"{" else _of_xml(content) if start == b"<" else ())
    found = {key: Field(value, Source.SIDECAR, _SURE) for key, value in _well_formed(told)}
    named = Key.CODE_NUMBER in found or Key.CODE_NOTATION in found
    return Fields(found) if named and len(found) >= _ENOUGH else None


def beside(printed: Fields, described: Fields) -> Fields:
    """What the document says, and what the sidecar says to it."""
    merged = dict(described.items()) | dict(printed.items())
    for key in _IDENTIFYING:
        own, other = printed.get(key), described.get(key)
        if own is None or other is None:
            continue
        if _same(own.value, other.value):
            merged[key] = replace(own, confidence=max(own.confidence, other.confidence))
        else:
            merged[key] = replace(own, confidence=min(own.confidence, _CONTESTED))
    return Fields(merged)


def same_document(fields: Fields, described: Fields) -> bool:
    """Does the sidecar describe the document with these fields?"""
    return all(_same(fields.value(key), described.value(key)) for key in (Key.CODE_NUMBER, Key.CODE_NOTATION))


def _same(one: str, other: str) -> bool:
    return fold(one).lstrip("0") == fold(other).lstrip("0")


def _well_formed(told: Mapping[str, str]) -> Iterator[tuple[Key, str]]:
    for name, value in told.items():
        try:
            well = checked(Key(name), value)
        except (ValueError, BadField):
            continue
        if well:
            yield Key(name), well


def _of_packet(content: bytes) -> Fields | None:
    try:
        packet = read(BytesIO(content), caps=_CAPS)
    except NotEdxml:
        return None
    if not isinstance(packet, DocumentPacket):
        return None
    answered = (f"{one.code} {one.issued.isoformat() if one.issued else ''}" for one in packet.answers if one.code)
    told = {
        Key.CODE_NUMBER: packet.code.number,
        Key.CODE_NOTATION: packet.code.notation,
        Key.ISSUED_DATE: packet.issued.isoformat() if packet.issued else "",
        Key.PLACE: packet.place,
        Key.ORGAN_NAME: packet.sender.name,
        Key.ORGAN_IN_CHARGE: packet.sender.in_charge,
        Key.ORGAN_ID: packet.sender.organ_id,
        Key.TYPE_NAME: packet.type.name,
        Key.SUBJECT: packet.subject,
        Key.SIGNER_NAME: packet.signer.name,
        Key.SIGNER_POSITION: packet.signer.position,
        Key.SIGNER_COMPETENCE: packet.signer.competence,
        Key.PRIORITY: "" if packet.priority is None else str(packet.priority),
        Key.TO_PLACES: "\n".join(packet.to_places),
        Key.DUE_DATE: packet.due.isoformat() if packet.due else "",
        Key.RESPONSE_FOR: "\n".join(answered),
        Key.DOCUMENT_ID: packet.document_id,
    }
    well = _well_formed({str(key): value for key, value in told.items()})
    return Fields({key: Field(value, Source.SIDECAR, _SURE) for key, value in well})


def _of_json(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return iter(())
    return _flat(told, (), 0)


def _flat(told: object, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, str]]:
    """Each value under its name, and under the two last names joined: `SignerInfo.FullName`."""
    if isinstance(told, dict) and depth < _DEEP:
        for name, value in told.items():
            yield from _flat(value, (*path, str(name)), depth + 1)
    elif isinstance(told, list) and path and all(isinstance(each, str) for each in told):
        yield path[-1], "\n".join(told)
    elif isinstance(told, str | int) and not isinstance(told, bool) and path:
        yield path[-1], str(told)
        yield ".".join(path[-2:]), str(told)


def _of_xml(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return
    for node in root.iter():
        if isinstance(node.tag, str) and not len(node) and (node.text or "").strip():
            above = node.getparent()
            name = etree.QName(node).localname
            yield name, node.text or ""
            if above is not None and isinstance(above.tag, str):
                yield f"{etree.QName(above).localname}.{name}", node.text or ""
