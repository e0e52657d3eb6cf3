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
from bridge.fields.old_fonts import in_unicode
from bridge.fields.patterns import ABOUT, designation, place_and_date
from bridge.fields.types import OFFICIAL_LETTER, Class, by_abbreviation, by_name
from validation.vietnamese_capitals import raised

_LARGEST_PART = 32 << 20
_HEAD_LINES = 60
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT, _FONTS = f"{_WORD}t", f"{_WORD}rPr/{_WORD}rFonts"


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


def word_text(content: bytes) -> tuple[str, str]:
    """The paragraphs of a .docx, one a line, in Unicode, and the code page of the old fonts they were set in.

    "" when it cannot be read, and "" where no font was old.
    """
    root = _document(content)
    if root is None:
        return "", ""
    runs: list[tuple[str, str]] = []
    for paragraph in root.iter(f"{_WORD}p"):
        for text in paragraph.iter(_TEXT):
            run = text.getparent()
            fonts = run.find(_FONTS) if run is not None else None
            named = fonts.get(f"{_WORD}ascii") or fonts.get(f"{_WORD}hAnsi") if fonts is not None else ""
            runs.append((text.text or "", named or ""))
        runs.append(("\n", ""))
    texts, code_page = in_unicode(runs)
    written = "".join(texts).removesuffix("\n")
    return raised(written) if code_page else written, str(code_page or "")


def _document(content: bytes) -> etree._Element | None:
    """The main part of a .docx; None when it cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or entry.header_offset < 0:
                return None
            with archive.open(entry) as part:
                xml = part.read(_LARGEST_PART + 1)
    except (KeyError, *DAMAGED_ZIP):
        return None
    if len(xml) > _LARGEST_PART:
        return None
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return None
