"""Capitals that a font drew: TCVN3 has no marked ones, so that `CộNG HòA` on the wire was CỘNG HÒA on paper."""

import re
from itertools import groupby

from validation.vietnamese_syllables import is_syllable

_LINE = re.compile(r"[^\r\n]+")
#: Words with nothing between them that would end a heading; `Số: 35/QĐ-UBND` is no heading.
_RUN = re.compile(r"[^\W\d_]+(?:[ \t\xa0,()\u2013-]+[^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = re.compile(r"[a-z]")
_BIG = re.compile(r"[A-Z].*[A-Z]|[^\W\d_A-Z][A-Z]")  # two capitals, or one behind a small letter: `ủY`


def raised(text: str) -> str:
    """`text` with its headings in capitals again.

    A word with two ASCII capitals and no small one is raised.  One that says less (`ở`, `Uỷ`) is raised only inside a
    heading: between such words, or at the end of a line without small letters.
    """
    return text if text.isascii() else _LINE.sub(lambda line: _raised_line(line.group()), text)


def _raised_line(line: str) -> str:
    small = [found.start() for found in _SMALL.finditer(line)]
    first_small, last_small = (small[0], small[-1]) if small else (len(line), -1)
    pieces: list[str] = []
    end = 0
    for run in _RUN.finditer(line):
        words = [(found.group(), run.start() + found.start()) for found in _WORD.finditer(run.group())]
        for has_small, stretch in groupby(words, lambda word: _SMALL.search(word[0]) is not None):
            if has_small:
                continue
            for word, start in _capitals(list(stretch), first_small, last_small):
                pieces += [line[end:start], word.upper()]
                end = start + len(word)
    return "".join((*pieces, line[end:]))


def _capitals(words: list[tuple[str, int]], first_small: int, last_small: int) -> list[tuple[str, int]]:
    """Of neighbouring words without small ASCII letters, each with its place, those that are capitals."""
    big = [_BIG.search(word) is not None for word, _ in words]
    # An abbreviation makes no heading.
    heads = [at for at, (word, _) in enumerate(words) if big[at] and is_syllable(word.lower())]
    opens, closes = words[0][1] < first_small, words[-1][1] > last_small
    first, last = (0 if opens else heads[0] + 1, len(words) if closes else heads[-1]) if heads else (0, 0)
    return [word for at, word in enumerate(words) if big[at] or first <= at < last]
