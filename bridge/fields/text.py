"""Fields from text without places: a Word file's paragraphs in their order, or a letter written in the mail itself.

Only what is unmistakable in running text is taken: number after "Số", place and date in one phrase, the line of `V/v`.
"""

import re
import zipfile
from io import BytesIO

from lxml import etree

from bridge.edxml.packing import DAMAGED_ZIP
from bridge.fields.fields import Field, Key, Source
from bridge.fields.fold import tidy
from bridge.fields.patterns import ABOUT, designation, place_and_date
from bridge.fields.types import OFFICIAL_LETTER, Class, by_abbreviation, by_name

_LARGEST_PART = 32 << 20
_HEAD_LINES = 60
_PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_RUN_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


def fields_of(text: str, source: Source) -> dict[Key, Field]:
    """What the first lines say."""
    sure = 0.9 if source is Source.DOCUMENT_TEXT else 0.4
    lines = [line.strip() for line in tidy(text).splitlines() if line.strip()][:_HEAD_LINES]
    found: dict[Key, Field] = {}
    labelled = next((line for line in lines if re.match(r"\W*Số\s*:", line)), "")
    number = designation(labelled) if labelled else None
    if number:
        if number.number:
            found[Key.CODE_NUMBER] = Field(number.number, source, sure)
        found[Key.CODE_NOTATION] = Field(number.notation, source, sure)
    dated = next((found_ for line in lines if (found_ := place_and_date(line))), None)
    if dated:
        found[Key.PLACE] = Field(dated[0], source, sure)
        found[Key.ISSUED_DATE] = Field(dated[1].isoformat(), source, sure)
    about = next((line for line in lines if ABOUT.match(line)), "")
    subject = ABOUT.sub("", about).strip(" .;:")
    if subject:
        found[Key.SUBJECT] = Field(subject, source, sure)
    title = next((type_ for line in lines if line.isupper() and (type_ := by_name(line))), None)
    named = by_abbreviation(number.groups[0]) if number else None
    if title and (named is None or named is title):
        found[Key.TYPE_NAME] = Field(title.name, source, sure)
    elif subject and (named is None or named.kind is not Class.ADMINISTRATIVE):
        found[Key.TYPE_NAME] = Field(OFFICIAL_LETTER.name, source, sure)
    return found


def word_text(content: bytes) -> str:
    """The paragraphs of a .docx, one a line; "" when it cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or entry.header_offset < 0:
                return ""
            with archive.open(entry) as part:
                xml = part.read(_LARGEST_PART + 1)
    except (KeyError, *DAMAGED_ZIP):
        return ""
    if len(xml) > _LARGEST_PART:
        return ""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return ""
    return "\n".join("".join(run.text or "" for run in node.iter(_RUN_TEXT)) for node in root.iter(_PARAGRAPH))
