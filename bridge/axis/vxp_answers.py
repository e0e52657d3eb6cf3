"""What a VXP axis answered, and the one table that sorts it: taken, try again, a person must mend it, refused.

Every answer is JSON `{"status": "OK"|"FAIL", "ErrorCode": "0"..., "ErrorDesc": "..."}` and more members.  An answer
that is none is a failure whatever its HTTP status; an empty list is believed only where it says OK.
"""

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pybase64

from bridge.axis.settings import VxpAxis
from bridge.axis.vxp_link import HttpAnswer

_DATA = re.compile(rb'"data"\s*:\s*"')
_SMALL = 1 << 20


class Sort(Enum):
    """What follows from an answer."""

    TAKEN = "taken"
    RETRY = "retry"  #: soon
    HOLD = "hold"  #: a person must mend something of this packet; asked again now and then
    MEND = "mend"  #: a person must mend the connection; no packet goes before
    REFUSE = "refuse"  #: this packet, never
    UNSURE = "unsure"  #: it may have been taken: nobody can read the answer


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the protocol."""

    ok: bool
    code: str
    description: str
    members: Mapping[str, Any]

    @property
    def cause(self) -> str:
        """For the log: the code alone, as nobody knows what a description quotes."""
        return f"ErrorCode {self.code or 'none'}"


#: HTTP statuses of answers that are not of the protocol.  A gateway that says 5xx may stand before an axis that has
#: taken the packet; so may one that shows a page with 200.
_HTTP: Mapping[int, Sort] = {
    301: Sort.MEND,
    302: Sort.MEND,
    307: Sort.MEND,
    308: Sort.MEND,
    400: Sort.HOLD,
    401: Sort.MEND,
    403: Sort.MEND,
    404: Sort.MEND,
    405: Sort.MEND,
    408: Sort.RETRY,
    411: Sort.MEND,
    413: Sort.HOLD,
    415: Sort.MEND,
    429: Sort.RETRY,
    431: Sort.HOLD,
}


def said(answer: HttpAnswer) -> Said | None:
    """The answer as the protocol has it; None = it is none of the protocol's."""
    try:
        members = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return _said(members)


def _said(members: object) -> Said | None:
    if answer_cannot_be_one(members) or not isinstance(members, dict):
        return None
    code, description = members.get("ErrorCode"), members.get("ErrorDesc")
    ok = members["status"].upper() == "OK" and str(code or "0") == "0"
    return Said(ok, "" if code is None else str(code)[:20], str(description or "")[:500], members)


def answer_cannot_be_one(members: object) -> bool:
    """Has it no word of the protocol's for how it went?"""
    return not isinstance(members, dict) or str(members.get("status")).upper() not in ("OK", "FAIL")


def sort(answer: HttpAnswer, word: Said | None, settings: VxpAxis) -> Sort:
    """What follows from an answer to `sendEdoc`.  Every rule about result codes lives here and in the settings."""
    if word is None:
        return _HTTP.get(answer.status, Sort.UNSURE)
    if word.ok or word.code in settings.duplicate_codes:
        return Sort.TAKEN
    if word.code in settings.refuse_codes:
        return Sort.REFUSE
    if word.code in settings.hold_codes:
        return Sort.HOLD
    if word.code in settings.mend_codes:
        return Sort.MEND
    return Sort.RETRY


def listed(word: Said) -> list[dict[str, Any]] | None:
    """The members of a list; None = there is no list, which is not an empty one."""
    data = word.members.get("data")
    if not isinstance(data, list):
        return None
    return [one for one in data if isinstance(one, dict)]


def packet_in(answer: HttpAnswer, largest: int) -> tuple[Said, bytes] | None:
    """Word and packet of an answer to `getEdoc`; of one that is too large, one octet more than `largest`.

    The packet is decoded where it lies: the answer is in memory once, and the packet once.
    """
    body = answer.body
    found = _DATA.search(body, 0, _SMALL)
    if found is None:
        word = said(answer)
        return None if word is None else (word, b"")
    start = found.end()
    stop = len(body) if answer.cut else body.find(b'"', start)
    if stop < 0:
        return None
    if body.find(b"\\", start, stop) >= 0:  # JSON may write / as \/
        body[start:stop] = body[start:stop].replace(b"\\/", b"/").replace(b"\\r", b"").replace(b"\\n", b"")
        stop = len(body) if answer.cut else body.find(b'"', start)
    if answer.cut:
        stop -= (stop - start) % 4
    with memoryview(body) as view:
        try:
            packet = pybase64.b64decode(view[start:stop], validate=True)
        except (binascii.Error, ValueError):
            return None
        rest = b"" if answer.cut else bytes(view[:start]) + bytes(view[stop:])
    if answer.cut:
        return Said(True, "0", "", {}), packet[: largest + 1]
    word = said(HttpAnswer(answer.status, bytearray(rest)))
    return None if word is None else (word, packet[: largest + 1])
