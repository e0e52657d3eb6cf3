"""Text set in old Vietnamese fonts (.VnTime, VNI-Times) as Unicode: for matching and for Fields, never in the file.

A PDF or Word file in such a font holds the font's own codes; a reader sees Vietnamese, a program `Céng hßa`.  The
font's name says which code page that is, and where it is silent the spelling does; no text is changed that is right.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import product

from validation.vietnamese_capitals import raised
from validation.vietnamese_guess import guess_text, western_octets
from validation.vietnamese_pages import Page, decode
from validation.vietnamese_syllables import is_syllable, spelling

_ABC_FONT = re.compile(r"\.vn([a-z0-9 ]*)", re.IGNORECASE)
_VNI_FONT = re.compile(r"vni[- ]", re.IGNORECASE)
_PRIVATE = {0xF000 + code: code for code in range(0x20, 0x100)}  # where symbol fonts put their codes
_HYPHENED = re.compile(r"(?:[^\W\d_]|-)*-(?:[^\W\d_]|-)*")
_MOST_HYPHENS = 3
_SAMPLE = 6_000


def page_of(font: str) -> Page | None:
    """The code page that a font of that name is drawn for."""
    bare = font.rpartition("+")[2]  # a subset's name begins with six letters of its own
    if _ABC_FONT.match(bare):
        return Page.TCVN3
    return Page.VNI if _VNI_FONT.match(bare) else None


def draws_capitals(font: str) -> bool:
    """Whether it draws capitals for the codes of small letters: `.VnTimeH`."""
    found = _ABC_FONT.match(font.rpartition("+")[2])
    return found is not None and found.group(1).strip().endswith("H")


def with_horns(text: str) -> str:
    """TCVN3's ư is the soft hyphen, which PDF's WinAnsiEncoding shows as a hyphen (ISO 32000-1, D.2): `Th-` is Thư.

    A hyphen becomes ư where that makes syllables of what is none.
    """
    return _HYPHENED.sub(_horned, text)


def _horned(found: re.Match[str]) -> str:
    word = found.group()
    pieces = word.split("-")
    if len(pieces) - 1 > _MOST_HYPHENS or word == "-" or all(map(_spelt, pieces)):
        return word
    for signs in product("ư-", repeat=len(pieces) - 1):  # the most of them first
        candidate = pieces[0] + "".join(sign + piece for sign, piece in zip(signs, pieces[1:], strict=True))
        if all(map(_spelt, candidate.split("-"))):
            return candidate
    return word


def _spelt(piece: str) -> bool:
    return is_syllable(piece) or is_syllable(piece.lower())


def _read(text: str, font: str, page: Page) -> str | None:
    octets = western_octets(text.translate(_PRIVATE))
    read = decode(octets, page) if octets is not None else None
    if read is None:
        return None
    if page is Page.TCVN3:
        read = with_horns(read)
    return read.upper() if draws_capitals(font) else read


def _share(texts: Sequence[str]) -> float:
    return spelling(" ".join(texts), _SAMPLE).share


def in_unicode(runs: Sequence[tuple[str, str]]) -> tuple[list[str], Page | None]:
    """The texts of `runs`, each with its font's name, and the commonest code page that some were read by."""
    texts = [text for text, _ in runs]
    if all(text.isascii() for text in texts):
        return texts, None
    fonts: dict[str, list[int]] = {}
    for index, (_, font) in enumerate(runs):
        fonts.setdefault(font, []).append(index)
    pages = {font: page_of(font) or _guessed(texts, places) for font, places in fonts.items()}
    used = Counter({page: 0 for page in pages.values() if page})
    for font, page in pages.items():
        if page:
            used[page] += len(fonts[font])
    commonest = used.most_common(1)[0][0] if used else None
    taken = False
    for font, places in fonts.items():
        page = pages[font] or commonest
        if page is None:
            continue
        before = [texts[index] for index in places]
        after = [_read(text, font, page) for text in before]
        read = [new if new is not None else old for new, old in zip(after, before, strict=True)]
        if _share([word.lower() for word in read]) > _share(before):
            taken = True
            for index, text in zip(places, read, strict=True):
                texts[index] = text
    return texts, commonest if taken else None


def _guessed(texts: Sequence[str], places: Sequence[int]) -> Page | None:
    found = guess_text(" ".join(texts[index].translate(_PRIVATE) for index in places))
    return found.page if found else None


def raised_words(words: Sequence[str], ends: Sequence[bool]) -> list[str]:
    """Words without blanks in them, with headings in capitals again; `ends` says after which a line ends."""
    text = "".join(word + ("\n" if end else " ") for word, end in zip(words, ends, strict=True))
    again = re.split(r"[ \n]", raised(text))[:-1]
    return again if len(again) == len(words) else list(words)
