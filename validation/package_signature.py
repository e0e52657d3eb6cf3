"""One signature of a package (OOXML, ODF, ASiC): what its bytes say, which parts it covers, and how it is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from validation.cms import SignerChecked, Timestamp
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.signature import Carrier, Coverage, Integrity, Problem, Signature
from validation.signature_observations import SignatureReading, observations_of
from validation.signature_trust import proven, told
from validation.soundness import Cryptography, integrity_of, is_sound, problem_of
from validation.trust import Carried, Trusted, trusted_by

MOST_SIGNATURES = 100  #: of one package that are judged


@dataclass(frozen=True, slots=True)
class PackageSignature:
    """What the bytes say of one signature."""

    where: str  #: the part that holds it, and which of several it is
    carrier: Carrier
    cryptography: Cryptography
    part: str  #: the part that holds it
    covered: frozenset[str] = frozenset()  #: parts that are as they were signed
    more: tuple[Problem, ...] = ()  #: what the package knows: parts changed, left out, two readings of it
    covers: tuple[str, ...] = ()  #: by name, where that is not the whole
    left_out: tuple[str, ...] = ()  #: as `Signature.left_out`
    cause: str = ""  #: for the log: no names
    countersigns: str = ""  #: `where` of the signature that it signs; "" = it signs parts of the package

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it is not sound, the most telling first."""
        return tuple(dict.fromkeys((*problem_of(self.cryptography), *self.more)))

    @property
    def sound(self) -> bool | None:
        """False if anything speaks against it, None if it could not be checked, True else."""
        return is_sound(self.problems)

    @property
    def integrity(self) -> Integrity:
        """Do digests and value verify?"""
        if Problem.DIGEST_MISMATCH in self.more and not isinstance(self.cryptography, Unchecked):
            return Integrity.BROKEN
        return integrity_of(self.cryptography)

    @property
    def coverage(self) -> Coverage:
        """The whole package, unless said otherwise."""
        if isinstance(self.cryptography, Unchecked):
            return Coverage.UNKNOWN
        return Coverage.PARTIAL if self.covers or self.left_out else Coverage.WHOLE

    @property
    def detail(self) -> str:
        """Causes for the log."""
        unchecked = self.cryptography.detail if isinstance(self.cryptography, Unchecked) else ""
        return "; ".join(part for part in (unchecked, self.cause) if part)

    @property
    def claimed(self) -> datetime | None:
        """The signer's own word of the time."""
        return self.cryptography.claimed if isinstance(self.cryptography, SignerChecked) else None


def unread(carrier: Carrier, part: str, why: Unchecked) -> PackageSignature:
    """A claim that cannot be checked."""
    return PackageSignature(part, carrier, why, part)


def told_of(found: Sequence[PackageSignature], evidence: Evidence) -> SignatureReading:
    """With trust, revocation and time; what a sound time stamp in the package covers is proven to be older."""
    trusted = trusted_by(evidence.trust).for_file(evidence.fetched)
    signatures = asyncio.run(_all_told(found, trusted, evidence)) if found else ()
    return SignatureReading(signatures, observations_of(signatures, ((),) * len(signatures)), trusted.wanted)


async def _all_told(found: Sequence[PackageSignature], trusted: Trusted, evidence: Evidence) -> tuple[Signature, ...]:
    proofs = [
        (one.covered, moment)
        for one in found
        if isinstance(one.cryptography, Timestamp) and one.sound
        if (moment := await proven(one.cryptography, trusted, Carried(), evidence)) is not None
    ]
    signatures = []
    for one in found:
        covering = [moment for covered, moment in proofs if one.part in covered]
        signature = await told(one, trusted, Carried(), evidence, covering)
        named = replace(signature, covers=one.covers, left_out=one.left_out, countersigns=one.countersigns)
        signatures.append(named)
    return tuple(signatures)
