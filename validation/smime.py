"""The S/MIME signatures (RFC 8551) of a mail: of the whole or of a part, over its exact octets, and by whom.

Promise: nothing is called sound that covers only a part of what a reader sees, or whose signer's certificate names
another mailbox than the mail's From and Sender.  A mail whose signature cannot be taken apart is told as unreadable.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from validation.cms import SignerChecked
from validation.cms_signatures import Container, SignerJudged, judged, opened, told_of
from validation.codes import Code
from validation.digests import Digests
from validation.evidence import Evidence
from validation.finding import Observation
from validation.foreign import Unchecked, attempt
from validation.message import OPAQUE_PART, SIGNATURE_PART, Message, Part
from validation.protected_headers import Protected, differing, merged, protected_in
from validation.settings import ReadingCaps
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading

_ADDRESS = re.compile(r"[\w.+=&'/-]+@[\w-]+(?:\.[\w-]+)+")
_AROUND_AT = re.compile(r"\s{0,9}@\s{0,9}")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_MOST = 20  # signatures of one mail; each costs the cryptography of its signers


@dataclass(frozen=True, slots=True)
class _Claim:
    """One place of the mail that says of itself that it is signed."""

    part: Part
    container: Container | Unchecked
    content: bytes | None  #: what is signed


def signatures_of(message: Message, evidence: Evidence) -> SignatureReading:
    """Every S/MIME signature that the mail claims, in the order of the parts."""
    found: list[SignerJudged] = []
    protected: Protected | None = None
    for number, claim in enumerate(_claims(message)):
        if number == _MOST:
            found.append(_unread("mail", Unchecked(Problem.TOO_COSTLY, "more signed parts than are looked at")))
            break
        protects = protected_in(claim.content, message.headers) if claim.content and _is_whole(claim.part) else None
        judged_now = _judged(claim, message, protects)
        found += judged_now
        if protects and judged_now and all(one.sound for one in judged_now):
            protected = protects
    reading = told_of(found, evidence)
    if protected is None or not (names := differing(message.headers, protected)):
        return reading
    # Whatever stands outside may have been put there by anybody: what was signed is what is shown and judged.
    differs = Observation(Code.SIGNATURE_HEADERS_DIFFER, evidence={"headers": ", ".join(names)})
    headers = merged(message.headers, protected)
    return replace(reading, observations=(*reading.observations, differs), headers=headers)


def _claims(message: Message) -> Iterator[_Claim]:
    nodes = sorted((*message.multiparts, *message.parts), key=lambda part: (part.span[0], -part.span[1]))
    for node in nodes:
        if _inside_signed(message, node):
            continue  # a part of what is signed, whatever it is itself
        if node.content_type == "multipart/signed":
            if (claim := _clear(message, node)) is not None:
                yield claim
        elif node.content_type in OPAQUE_PART and _is_whole(node):
            # Elsewhere it is a file among others, which bears its signature itself.
            octets, _ = node.content()
            container = opened(octets)
            if container is not None:
                yield _Claim(node, container, container.content if isinstance(container, Container) else None)


def _clear(message: Message, node: Part) -> _Claim | None:
    """multipart/signed (RFC 1847): the first part's octets, signed by the second; None = another kind of signature."""
    children = _children(message, node)
    protocol = node.headers.parameterised("Content-Type", ReadingCaps()).get("protocol").lower()
    if "pgp" in protocol:
        return None
    if len(children) != 2 or children[1].content_type not in SIGNATURE_PART:
        return _Claim(node, Unchecked(Problem.UNPARSABLE, "not a signed part and its signature"), None)
    signed, signature = children
    octets, _ = signature.content()
    container = opened(octets)
    if container is None:
        return _Claim(node, Unchecked(Problem.UNPARSABLE, "the signature is a CMS of another kind"), None)
    # Whatever the container itself holds: what is signed is what the reader sees (RFC 8551 section 3.5.3.2).
    return _Claim(node, container, _BARE_LF.sub(b"\r\n", message.raw[slice(*signed.span)]))


def _children(message: Message, node: Part) -> list[Part]:
    """The parts directly below, in order."""
    start, end = node.body
    below = [
        part
        for part in (*message.multiparts, *message.parts)
        if part is not node and start <= part.span[0] and part.span[1] <= end
    ]
    inner = [part for part in below if part.content_type.startswith("multipart/")]
    direct = [
        part
        for part in below
        if not any(
            other is not part and other.body[0] <= part.span[0] and part.span[1] <= other.body[1] for other in inner
        )
    ]
    return sorted(direct, key=lambda part: part.span)


def _inside_signed(message: Message, part: Part) -> bool:
    """Is the part covered by a clear signature of the mail, so that it is a file of what is signed?"""
    return any(
        node is not part
        and node.content_type == "multipart/signed"
        and node.body[0] <= part.span[0]
        and part.span[1] <= node.body[1]
        for node in message.multiparts
    )


def _is_whole(part: Part) -> bool:
    return part.span[0] == 0 and not part.container


def _judged(claim: _Claim, message: Message, protected: Protected | None) -> tuple[SignerJudged, ...]:
    whole = _is_whole(claim.part)
    where = "mail" if whole else f"part {claim.part.path}"
    if isinstance(claim.container, Unchecked):
        return (_unread(where, claim.container),)
    if not claim.container.signers:
        return (_unread(where, Unchecked(Problem.UNPARSABLE, "nobody has signed")),)
    content = None if claim.content is None else Digests(claim.content)
    uncovered = () if whole else (Problem.PARTIAL_COVERAGE,)

    def place(signer: str) -> str:
        return where if signer == "signer 1" else f"{where}, {signer}"

    return tuple(
        replace(one, where=place(one.where), countersigns=place(one.countersigns))
        if one.countersigns
        else replace(one, where=place(one.where), more=(*uncovered, *one.more, *_mismatch(one, message, protected)))
        for one in judged(claim.container, content, Carrier.SMIME)
    )


def _unread(where: str, cause: Unchecked) -> SignerJudged:
    return SignerJudged(where, Carrier.SMIME, cause)


def _mismatch(one: SignerJudged, message: Message, protected: Protected | None) -> tuple[Problem, ...]:
    """Every author and sender must be a mailbox that the certificate names, where it names any (RFC 8550 section 3).

    A display name that reads as an address counts as one: it is what mail programs show instead.  So do the authors
    among protected header fields (RFC 9788 section 4.4).
    """
    if not isinstance(one.cryptography, SignerChecked):
        return ()
    named = attempt(one.cryptography.mailboxes)
    if isinstance(named, Unchecked) or not named:
        return ()
    boxes = [box.address for name in ("From", "Sender") for box in message.mailboxes(name)]
    shown = [
        word
        for name in ("From", "Sender")
        for field in message.headers.all(name)
        for word in _ADDRESS.findall(_as_seen(field))
    ]
    authors = any(box.address for box in message.mailboxes("From"))
    if not authors or not {word.casefold() for word in (*boxes, *shown)} <= named:
        return (Problem.FROM_MISMATCH,)
    inside = {box.address.casefold() for box in protected.headers.mailboxes("From", _MOST)} if protected else set()
    return () if inside <= named else (Problem.FROM_MISMATCH,)


def _as_seen(field: str) -> str:
    """What a reader takes it for: compatible letters are one (a wide @), and what has no width is not there."""
    shown = (letter for letter in unicodedata.normalize("NFKC", field) if unicodedata.category(letter)[0] != "C")
    return _AROUND_AT.sub("@", "".join(shown))
