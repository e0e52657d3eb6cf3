"""What those say who handed a mail on: the Authenticated Received Chain (RFC 8617), as far as the office trusts them.

A list or a forwarder breaks SPF and DKIM; with ARC it seals what it had found before.  A seal proves who says so and
no more, so it counts only from sealers whom the office trusts: the newest must be one, and what older ones found
counts as long as each on the way to them is one.

Promise: no look-up is made here and nothing is raised.  A chain with a gap, a broken seal, a newest signature that
does not cover From or the whole body, is no chain.
"""

import re
from dataclasses import dataclass

import dkim

from validation.auth_results import AuthResult, parse
from validation.domain import within
from validation.evidence import Evidence, WantedDns
from validation.sender import SILENT, head_of, key_in, key_named, tags_of

_MOST_SETS = 10  # RFC 8617 section 4.2.1 allows 50; each costs a verification, and real chains have one to four
_NAMES = (b"arc-seal", b"arc-message-signature", b"arc-authentication-results")
_FIELD = re.compile(rb"^arc-seal[ \t]*:", re.IGNORECASE | re.MULTILINE)
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,3})[ \t\r\n]*(?:;|$)")


@dataclass(frozen=True, slots=True)
class ArcReading:
    """What a chain of trusted sealers says."""

    result: str = "none"  #: none, pass, fail, temperror
    sealers: tuple[str, ...] = ()  #: domains of the sealers that are believed, the newest first
    results: tuple[AuthResult, ...] = ()  #: what they found, the newest's first
    wanted: tuple[WantedDns, ...] = ()  #: keys without which nothing can be said
    why: str = "no chain"


@dataclass(frozen=True, slots=True)
class _Set:
    """One instance of the chain."""

    results: bytes
    signature: dict[bytes, bytes]
    seal: dict[bytes, bytes]


def arc_reading(raw: bytes, evidence: Evidence, trusted: tuple[str, ...]) -> ArcReading:
    """What trusted sealers found."""
    head = head_of(raw)
    if not trusted or not _FIELD.search(head):
        return ArcReading(why="no chain" if trusted else "no sealer is trusted")
    sets = _sets(head)
    if isinstance(sets, str):
        return ArcReading("fail", why=sets)
    if why := _unfit(sets):
        return ArcReading("fail", why=why)
    sealers = [key_named(each.seal) for each in sets]
    signer = key_named(sets[0].signature)
    if signer is None or None in sealers:
        return ArcReading("fail", why="a set names no key")
    named = [sealer for sealer in sealers if sealer is not None]
    if not (within(named[0][0], trusted) and within(signer[0], trusted)):
        return ArcReading(why="the newest sealer is not trusted")
    keys = tuple(dict.fromkeys(key for _, key in (*named, signer)))
    if wanted := tuple(key for key in keys if key.key not in evidence.dns):
        return ArcReading(wanted=wanted, why="keys are wanted")
    if any(evidence.dns[key.key].status == "failed" for key in keys):
        return ArcReading("temperror", why="a key cannot be had now")
    records = {f"{key.name}.".encode(): key_in(evidence.dns[key.key]) for key in keys}
    if not _verifies(raw, records):
        return ArcReading("fail", why="a seal or the newest signature does not verify")
    believed = next((n for n, (domain, _) in enumerate(named) if not within(domain, trusted)), len(named))
    results = tuple(result for each in sets[:believed] for result in _found(each.results))
    return ArcReading("pass", tuple(domain for domain, _ in named[:believed]), results, why="the chain is whole")


def _sets(head: bytes) -> list[_Set] | str:
    """The sets, the newest first; or why there is no chain (RFC 8617 section 5.2)."""
    try:
        fields, _ = dkim.rfc822_parse(head)
    except Exception:  # noqa: BLE001  dkimpy's reader raises several types on bytes that are no header
        return "the header cannot be read"
    found: dict[int, dict[bytes, bytes]] = {}
    for name, value in fields:
        if name.lower() not in _NAMES:
            continue
        instance = _INSTANCE.match(value) or re.search(rb";" + _INSTANCE.pattern, value)
        if instance is None:
            return "a field has no instance"
        one = found.setdefault(int(instance[1]), {})
        if name.lower() in one:
            return "an instance has a field twice"
        one[name.lower()] = value
    if len(found) > _MOST_SETS:
        return f"more than {_MOST_SETS} sets"
    if sorted(found) != list(range(1, len(found) + 1)) or any(len(one) != len(_NAMES) for one in found.values()):
        return "a set is missing or incomplete"
    seal, signature, results = _NAMES
    return [
        _Set(one[results], tags_of(one[signature]), tags_of(one[seal]))
        for _, one in sorted(found.items(), reverse=True)
    ]


def _unfit(sets: list[_Set]) -> str:
    """Why these sets can be no chain, before anything is computed; "" = they can."""
    for age, each in enumerate(sets):
        first = age == len(sets) - 1
        if each.seal.get(b"cv") != (b"none" if first else b"pass"):
            return "a seal says that the chain had failed"
        if each.seal.get(b"a") != b"rsa-sha256" or b"h" in each.seal:
            return "a seal of another kind"
    newest = sets[0].signature
    signed = [name.strip().lower() for name in newest.get(b"h", b"").split(b":")]
    if newest.get(b"a") != b"rsa-sha256" or b"l" in newest or b"from" not in signed or b"arc-seal" in signed:
        return "the newest signature does not cover From and the whole body"
    return ""


def _verifies(raw: bytes, records: dict[bytes, bytes | None]) -> bool:
    # Older message signatures need not verify (section 5.2 step 4): their keys are not given, which spares the work.
    def key(name: bytes, timeout: int = 0) -> bytes | None:
        return records.get(name.lower())

    try:
        word, _, _ = dkim.ARC(raw, logger=SILENT).verify(dnsfunc=key)
    except Exception:  # noqa: BLE001  the same border: a chain that cannot be read is none
        return False
    return bool(word == dkim.CV_Pass)


def _found(field: bytes) -> tuple[AuthResult, ...]:
    # "i=1; mx.example; spf=pass ...": behind the instance an Authentication-Results like any other (section 4.1.1)
    return parse(field.decode("utf-8", "replace").partition(";")[2]).results
