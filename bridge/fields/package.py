"""One XML part of an office file's package, read within bounds and without looking anything up."""

import zipfile
from io import BytesIO

from lxml import etree

from bridge.edxml.packing import DAMAGED_ZIP

_LARGEST_PART = 32 << 20


def part(content: bytes, *names: str) -> tuple[etree._Element | None, ...]:
    """The roots of the named parts; None for each that is not there or cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return tuple(_root(archive, name) for name in names)
    except DAMAGED_ZIP:
        return (None,) * len(names)


def _root(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    try:
        entry = archive.getinfo(name)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or entry.header_offset < 0:
            return None
        with archive.open(entry) as stream:
            xml = stream.read(_LARGEST_PART + 1)
    except (KeyError, *DAMAGED_ZIP):
        return None
    if len(xml) > _LARGEST_PART:
        return None
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return None
