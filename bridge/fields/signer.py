"""The foot of a document: who signed, in what capacity, and the places it goes to.

Decree 30/2020 Annex I.II.7 and 9: `Nơi nhận` stands bottom left, level with the signer's authority and title on the
right; the name ends the right column.  An annex may follow in the same file, so the foot is on the page that has
`Nơi nhận`, not always on the last one.
"""

from dataclasses import replace

from bridge.fields.fields import Field, Key, Source
from bridge.fields.fold import fold
from bridge.fields.head import rules_off
from bridge.fields.page import Line, Page, Pdf
from bridge.fields.patterns import AUTHORITY, person
from validation.signature import Signature

_MOST_PAGES = 40  # looked through for the foot; then what was not found stays absent


def fields_of(pdf: Pdf, signatures: tuple[Signature, ...], first: Page) -> dict[Key, Field]:
    """What the foot says, and what the signatures' certificates say to it."""
    pages = [first]
    for number in range(min(pdf.pages, _MOST_PAGES)):
        if number:
            pages.append(pdf.page(number))
        page = pages[number]
        lines = _lines(page)
        start = next((line for line in lines if _is_recipients(line, page)), None)
        if start is not None:
            return {**_places(lines, start), **_signer(lines, start, page, signatures)}
    # Resolutions and letters of persons may lack the recipients; an authority in capitals is as clear a mark.
    for page in reversed(pages):
        lines = _lines(page)
        start = next((line for line in lines if _is_authority(line, page)), None)
        if start is not None:
            found = _signer(lines, start, page, signatures)
            return {key: replace(field, confidence=min(field.confidence, 0.85)) for key, field in found.items()}
    return {}


def _lines(page: Page) -> tuple[Line, ...]:
    return tuple(rules_off(page.lines(page.width / 2)))


def _is_recipients(line: Line, page: Page) -> bool:
    return line.folded.startswith("noi nhan") and line.left < page.width / 2


def _is_authority(line: Line, page: Page) -> bool:
    return line.middle > page.width / 2 and line.capitals and AUTHORITY.match(line.text) is not None


def _places(lines: tuple[Line, ...], start: Line) -> dict[Key, Field]:
    """The lines under `Nơi nhận`, one for each dash; the last one begins with Lưu."""
    places: list[str] = []
    last = start
    for line in lines:
        if line.base >= start.base - 2 or line.left > start.right + 150 or line.left < start.left - 20:
            continue
        if last.base - line.base > 2.5 * max(line.size, start.size):
            break
        last = line
        if line.text.startswith(("-", "+", "•")):
            places.append(line.text.lstrip("-+• "))
        elif places:
            places[-1] = f"{places[-1]} {line.text}"
    cleaned = [place.strip(" ;.") for place in places]
    if not any(cleaned):
        return {}
    return {Key.TO_PLACES: Field("\n".join(place for place in cleaned if place), Source.PDF_PAGE_1, 0.9)}


def _signer(lines: tuple[Line, ...], start: Line, page: Page, signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    """Authority, title and name in the right column from the height of `Nơi nhận` on."""
    column = [
        line
        for line in lines
        if line.middle > page.width / 2 and start.base - 330 < line.base <= start.base + 2.2 * line.size
    ]
    found: dict[Key, Field] = {}
    titles = []
    for line in column:
        if not line.capitals or person(line.text):
            break
        titles.append(line.text)
    authority = 0
    while authority < len(titles) and AUTHORITY.match(titles[authority]):
        authority += 1
    if authority:
        found[Key.SIGNER_COMPETENCE] = Field(" ".join(titles[:authority]), Source.PDF_PAGE_1, 0.95)
    if titles[authority:]:
        found[Key.SIGNER_POSITION] = Field(" ".join(titles[authority:]), Source.PDF_PAGE_1, 0.95)
    names = [name for line in column[len(titles) :] if (name := person(line.text))]
    if titles and len(set(names)) == 1:
        certified = {fold(s.signer.name) for s in signatures if s.sound and s.signer.name}
        if fold(names[0]) in certified:
            found[Key.SIGNER_NAME] = Field(names[0], Source.PDF_SIGNATURE, 0.99)
        else:
            found[Key.SIGNER_NAME] = Field(names[0], Source.PDF_PAGE_1, 0.95)
    return found
