"""The token in our return paths and reply addresses: names a delivery and cannot be forged.

Promise: letters and digits only, one case (a relay may fold the case of a local part), 42 characters, so
that "bounce+" and the token stay below the 64 octets of RFC 5321 section 4.5.3.1.1.  The secret is an
argument.
"""

import base64
import binascii
import hmac
import re
import uuid

_MAC_OCTETS = 10  # 80 bits: forging means asking our server about 2^79 times
_LENGTH = 42  # 26 octets in base32, padding dropped
_PURPOSE = b"docbridge letter token 1\0"

#: What stands for the token in an address pattern of the settings.
PLACE = "{token}"


def mint(delivery_id: str, secret: bytes) -> str:
    """The token of a delivery (its id is a UUID)."""
    identity = uuid.UUID(delivery_id).bytes
    return base64.b32encode(identity + _mac(identity, secret)).decode("ascii").rstrip("=").lower()


def read(token: str, secret: bytes) -> str | None:
    """The delivery that a token names, in any case of letters; None when the token is not ours."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        octets = base64.b32decode(token.upper() + "=" * (-_LENGTH % 8))
    except binascii.Error:
        return None
    # Compared as written: 42 letters hold two bits more than 26 octets, and each delivery has one token.
    delivery_id = str(uuid.UUID(bytes=octets[:16]))
    return delivery_id if hmac.compare_digest(mint(delivery_id, secret), token.lower()) else None


def address(pattern: str, delivery_id: str, secret: bytes) -> str:
    """The address of a delivery by a pattern such as "bounce+{token}@example.vn"; a pattern without a
    place is fixed.
    """
    return pattern.replace(PLACE, mint(delivery_id, secret))


def ours(text: str, pattern: str, secret: bytes) -> str | None:
    """The delivery that an address of ours names; None when it does not fit the pattern or its token is
    not ours.
    """
    before, place, behind = pattern.partition(PLACE)
    if not place:
        return None
    found = re.fullmatch(
        f"{re.escape(before)}([a-z2-7]{{{_LENGTH}}}){re.escape(behind)}", text, re.IGNORECASE | re.ASCII
    )
    return read(found[1], secret) if found else None


def _mac(identity: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + identity, "sha256")[:_MAC_OCTETS]
