"""What a client says to prove who it is: PLAIN (RFC 4616) in one answer, LOGIN (never standardised) in two.

Promise: pure; the password appears in no text of ours. Names and passwords are compared in NFC, as keyboards differ.
"""

import base64
import binascii
from dataclasses import dataclass, field
from unicodedata import normalize

#: LOGIN's questions, "Username:" and "Password:", as every client expects them.
ASK_NAME, ASK_PASSWORD = "VXNlcm5hbWU6", "UGFzc3dvcmQ6"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and its proof."""

    name: str
    password: str = field(repr=False)


def plain(answer: str) -> Credentials | None:
    """PLAIN's one answer: authorization identity NUL name NUL password; None = it is not that.

    Nobody acts for somebody else here: the first is empty or the name itself.
    """
    parts = (word(answer) or "").split("\0")
    if len(parts) != 3 or parts[0] not in ("", parts[1]):
        return None
    return login(parts[1], parts[2])


def login(name: str, password: str) -> Credentials | None:
    """Both, or None when one is empty."""
    return Credentials(normalize("NFC", name), normalize("NFC", password)) if name and password else None


def word(answer: str) -> str | None:
    """The text in base64 (RFC 4954 section 4: "=" alone is the empty one); None = it is not that."""
    try:
        return base64.b64decode("" if answer == "=" else answer, validate=True).decode()
    except (binascii.Error, ValueError):  # of which UnicodeDecodeError is one
        return None
