"""VXP on the wire: headers, their signature, the digest of a file, time stamps.  Client and server share it.

Every parameter of a call is a header `XroadVnpt-<name>`; a JSON object of them, exactly as sent, is signed with
HMAC-SHA256.  Measured of VNPT's SDK 2.0.1; what it does oddly, deployed sides expect.
"""

import hmac
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

PREFIX = "XroadVnpt-"
VERSION = "3.0.201608"
AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
JSON, OCTETS = "application/json", "application/octet-stream"
TAIL = b"\r\n"  #: two octets that the SDK sends behind a file; the digest does not cover them
SERVICE = "eDoc"
DOC_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,127}", re.ASCII)  #: fit for a header and for a file name
_STAMP = re.compile(r"(\d{2})(\d{2})(\d{4})T(\d{2})(\d{2})(\d{2})\+(\d{4})", re.ASCII)

Parameters = Sequence[tuple[str, str]]


def signed(before: Parameters, content_type: str, stamp: str, secret: bytes, behind: Parameters = ()) -> Parameters:
    """The headers of a call.  `before` and `behind` are its parameters, on either side of stamp and content type."""
    named = (*before, ("timestamp", stamp), ("Content-Type", content_type), *behind)
    text = json.dumps({f"{PREFIX}{name}": value for name, value in named}, separators=(",", ":"))
    return (
        *((f"{PREFIX}{name}", value) for name, value in before),
        (f"{PREFIX}timestamp", stamp),
        ("Content-Type", content_type),
        (f"{PREFIX}Content-Type", content_type),
        *((f"{PREFIX}{name}", value) for name, value in behind),
        (f"{PREFIX}sign-header-key", ";".join(name for name, _ in named)),
        (f"{PREFIX}sign-header", text),
        (f"{PREFIX}hash-header", signature(text.encode("ascii"), secret)),
        ("User-Agent", AGENT),
        (f"{PREFIX}version", VERSION),
    )


def signature(text: bytes, secret: bytes) -> str:
    """The signature over the text of a `sign-header`, octet for octet as it was sent."""
    return hmac.new(secret, text, sha256).hexdigest()


def without_zeros(digest: bytes) -> str:
    """A digest as the SDK writes it: each octet in hexadecimal without its leading zero."""
    return "".join(f"{octet:x}" for octet in digest)


def stamp_of(moment: datetime, zone: str) -> str:
    """`ddMMyyyyTHHmmss+SSSS`: the last four digits are milliseconds, not a zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%d%m%YT%H%M%S}+{local.microsecond // 1000:04d}"


def moment_of(stamp: str, zone: str) -> datetime | None:
    """The moment of a time stamp, in UTC; None = it is none."""
    found = _STAMP.fullmatch(stamp)
    if not found:
        return None
    day, month, year, hour, minute, second, milliseconds = map(int, found.groups())
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone))
        return (local + timedelta(milliseconds=milliseconds)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
