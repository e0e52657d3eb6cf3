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
_BETWEEN_WORDS = b" \t\r\n"


def _q(text: bytes) -> bytes:
    """The "Q" encoding (RFC 2047 section 4.2)."""
    return _Q.sub(lambda found: bytes([int(found.group(1), 16)]), text.replace(b"_", b" "))


def _b(text: bytes) -> bytes:
    """The "B" encoding, with missing or wrong padding and stray characters forgiven."""
    return base64_bytes(text)[0]


def decode_words(raw: bytes) -> str:
    """One header value, or a piece of it, as NFC text."""
    return words(raw).text


def words(raw: bytes) -> Reading:
    """The same, with the first code page that was guessed; undeclared octets are read by `mime_charset.reading`."""
    if b"=?" not in raw:
        return Reading(raw.decode("ascii")) if raw.isascii() else reading(raw)
    pieces: list[Reading] = []
    pending = bytearray()  # bytes of neighbouring words of one character set
    charset = ""
    end = 0

    def flush() -> None:
        if pending:
            pieces.append(reading(bytes(pending), charset))
            pending.clear()

    for found in _WORD.finditer(raw):
        between = raw[end : found.start()]
        label = found.group(1).decode("latin-1").lower()
        if between.strip(_BETWEEN_WORDS):
            flush()
            pieces.append(reading(between))
        elif end == 0:
            pieces.append(Reading(between.decode("latin-1")))
        if label != charset:
            flush()
            charset = label
        pending += _q(found.group(3)) if found.group(2) in b"Qq" else _b(found.group(3))
        end = found.end()
    flush()
    pieces.append(reading(raw[end:]))
    guessed = next((piece.guessed for piece in pieces if piece.guessed), None)
    return Reading("".join(piece.text for piece in pieces), "", guessed)
