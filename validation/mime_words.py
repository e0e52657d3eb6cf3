"""RFC 2047 encoded words as text: linear in the input, NFC, and it never raises.

Neighbouring words of one character set are joined as bytes before decoding: many senders cut multi-byte characters
in two (RFC 2047 section 5 forbids it; everybody does it).
"""

import re

from validation.mime_charset import Reading, reading
from validation.mime_transfer import base64_bytes

# The charset may carry a language (RFC 2231 section 5); spaces inside the text part are a common sin and are let pass.
_WORD = re.compile(rb"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?\r\n]{0,4000})\?=")
_Q = re.compile(rb"=([0-9A-Fa-f]{2})")
_GUESSES = 64  # pieces of one value whose code page may be guessed: no sender needs more, and each takes its time
_BETWEEN_WORDS = b" \t\r\n"


def _q(text: bytes) -> bytes:
    """The "Q" encoding (RFC 2047 section 4.2)."""
    return _Q.sub(lambda found: bytes([int(found.group(1), 16)]), text.replace(b"_", b" "))


def _b(text: bytes) -> bytes:
    """The "B" encoding, with missing or wrong padding and stray characters forgiven."""
    return base64_bytes(text)[0]


def decode_words(raw: bytes) -> str:
    """One header value, or a piece of it, as NFC text."""
    return raw.decode("ascii") if raw.isascii() and b"=?" not in raw else words(raw).text


def words(raw: bytes) -> Reading:
    """The same, with the first code page that was guessed; undeclared octets are read by `mime_charset.reading`."""
    if b"=?" not in raw:
        return Reading(raw.decode("ascii")) if raw.isascii() else reading(raw)
    pieces: list[Reading] = []
    pending: list[bytes] = []  # of neighbouring words of one character set
    charset, label = "", b""
    end = 0
    for found in _WORD.finditer(raw):
        written, encoding, text = found.groups()
        start = found.start()
        gap = start > end and bool(raw[end:start].strip(_BETWEEN_WORDS))
        if pending and (gap or written != label):
            pieces.append(reading(b"".join(pending), charset, guessing=len(pieces) < _GUESSES))
            pending.clear()
        if gap or (end == 0 and start):
            pieces.append(reading(raw[end:start], guessing=len(pieces) < _GUESSES))
        if written != label:
            label, charset = written, written.decode("latin-1").lower()
        pending.append(_q(text) if encoding in b"Qq" else _b(text))
        end = found.end()
    if pending:
        pieces.append(reading(b"".join(pending), charset, guessing=len(pieces) < _GUESSES))
    if end < len(raw):
        pieces.append(reading(raw[end:], guessing=len(pieces) < _GUESSES))
    if len(pieces) == 1:
        return Reading(pieces[0].text, "", pieces[0].guessed)
    guessed = next((piece.guessed for piece in pieces if piece.guessed), None)
    return Reading("".join(piece.text for piece in pieces), "", guessed)
