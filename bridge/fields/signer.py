"""The foot of a document: who signed, in what capacity, and the places it goes to.

Decree 30/2020 Annex I.II.7 and 9: `Nơi nhận` stands bottom left, level with the signer's authority and title on the
right; the name ends the right column.  An annex may follow in the same file, so the foot is on the page that has
`Nơi nhận`, not always on the last one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bridge.fields.fields import Field, Key, Source
from bridge.fields.fold import fold
from bridge.fields.head import rules_off
from bridge.fields.page import Line, Page
from bridge.fields.patterns import ACTING, AUTHORITY, person, shouted_person
from bridge.fields.types import by_name
from validation.signature import Signature

_REACH = 330  # points below `Nơi nhận` in which the signer's name is
_DASH = ("-", "+", "•", "*")
_PARENTHESIS = re.compile(r"\(.*\)|\[.*\]")  # (Đã ký), (Ký tên, đóng dấu): what is written where the signature is


def fields_of(pages: Iterable[Page], signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    """What the foot says, and what the signatures' certificates say to it; no page after the foot is asked for."""
    seen = []
    for page in pages:
        seen.append(page)
        lines = _lines(page)
        start = next((line for line in lines if _is_recipients(line, page)), None)
        if start is not None:
            return {**_places(page, lines, start), **_signer(lines, start, page, signatures)}
    # Resolutions and letters of persons may lack the recipients; an authority in capitals is as clear a mark.
    for page in reversed(seen):
        lines = _lines(page)
        start = next((line for line in lines if _is_authority(line, page)), None)
        if start is not None:
            found = _signer(lines, start, page, signatures)
            return {key: replace(field, confidence=min(field.confidence, 0.85)) for key, field in found.items()}
    return {}


def _lines(page: Page) -> tuple[Line, ...]:
    return tuple(rules_off(page.lines(page.width / 2)))


def _is_recipients(line: Line, page: Page) -> bool:
    return (
        line.folded.startswith("noi nhan") and line.left < page.width / 2 and (len(line.words) <= 2 or ":" in line.text)
    )


def _is_authority(line: Line, page: Page) -> bool:
    return line.middle > page.width / 2 and line.capitals and AUTHORITY.match(line.text) is not None


def _places(page: Page, lines: tuple[Line, ...], start: Line) -> dict[Key, Field]:
    """The lines under `Nơi nhận`, one for each dash; the last one begins with Lưu."""
    places: list[str] = []
    taken: list[Line] = []
    for line in lines:
        if line.base >= start.base - 2 or line.left > start.right + 150 or line.left < start.left - 20:
            continue
        if (taken[-1] if taken else start).base - line.base > 2.5 * max(line.size, start.size):
            break
        kept = fold(places[-1]).startswith("luu") if places else False
        if kept and not line.text.startswith(_DASH):
            break  # what follows the file copy's line is the drafter's sign (Annex I.III.4)
        taken.append(line)
        if line.text.startswith(_DASH):
            places.append(line.text.lstrip("-+•* "))
        elif places:
            places[-1] = f"{places[-1]} {line.text}"
    named = "\n".join(place for each in places if (place := each.strip(" ;.,")))
    whole = bool(places) and fold(places[-1]).startswith("luu")  # else the list may go on overleaf
    return {Key.TO_PLACES: page.field(named, 0.9 if whole else 0.6, taken)} if named else {}


def _signer(lines: tuple[Line, ...], start: Line, page: Page, signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    """Authority, title and name in the right column from the height of `Nơi nhận` on."""
    column = [
        line
        for line in lines
        if line.middle > page.width / 2 and start.base - _REACH < line.base <= start.base + 2.2 * line.size
    ]
    found: dict[Key, Field] = {}
    titles: list[Line] = []
    for line in column:
        if not line.capitals or person(line.text) or (titles and titles[-1].base - line.base > 2.6 * line.size):
            break
        titles.append(line)
    authority = 0
    while authority < len(titles) and AUTHORITY.match(titles[authority].text):
        authority += 1
    acting = ACTING.match(titles[authority - 1].text) if authority else None
    if acting:
        # Annex I.II.7a: `Q.` stands before the title of the one who acts as the head; the title is his own.
        authority -= 1
        found[Key.SIGNER_COMPETENCE] = page.field(
            " ".join((*(line.text for line in titles[:authority]), "Q.")), 0.95, titles[: authority + 1]
        )
    elif authority:
        found[Key.SIGNER_COMPETENCE] = page.field(_text(titles[:authority]), 0.95, titles[:authority])
    own = titles[authority:]
    if own:
        position = _text(own)
        found[Key.SIGNER_POSITION] = page.field(position, 0.95, own)
    rest = tuple(_until_next_signer(column[len(titles) :]))
    named = {name: line for line in rest if (name := person(line.text))}
    sure = 0.95
    if not named:
        named = {name: line for line in rest if (name := shouted_person(line.text))}
        sure = 0.75  # a further line of the title is in capitals, too
    if titles and len(named) == 1:
        ((name, line),) = named.items()
        certified = {fold(one.signer.name) for one in signatures if one.sound and one.signer.name}
        field = page.field(name, sure, (line,))
        if fold(name) in certified:
            field = Field(name, Source.PDF_SIGNATURE, 0.99, place=field.place)
        found[Key.SIGNER_NAME] = field
    return found


def _until_next_signer(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that may name the signer: a certified copy has a head and a signer of its own below."""
    named = False
    for line in lines:
        if line.capitals and (named or AUTHORITY.match(line.text) or by_name(line.text)):
            return
        named = named or person(line.text) is not None
        if not _PARENTHESIS.fullmatch(line.text):
            yield line


def _text(lines: Iterable[Line]) -> str:
    return " ".join(line.text for line in lines)
