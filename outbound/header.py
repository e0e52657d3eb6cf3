"""Header fields of a letter as octets: encoded words, RFC 2231 parameters, folding.

Promise: ASCII lines of at most 76 characters (998 for a single long address), ended by CR LF; no value
can end its field, because control characters are refused before anything is written.
"""

import base64
import re
import unicodedata
from urllib.parse import quote

from outbound.address import Address

_WORD_FRAME = len("=?utf-8?b??=")
_LINE = 76  # RFC 2047 section 2: of a line that holds an encoded word, which itself is at most 75
_ATTRIBUTE_CHARS = "!#$&+-.^_`|~"  # RFC 2231 section 7 attribute-char beyond letters and digits
_PLAIN = re.compile(r"[\x20-\x7e]*")
_PHRASE = re.compile(r"[A-Za-z0-9 .,()_/&'-]*")


class UnfitLetterError(ValueError):
    """A part of a letter that cannot be written: names the part, never quotes it."""


def clean(name: str, value: str) -> str:
    """`value` in NFC.

    Raises:
        UnfitLetterError: it holds a control character or half a surrogate pair: nothing of ours does.
    """
    # Most text is printable as a whole, and then holds none of these.
    if not value.isprintable() and any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        raise UnfitLetterError(f"{name} holds a control character")
    return unicodedata.normalize("NFC", value)


def unstructured(name: str, value: str) -> bytes:
    """A field of free text (Subject): plain when it is, else RFC 2047 words in UTF-8."""
    text = clean(name, value)
    short = len(name) + 2 + len(text) <= _LINE
    # What looks like an encoded word, or begins or ends with a space, would not come back as it was.
    if short and _PLAIN.fullmatch(text) and "=?" not in text and text == text.strip():
        return f"{name}: {text}\r\n".encode("ascii")
    return _folded(f"{name}:", _words(text, len(name) + 1))


def mailbox(name: str, address: Address, display: str = "") -> bytes:
    """A field of one mailbox, with a name for people before it."""
    angle = f"<{address}>"
    if not display:
        return f"{name}: {angle if address.local.startswith(chr(34)) else address}\r\n".encode()
    text = clean(name, display)
    if _PHRASE.fullmatch(text) and text == text.strip() and len(text) < 60:
        return _folded(f"{name}:", [f'"{text}"', angle])
    return _folded(f"{name}:", [*_words(text, len(name) + 1), angle])


def raw(name: str, value: str) -> bytes:
    """A field whose value is already in its form; references are folded at their blanks.

    Raises:
        UnfitLetterError: the value is not printable ASCII.
    """
    if not _PLAIN.fullmatch(value):
        raise UnfitLetterError(f"{name} is not printable ASCII")
    return _folded(f"{name}:", value.split(" "))


def parameters(name: str, value: str, pairs: tuple[tuple[str, str], ...]) -> bytes:
    """A field with parameters: token values as they are, ASCII in quotes, all else by RFC 2231 in UTF-8."""
    pieces = [value]
    for key, text in pairs:
        pieces[-1] += ";"
        pieces.extend(_parameter(key, clean(name, text)))
    return _folded(f"{name}:", pieces)


def ascii_name(text: str) -> str:
    """A file name that every old reader can show: letters without their marks, all else beyond ASCII as
    "_".
    """
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    plain = re.sub(r'[^\x20-\x7e]|["\\]', "_", kept).strip() or "_"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 58 - len(ending)]}{dot}{ending}" if dot and len(ending) < 10 else plain[:59]


def _words(text: str, before: int) -> list[str]:
    words: list[str] = []
    piece = ""
    room = _LINE - before - 1 - _WORD_FRAME
    for letter in text:
        # Words are cut between characters, never inside one (RFC 2047 section 5).
        if (len((piece + letter).encode()) + 2) // 3 * 4 > room:
            words.append(piece)
            piece = ""
            room = _LINE - 1 - _WORD_FRAME
        piece += letter
    words.append(piece)
    return [f"=?utf-8?b?{base64.b64encode(word.encode()).decode('ascii')}?=" for word in words]


def _parameter(key: str, text: str) -> list[str]:
    if _PLAIN.fullmatch(text) and len(text) < 60:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{key}="{quoted}"']
    coded = quote(text.encode(), safe=_ATTRIBUTE_CHARS)
    if len(key) + len(coded) < 60:
        return [f"{key}*=utf-8''{coded}"]
    pieces: list[str] = []
    while coded:
        lead = "utf-8''" if not pieces else ""
        room = _LINE - len(f" {key}*{len(pieces)}*={lead};") - 3
        cut = min(room, len(coded))
        # A cut must not fall inside "%C4": some readers decode piece by piece.
        cut -= next((back for back in (1, 2) if cut < len(coded) and coded[cut - back] == "%"), 0)
        pieces.append(f"{key}*{len(pieces)}*={lead}{coded[:cut]}")
        coded = coded[cut:]
    return [f"{piece};" for piece in pieces[:-1]] + pieces[-1:]


def _folded(start: str, pieces: list[str]) -> bytes:
    lines: list[str] = []
    line = start
    for piece in pieces:
        if len(line) + 1 + len(piece) > _LINE and line not in ("", start):
            lines.append(line)
            line = ""
        line = f"{line} {piece}"
    lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode()
