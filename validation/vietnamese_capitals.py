"""Capitals that a font drew: TCVN3 has no marked ones, so that `CộNG HòA` on the wire was CỘNG HÒA on paper."""

import re

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
    pieces: list[str] = []
    end = 0
    for run in _RUN.finditer(line):
        words = [(found.group(), run.start() + found.start()) for found in _WORD.finditer(run.group())]
        small = [_SMALL.search(word) is not None for word, _ in words]
        big = [not low and _BIG.search(word) is not None for (word, _), low in zip(words, small, strict=True)]
        heads = [
            index for index, (word, _) in enumerate(words) if big[index] and is_syllable(word.lower())
        ]  # an abbreviation makes no heading
        opens = not any(small) and not _SMALL.search(line[: run.start()])
        closes = not any(small) and not _SMALL.search(line[run.end() :])
        for index, (word, start) in enumerate(words):
            inside = heads and (heads[0] < index or opens) and (heads[-1] > index or closes)
            if inside and any(small[min(heads[0], index) : max(heads[-1], index) + 1]):
                inside = False
            if not small[index] and (big[index] or inside):
                pieces += [line[end:start], word.upper()]
                end = start + len(word)
    return "".join((*pieces, line[end:]))
