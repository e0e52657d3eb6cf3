"""The signatures of a CMS container (RFC 5652): every signer's, over what is inside or over a file beside it.

Promise: of a container whose signers cannot be counted nothing is called sound, whatever the bytes are nothing is
raised, and a signature whose content is nowhere to be found is told as such, not as broken.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import cms, core, pem

from validation.cms import SignerChecked, Timestamp, check_signers
from validation.countersignature import countersigners_of
from validation.digests import Digests
from validation.evidence import Evidence
from validation.evidence_record import stamps_of
from validation.foreign import Unchecked, attempt
from validation.signature import Carrier, Coverage, Integrity, Problem, Signature
from validation.signature_observations import SignatureReading, observations_of
from validation.signature_trust import told
from validation.soundness import integrity_of, is_broken, is_sound, problem_of
from validation.trust import Carried, trusted_by

MOST_SIGNERS = 100


@dataclass(frozen=True, slots=True)
class Container:
    """A CMS SignedData as parsed."""

    signed: cms.SignedData
    content: bytes | None  #: what is inside; None = detached
    signers: int


@dataclass(frozen=True, slots=True)
class SignerJudged:
    """What the bytes say of one signer."""

    where: str
    carrier: Carrier
    cryptography: SignerChecked | Timestamp | Unchecked
    more: tuple[Problem, ...] = ()  #: what its carrier knows: not all that a reader sees is signed, another's name
    countersigns: str = ""  #: `where` of the signature that it signs; "" = it signs the content

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it is not sound, the most telling first."""
        return (*problem_of(self.cryptography), *self.more)

    @property
    def sound(self) -> bool | None:
        """False if anything speaks against it, None if it could not be checked, True else."""
        return is_sound(self.problems)

    @property
    def integrity(self) -> Integrity:
        """Do digest and value verify?"""
        return integrity_of(self.cryptography)

    @property
    def coverage(self) -> Coverage:
        """The whole content, unless said otherwise."""
        if isinstance(self.cryptography, Unchecked):
            return Coverage.UNKNOWN
        return Coverage.PARTIAL if Problem.PARTIAL_COVERAGE in self.more else Coverage.WHOLE

    @property
    def detail(self) -> str:
        """A cause for the log."""
        return self.cryptography.detail if isinstance(self.cryptography, Unchecked) else ""

    @property
    def claimed(self) -> datetime | None:
        """No other time than the signed one stands in a container."""
        return None


def opened(octets: bytes) -> Container | Unchecked | None:
    """The container in DER, BER or PEM; None = a CMS of another kind, which signs nothing."""
    return attempt(_opened, octets)


def _opened(octets: bytes) -> Container | None:
    if pem.detect(octets):
        _, _, octets = pem.unarmor(octets)
    info = cms.ContentInfo.load(octets)
    if info["content_type"].native != "signed_data":
        return None
    signed = info["content"]
    # All of them now: asn1crypto reads each only when it is asked for, and raises where it is none.
    return Container(signed, _inside(signed), len(tuple(signed["signer_infos"])))


def _inside(signed: cms.SignedData) -> bytes | None:
    content = signed["encap_content_info"]["content"]
    if isinstance(content, core.Void):
        return None
    # PKCS #7 1.5 lets the content be any type: its value is what is signed (RFC 5652 section 5.2.1).
    return bytes(content) if isinstance(content, core.OctetString | core.ParsableOctetString) else content.contents


def signatures_of(
    octets: bytes, evidence: Evidence, beside: Sequence[Digests] = (), meant: Digests | None = None
) -> SignatureReading:
    """Every signer of the CMS `octets`.

    Where it holds no content, that is looked for among the files `beside` it by digest, and is else the file that it is
    `meant` for by name; None = no name says so.
    """
    container = opened(octets)
    if container is None:
        return SignatureReading((), ())
    if isinstance(container, Unchecked):
        return told_of((SignerJudged("cms", Carrier.CMS, container),), evidence)
    if container.content is not None:
        content: Digests | None = Digests(container.content)
    else:
        content = _of_digest(container.signed, beside) or meant
    return told_of(judged(container, content, Carrier.CMS), evidence)


def judged(container: Container, content: Digests | None, carrier: Carrier) -> tuple[SignerJudged, ...]:
    """Every signer over `content`; None = it is not at hand."""
    many = min(container.signers, MOST_SIGNERS)
    names = [f"signer {number}" for number in range(1, many + 1)]
    if content is None:
        missing = Unchecked(Problem.CONTENT_MISSING, "detached, and no file at hand has its digest")
        return tuple(SignerJudged(name, carrier, missing) for name in names)
    if container.signers > MOST_SIGNERS:
        costly = Unchecked(Problem.TOO_COSTLY, "more signers than are looked at")
        return tuple(SignerJudged(name, carrier, costly) for name in names)
    checked = check_signers(container.signed, content)
    found: list[SignerJudged] = []
    for name, one, info in zip(names, checked, container.signed["signer_infos"], strict=True):
        archive = tuple(Problem.TIMESTAMP_BROKEN for stamp in stamps_of(info) if is_broken(stamp))[:1]
        found.append(SignerJudged(name, carrier, one, archive))
        found += [
            SignerJudged(f"{name}, counter-signature {each.number}", carrier, each.cryptography, countersigns=name)
            for each in countersigners_of(container.signed, info)
        ]
    return tuple(found)


def told_of(found: Sequence[SignerJudged], evidence: Evidence) -> SignatureReading:
    """With trust, revocation and time."""

    trusted = trusted_by(evidence.trust).for_file(evidence.fetched)

    async def all_told() -> tuple[Signature, ...]:
        signatures = [await told(one, trusted, Carried(), evidence) for one in found]
        pairs = zip(signatures, found, strict=True)
        return tuple(replace(signature, countersigns=one.countersigns) for signature, one in pairs)

    signatures = asyncio.run(all_told()) if found else ()
    return SignatureReading(signatures, observations_of(signatures, ((),) * len(signatures)), trusted.wanted)


def _of_digest(signed: cms.SignedData, beside: Sequence[Digests]) -> Digests | None:
    """The file whose digest the signers name (RFC 5652 section 11.2)."""
    named = attempt(_named_digests, signed)
    if isinstance(named, Unchecked):
        return None
    for content in beside:
        for name, value in named:
            if attempt(content, name) == value:
                return content
    return None


def _named_digests(signed: cms.SignedData) -> list[tuple[str, bytes]]:
    return [
        (str(signer["digest_algorithm"]["algorithm"].native), value.native)
        for signer in list(signed["signer_infos"])[:MOST_SIGNERS]
        for attribute in (signer["signed_attrs"] or ())
        if attribute["type"].native == "message_digest"
        for value in attribute["values"]
    ]
