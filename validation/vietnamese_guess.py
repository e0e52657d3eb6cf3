"""Which Vietnamese code page an undeclared or mislabelled text is in; None, and hands off, unless it is plain.

Mail programs call TCVN3, VNI, VISCII and windows-1258 us-ascii, iso-8859-1 or windows-1252, and people paste text of
old fonts into UTF-8 mail, where each octet becomes a Western letter.  A reading is taken only if nearly every
marked word becomes a Vietnamese syllable while as Western text hardly any is.
"""

from dataclasses import dataclass

from validation.vietnamese_capitals import raised
from validation.vietnamese_pages import Page, decode
from validation.vietnamese_syllables import Spelling, spelling

_SAMPLE = 6_000  # octets of the lines that have a mark: enough to tell, and ten milliseconds
# The commoner first: the first wins a tie.
_CANDIDATES = (Page.TCVN3, Page.VNI, Page.WINDOWS_1258, Page.VISCII, Page.TCVN_5712)
_SMALL_LETTERS = frozenset({Page.TCVN3, Page.TCVN_5712})  # typed with fonts that have no marked capitals
_SHARE = 0.85  # of the marked words, Vietnamese in the reading taken
_JUMP = 0.35  # by which that share must exceed that of the Western reading


@dataclass(frozen=True, slots=True)
class Guess:
    """A reading that was not declared."""

    text: str  #: NFC
    page: Page


def _enough(found: Spelling, western: Spelling) -> bool:
    """Whether chance can be ruled out: so many words changed for the better."""
    if found.share < _SHARE or found.share - western.share < _JUMP:
        return False
    gained = sum(1 for word in found.marked - western.marked if len(word) > 1)  # ½ · × are signs before letters
    if gained >= 5:
        return found.plain * 3 >= found.foreign or found.frequent * 3 >= gained
    if found.strange or found.foreign > found.plain + found.frequent:
        return False
    return gained >= 3 or (found.frequent > 0 and (gained == 2 or (gained == 1 and not found.foreign)))


def _read(raw: bytes, page: Page) -> str | None:
    text = decode(raw, page)
    return raised(text) if text is not None and page in _SMALL_LETTERS else text


def guess(raw: bytes, current: str = "") -> Guess | None:
    """`raw`, which is not UTF-8, as Vietnamese text; None where `current` (windows-1252, if not given) is as likely."""
    if raw.isascii():
        return None
    sample = b"\n".join(line for line in raw.splitlines() if not line.isascii())[:_SAMPLE]
    if current:
        current = "\n".join(line for line in current.splitlines() if not line.isascii())
    western = spelling(current or sample.decode("cp1252", "replace"), _SAMPLE)
    if western.share > 1 - _JUMP:
        return None
    best: tuple[tuple[int, float], Page] | None = None
    for page in _CANDIDATES:
        text = _read(sample, page)
        if text is None:
            continue
        found = spelling(text, _SAMPLE)
        rank = (len(found.marked) - 2 * len(found.strange), found.share)
        if _enough(found, western) and (best is None or rank > best[0]):
            best = rank, page
    text = _read(raw, best[1]) if best else None
    return Guess(text, best[1]) if best and text is not None else None


def western_octets(text: str) -> bytes | None:
    """The octets that were taken for windows-1252 or Latin-1 when `text` was made; None if they cannot have been."""
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError as error:
        if not 0x80 <= ord(text[error.start]) <= 0x9F:  # the five octets that windows-1252 leaves free
            return None
    octets = bytearray()
    for char in text:
        try:
            octets += char.encode("cp1252")
        except UnicodeEncodeError:
            if not 0x80 <= ord(char) <= 0x9F:
                return None
            octets.append(ord(char))
    return bytes(octets)


def guess_text(text: str) -> Guess | None:
    """The same for text whose octets were read as Western letters on the way; None for text that is right."""
    if text.isascii():
        return None
    octets = western_octets(text)
    return guess(octets) if octets is not None else None
