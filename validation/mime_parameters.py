"""The value and parameters of Content-Type and Content-Disposition, with RFC 2231 pieces put together.

One pass over the raw bytes, capped in the number of parameters: CPython's own parser takes 48 s for 575 kB of them
(cpython#136063).  What senders really write is read: unquoted spaces, a missing quote at the end, RFC 2047 words
inside quotes, broken percent signs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from validation.mime_charset import Reading, reading
from validation.mime_words import words
from validation.vietnamese_pages import Page

_PIECE = re.compile(rb"([^\s*=;]{1,80})(?:\*(\d{1,5}))?(\*)?")
# What nearly every parameter looks like, up to and with the `;` behind it; anything else goes the longer way.
_ORDINARY = re.compile(rb'\s*+([^\s*=;"]{1,80}+)(?:\*(\d{1,5}))?(\*)?=(?:"([^"\\]*+)"|([^\s;"]*+))[ \t]*+(?:;|\Z)')
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_TYPE = re.compile(r"[!#$&^_.+a-z0-9-]{1,127}/[!#$&^_.+a-z0-9-]{1,127}\Z")


@dataclass(frozen=True, slots=True)
class Parameterised:
    """`attachment; filename=...`: the word in front and its parameters."""

    value: str  #: lower case, without blanks around; "" = absent
    parameters: dict[str, str]  #: decoded, NFC, by lower-case name; of repeated ones the first
    capped: bool = False  #: more parameters than the cap
    guessed: Mapping[str, Page] = field(default_factory=dict)  #: by name, the code pages that nobody declared

    def get(self, name: str) -> str:
        """The parameter `name`, or ""."""
        return self.parameters.get(name, "")


NOTHING = Parameterised("", {})


def _quoted(raw: bytes, start: int) -> tuple[bytes, int]:
    """The quoted string whose opening quote is at `start`, and where what follows begins."""
    position = start + 1
    while True:
        end = raw.find(b'"', position)
        if end < 0:  # the quote is never closed: up to the next parameter
            end = raw.find(b";", start)
            end = len(raw) if end < 0 else end
            return raw[start + 1 : end], end
        before = end
        while before > position and raw[before - 1] == 0x5C:
            before -= 1
        if (end - before) % 2 == 0:
            break
        position = end + 1
    text = raw[start + 1 : end]
    # `C:\docs\a.pdf` in quotes is a path, not quoted pairs; only \" and \\ are undone.
    if b"\\" in text:
        text = _QUOTED_PAIR.sub(lambda found: found.group(1) if found.group(1) in b'"\\' else found.group(0), text)
    return text, end + 1


def _extended(pieces: list[tuple[int, bool, bytes]]) -> Reading:
    """RFC 2231: pieces in the order of their numbers, percent-decoded where marked, in the charset of the first."""
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    joined = bytearray()
    words_only = True
    for position, (_, encoded, raw) in enumerate(pieces):
        text = raw
        if encoded:
            words_only = False
            if position == 0 and text.count(b"'") >= 2:
                label, _, text = text.split(b"'", 2)
                charset = label.decode("latin-1")
            text = unquote_to_bytes(text)
        joined += text
    raw = bytes(joined)
    if words_only or (not charset and b"=?" in raw):
        return words(raw)
    return reading(raw, charset)


def parse(raw: bytes, cap: int) -> Parameterised:
    """Read one unfolded header value.  At most `cap` parameters are looked at."""
    head, separator, _ = raw.partition(b";")
    value = head.strip().decode("latin-1").lower()
    if not separator:
        return Parameterised(value, {})
    plain: dict[str, Reading] = {}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    position = len(head) + 1
    count = 0
    while position < len(raw):
        count += 1
        if count > cap:
            return _made(value, plain, pieces, capped=True)
        found = _ORDINARY.match(raw, position)
        if found:
            text = found.group(4)
            text = found.group(5) if text is None else text
            position = found.end()
            _take(found, text, plain, pieces)
            continue
        equals = raw.find(b"=", position)
        if equals < 0:
            break
        semicolon = raw.find(b";", position, equals)
        if semicolon >= 0:  # a word without a value: skip to the last `;` before the `=`
            position = raw.rfind(b";", position, equals) + 1
        name = raw[position:equals].strip()
        start = equals + 1
        while raw[start : start + 1] in {b" ", b"\t", b"\r", b"\n"}:
            start += 1
        if raw[start : start + 1] == b'"':
            text, position = _quoted(raw, start)
            semicolon = raw.find(b";", position)
            position = len(raw) if semicolon < 0 else semicolon + 1
        else:
            semicolon = raw.find(b";", start)
            semicolon = len(raw) if semicolon < 0 else semicolon
            text, position = raw[start:semicolon].strip(), semicolon + 1
        found = _PIECE.fullmatch(name)
        if found:
            _take(found, text, plain, pieces)
    return _made(value, plain, pieces)


def _take(
    found: re.Match[bytes], text: bytes, plain: dict[str, Reading], pieces: dict[str, list[tuple[int, bool, bytes]]]
) -> None:
    """One parameter, by what `_PIECE` or `_ORDINARY` found in front of its `=`."""
    name, number, marked = found.group(1, 2, 3)
    key = name.decode("latin-1").lower()
    if number or marked:
        pieces.setdefault(key, []).append((int(number or 0), bool(marked), text))
    elif key not in plain:
        plain[key] = words(text)


def _made(
    value: str,
    plain: dict[str, Reading],
    pieces: dict[str, list[tuple[int, bool, bytes]]],
    *,
    capped: bool = False,
) -> Parameterised:
    """RFC 2231 forms win over the plain ones, which stand beside them for old readers (RFC 6266 section 4.3)."""
    found = {**plain, **{key: _extended(parts) for key, parts in pieces.items()}} if pieces else plain
    guessed = {key: each.guessed for key, each in found.items() if each.guessed}
    return Parameterised(value, {key: each.text for key, each in found.items()}, capped, guessed)


def is_media_type(value: str) -> bool:
    """Whether `value` is `type/subtype` as RFC 2045 section 5.1 writes it."""
    return _TYPE.match(value) is not None
