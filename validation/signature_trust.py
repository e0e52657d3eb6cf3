"""From a signature judged by its bytes to one that is told: trust, revocation and time, from the evidence alone.

The question is put at the best proof of time: a time stamp that is itself sound and trusted, else the arrival of the
mail, else the moment of the evidence.  A claimed time is told and never used.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from validation.certificate import (
    algorithm_of,
    algorithm_of_key,
    is_weak,
    is_weak_key,
    may_sign,
    may_stamp_time,
    signer_of,
)
from validation.claimed_time import CLOCKS, claimed_time
from validation.cms import SignerChecked, Timestamp
from validation.evidence import Evidence
from validation.foreign import Unchecked, attempt
from validation.relied import alone
from validation.signature import Carrier, Coverage, Integrity, Problem, Revocation, Signature, Trust
from validation.soundness import Cryptography, KeyChecked
from validation.trust import Carried, Standing, Trusted


class Judged(Protocol):
    """What the bytes say of one signature, whatever carries it."""

    @property
    def where(self) -> str:
        """The field's name, the signer's number..."""

    @property
    def carrier(self) -> Carrier:
        """What carries it."""

    @property
    def sound(self) -> bool | None:
        """As `Signature.sound`."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it is not sound."""

    @property
    def integrity(self) -> Integrity:
        """Do digest and value verify?"""

    @property
    def coverage(self) -> Coverage:
        """How much it accounts for."""

    @property
    def detail(self) -> str:
        """Causes for the log."""

    @property
    def cryptography(self) -> Cryptography:
        """What trust is asked of."""

    @property
    def claimed(self) -> datetime | None:
        """The time that stands beside the signature, the signer's own word too."""


async def proven(stamp: Timestamp, trusted: Trusted, carried: Carried, evidence: Evidence) -> datetime | None:
    """The moment that a time stamp proves: sound, by a trusted authority of time, and not in the future."""
    if not stamp.intact or stamp.moment > evidence.moment + CLOCKS or not may_stamp_time(stamp.certificate):
        return None
    standing = await _of_stamp(stamp, trusted, carried)
    if standing.trust is not Trust.TRUSTED or standing.validity is not None:
        return None
    return None if standing.revocation is Revocation.REVOKED else stamp.moment


async def told(
    one: Judged, trusted: Trusted, carried: Carried, evidence: Evidence, covering: Sequence[datetime] = ()
) -> Signature:
    """`one` with trust, revocation and time; `covering` = proven times of other time stamps over it."""
    signature = Signature(
        carrier=one.carrier,
        where=one.where,
        sound=one.sound,
        problems=one.problems,
        integrity=one.integrity,
        coverage=one.coverage,
        detail=one.detail,
    )
    match one.cryptography:
        case Unchecked():
            return signature
        case KeyChecked() as bare:
            return _under_bare_key(signature, bare)
        case Timestamp() as stamp:
            signature = replace(
                signature, signed_at=stamp.moment, signed_at_source="timestamp", judged_for=stamp.moment
            )
            return _completed(signature, stamp, await _of_stamp(stamp, trusted, carried))
        case SignerChecked() as signer:
            stamps = [stamp for stamp in signer.timestamps if isinstance(stamp, Timestamp)]
            proofs = [await proven(stamp, trusted, carried, evidence) for stamp in stamps]
            times = [*covering, *(proof for proof in proofs if proof is not None)]
            if times:
                signature = replace(signature, signed_at=min(times), signed_at_source="timestamp")
            elif claimed := claimed_time(signer.claimed, one.claimed, evidence.moment):
                signature = replace(
                    signature, signed_at=claimed.moment, signed_at_source="claimed", shifted_time=claimed.shifted
                )
            helped = carried.and_more(signer.certificates, signer.crls, signer.ocsps)
            at = min((*times, evidence.proof))
            told_of = _completed(
                replace(signature, judged_for=at), signer, await trusted.standing(signer.certificate, helped, at)
            )
            for stamp in (stamp for stamp, proof in zip(stamps, proofs, strict=True) if proof is not None):
                by_stamp = (await _of_stamp(stamp, trusted, carried)).relied_on
                told_of = replace(told_of, relied_on=tuple(dict.fromkeys((*told_of.relied_on, *by_stamp))))
            return told_of


def _under_bare_key(signature: Signature, bare: KeyChecked) -> Signature:
    """Nobody says whose key it is, so nobody can be trusted."""
    weak = attempt(is_weak_key, bare.key, bare.digest) is True
    algorithm = attempt(algorithm_of_key, bare.key, bare.digest)
    return replace(
        signature,
        problems=(*signature.problems, *((Problem.WEAK_ALGORITHM,) if weak else ())),
        trust=Trust.UNTRUSTED,
        algorithm="" if isinstance(algorithm, Unchecked) else algorithm,
        detail="; ".join(part for part in (signature.detail, "a bare key, no certificate") if part),
    )


async def _of_stamp(stamp: Timestamp, trusted: Trusted, carried: Carried) -> Standing:
    """What the trust store says of the stamp's authority at the moment that it shows."""
    return await trusted.standing(stamp.certificate, carried.and_more(stamp.certificates), stamp.moment)


def _completed(signature: Signature, signer: SignerChecked | Timestamp, standing: Standing) -> Signature:
    """The signature with its signer and the trust store's two answers; `sound` stays as it is."""
    certificate = signer.certificate
    more = [] if standing.validity is None else [standing.validity]
    if attempt(is_weak, certificate, signer.digest) is True:
        more.append(Problem.WEAK_ALGORITHM)
    algorithm = attempt(algorithm_of, certificate, signer.digest)
    trust, revocation, detail = standing.trust, standing.revocation, standing.detail
    suits = may_stamp_time if isinstance(signer, Timestamp) else may_sign
    if trust is Trust.TRUSTED and attempt(suits, certificate) is not True:
        # A path exists, but not for this use of the key (Circular 22/2020 Art. 7: purpose of the certificate).
        trust, revocation, detail = Trust.UNTRUSTED, Revocation.NOT_CHECKED, "key usage"
    return replace(
        signature,
        problems=(*signature.problems, *more),
        trust=trust,
        anchor_list=standing.anchor_list if trust is Trust.TRUSTED else "",
        revocation=revocation,
        relied_on=standing.relied_on or alone(certificate),
        signer=signer_of(certificate),
        algorithm="" if isinstance(algorithm, Unchecked) else algorithm,
        detail="; ".join(part for part in (signature.detail, detail) if part),
    )
