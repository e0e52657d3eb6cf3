"""Fields from text without places: a Word file's paragraphs in their order, or a letter written in the mail itself.

Only what is unmistakable in running text is taken: number after "Số", place and date in one phrase, the line of `V/v`.
"""

import re

from bridge.fields import days
from bridge.fields.fields import Field, Key, Source
from bridge.fields.fold import tidy
from bridge.fields.patterns import ABOUT, designation, place_and_date
from bridge.fields.types import OFFICIAL_LETTER, Class, by_abbreviation, by_name

_BODY_READ = 4_000
_CLOSE = 30  # characters between a number and its date
_HEAD_LINES = 60


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
    if title and not subject and (under := _under_title(lines)):
        found[Key.SUBJECT] = Field(under, source, min(sure, 0.5))
    if title and (named is None or named is title):
        found[Key.TYPE_NAME] = Field(title.name, source, sure)
    elif subject and (named is None or named.kind is not Class.ADMINISTRATIVE):
        found[Key.TYPE_NAME] = Field(OFFICIAL_LETTER.name, source, sure)
    return found


def _under_title(lines: list[str]) -> str:
    """The line below the title: where nothing tells how it is set, it is a proposal."""
    at = next(index for index, line in enumerate(lines) if line.isupper() and by_name(line))
    under = lines[at + 1] if at + 1 < len(lines) else ""
    return "" if under.isupper() or not any(map(str.isalpha, under)) else under.strip(" .;:")


def mail_subject(subject: str) -> str:
    """A mail's subject on one line, without what mail programs put before it."""
    words = " ".join(tidy(subject).split())
    while words[:3].lower() in {"re:", "fw:", "tr:"} or words[:4].lower() == "fwd:":
        words = words.split(":", maxsplit=1)[1].strip()
    return words


def proposed(subject: str, body: str) -> dict[Key, Field]:
    """What the mail around a document calls it; a clerk confirms it, for nothing of it stands on the document.

    Subjects name the number and what it is about: `[Sở Nội vụ] 35/SNV-VP ngày 05/6/2026 - V/v tuyển dụng`.
    """
    found: dict[Key, Field] = {}
    for words, source, sure in (
        (mail_subject(subject), Source.MAIL_HEADER, 0.5),
        (" ".join(tidy(body)[:_BODY_READ].split()), Source.MAIL_BODY, 0.4),
    ):
        named = designation(words)
        if named is None or not named.number or Key.CODE_NUMBER in found:
            continue
        found[Key.CODE_NUMBER] = Field(named.number, source, sure)
        found[Key.CODE_NOTATION] = Field(named.notation, source, sure)
        after = words.partition(named.notation)[2]
        day = next((day for day, at, _ in days.within(after) if at < _CLOSE), None)
        if day:
            found[Key.ISSUED_DATE] = Field(day.isoformat(), source, sure)
        type_ = by_abbreviation(named.groups[0])
        if type_:
            found[Key.TYPE_NAME] = Field(type_.name, source, sure)
    return found
