"""Who calls us by VXP, proven by the signature over the headers; or why the call is refused.

Pure: headers, systems, secrets and the time come in.  An equal signature is no replay: the SDK takes one time stamp
for the life of its object, so what is sent twice is known by its digest and not by its signature.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.axis.settings import VxpSystem
from bridge.axis.vxp_wire import PREFIX, moment_of, signature

_LONGEST = 100_000  #: octets of the signed text; with 700 receivers it has 13,000
_PREFIX = PREFIX.lower()
_NOBODY = b"a secret for systems that there are not, so that the answer takes as long"


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that is who it says it is, and what it asks: signed parameters only, names in lower case."""

    system: VxpSystem
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A call that proves nothing."""

    says: str  #: what the peer hears
    cause: str  #: what the log keeps


def caller(
    headers: Mapping[str, str], systems: Mapping[str, VxpSystem], secrets: Mapping[str, bytes], now: datetime
) -> Caller | Stranger:
    """Who calls, by headers whose names are in lower case and whose values hold one octet a letter."""
    name = headers.get(f"{_PREFIX}systemid", "")
    text = headers.get(f"{_PREFIX}sign-header", "").encode("latin-1", "replace")
    system = systems.get(name)
    proof = signature(text, secrets[name] if system else _NOBODY)
    told = headers.get(f"{_PREFIX}hash-header", "").lower().encode("latin-1", "replace")
    if not hmac.compare_digest(proof.encode(), told) or system is None or not text or len(text) > _LONGEST:
        return Stranger("wrong systemId or secret", "unknown system" if system is None else "signature")
    signed = _signed(text)
    if signed is None:
        return Stranger("sign-header cannot be read", "sign-header")
    for key, value in signed.items():
        header = headers.get(key, headers.get(key.removeprefix(_PREFIX), ""))
        if header.encode("latin-1", "replace") != value.encode():
            return Stranger("a header differs from what is signed", f"header {key[:60]}")
    parameters = {key.removeprefix(_PREFIX): value for key, value in signed.items()}
    if parameters.get("systemid") != name:
        return Stranger("systemid is not signed", "systemid")
    moment = moment_of(parameters.get("timestamp", ""), system.time_zone)
    if moment is None or abs(moment - now) > system.replay_window:
        return Stranger("the time stamp is too far from our clock", "timestamp")
    return Caller(system, parameters)


def _signed(text: bytes) -> dict[str, str] | None:
    """The members of the signed text, names in lower case; None = it is no flat JSON object of texts."""
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None
    if not isinstance(pairs, list) or not all(
        isinstance(pair, tuple) and isinstance(pair[1], str) and pair[1].isprintable() for pair in pairs
    ):
        return None
    members = {key.lower(): value for key, value in pairs}
    return members if len(members) == len(pairs) else None
