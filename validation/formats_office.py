"""What office files carry besides text: macros, embedded objects, references to elsewhere, entity bombs.

OOXML is looked at as the zip it is (ECMA-376 part 2), RTF as text.  Sizes are claims; reading is bounded.
"""

import re
import zipfile

from validation.container_zip import open_zip, unpack
from validation.damaged import Damaged
from validation.settings import ReadingCaps

_EXTERNAL = re.compile(
    rb'Type\s*=\s*"[^"]*/(?:oleObject|attachedTemplate|externalLinkPath|frame|subDocument|externalLink|image)"'
    rb'[^>]{0,2000}TargetMode\s*=\s*"External"|'
    rb'TargetMode\s*=\s*"External"[^>]{0,2000}Type\s*=\s*"[^"]*/(?:oleObject|attachedTemplate|externalLinkPath|frame|subDocument)"'
)
_DDE = re.compile(rb"<ddeLink\b|\bDDEAUTO\b|>\s*DDE\s")
_MACRO_FOLDERS = ("xl/macrosheets/", "basic/", "scripts/")  # Excel 4; ODF 1.2 part 3 as LibreOffice keeps them
_RTF_OBJECT = re.compile(rb"\\objdata\b|\\objemb\b|\\objocx\b")
_RTF_ACTIVE = re.compile(rb"\\objupdate\b|\\objautlink\b|\\ddeauto|DDEAUTO")


def zip_properties(content: bytes, media_type: str, caps: ReadingCaps) -> set[str]:
    """Of any zip: encrypted and damaged members, bombs; of OOXML and ODF also macros, objects, outside references."""
    found: set[str] = set()
    office = media_type not in {"application/zip", "application/java-archive"}
    with open_zip(content) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):  # APPNOTE 4.4.4, bit 0
            found.add("encrypted")
        unpacked = sum(member.file_size for member in members)
        if (unpacked > caps.unpacked_total and unpacked > 20 * len(content)) or _is_bomb(members, caps):
            return found | {"bomb"}
        if office:
            found |= _office_properties(archive, members)
    return found


def _is_bomb(members: list[zipfile.ZipInfo], caps: ReadingCaps) -> bool:
    """Members that grow beyond the ratio, or that lie on top of one another in the file (zbsm's overlap)."""
    if any(m.file_size > caps.ratio_floor and m.file_size > caps.ratio * max(m.compress_size, 1) for m in members):
        return True
    end = -1
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + member.compress_size
    return False


def _office_properties(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> set[str]:
    found: set[str] = set()
    room = 20_000_000
    for member in members:
        name = member.filename.lower()
        base = name.rpartition("/")[2]
        if base in {"vbaproject.bin", "vbadata.xml"} or name.startswith(_MACRO_FOLDERS):
            found.add("macros")
        elif "/embeddings/" in name or name.startswith("object ") or "/activex/" in name:
            found.add("active-content" if "/activex/" in name else "embedded-files")
        elif "/externallinks/" in name:
            found.add("external-reference")
        if not base.endswith((".xml", ".rels")) or room <= 0:
            continue
        whole = base.endswith(".rels") or base == "document.xml"
        try:
            text = unpack(archive, member, min(room, 2_000_000 if whole else 4096))
        except Damaged:
            found.add("damaged")
            continue
        room -= len(text)
        if b"<!ENTITY" in text:  # Office writes no DTD: entities there are an attack on the reader
            found.add("external-reference" if b"SYSTEM" in text else "bomb")
        if base.endswith(".rels") and _EXTERNAL.search(text):
            found.add("external-reference")
        if _DDE.search(text):
            found.add("active-content")
    return found


def rtf_properties(content: bytes) -> set[str]:
    """Objects and automatic links of an RTF file."""
    found: set[str] = set()
    if _RTF_OBJECT.search(content):
        found.add("embedded-files")
    if _RTF_ACTIVE.search(content):
        found.add("active-content")
    return found
