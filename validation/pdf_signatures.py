"""The signatures of a PDF: every one that the file claims to have, each with its four answers.

Integrity and coverage come from the bytes (`pdf_judgement`), trust and revocation from the evidence
(`trust`), at the best proof of time: a time stamp that is itself sound and trusted, else the moment of the
evidence. A claimed time is told and never used.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from validation.certificate import algorithm_of, is_weak, may_sign, may_stamp_time, signer_of
from validation.cms import SignerChecked, Timestamp
from validation.evidence import Evidence
from validation.finding import Observation
from validation.foreign import Unchecked, attempt
from validation.pdf_changes import Permitted
from validation.pdf_judgement import Judged, judge, unjudged
from validation.pdf_reading import Field, Opened, claims_signature, open_pdf
from validation.signature import Problem, Revocation, Signature, Trust
from validation.signature_observations import observations_of
from validation.trust import Carried, Standing, Trusted, trusted_by


@dataclass(frozen=True, slots=True)
class SignatureReading:
    """What a file's signatures are, and what is to be told of them."""

    signatures: tuple[Signature, ...]
    observations: tuple[Observation, ...]


def signatures_of(content: bytes, evidence: Evidence) -> SignatureReading:
    """Every signature of the PDF `content`, in the order of signing.  Never raises for any bytes."""
    judged, carried, leniently = _judge(content)
    if not judged:
        return SignatureReading((), ())
    signatures = asyncio.run(_with_trust(judged, carried, evidence, leniently=leniently))
    changes = tuple(one.changes.kinds if isinstance(one.changes, Permitted) else () for one in judged)
    return SignatureReading(signatures, observations_of(signatures, changes))


def _judge(content: bytes) -> tuple[tuple[Judged, ...], Carried, bool]:
    """Strictly, and leniently where that leaves something unchecked."""
    strict = open_pdf(content, leniently=False)
    if not isinstance(strict, Unchecked):
        judged = _judge_fields(strict)
        if all(one.sound is not None for one in judged):
            return judged, strict.carried, False
    lenient = open_pdf(content, leniently=True)
    if not isinstance(lenient, Unchecked):
        return _judge_fields(lenient), lenient.carried, True
    if not isinstance(strict, Unchecked):
        return _judge_fields(strict), strict.carried, False
    # Neither reading opens it.  What claims to be signed is told as unreadable, never as unsigned.
    return (unjudged("", strict),) if claims_signature(content) else (), Carried(), False


def _judge_fields(opened: Opened) -> tuple[Judged, ...]:
    judged = [judge(opened, field) if isinstance(field, Field) else unjudged("", field) for field in opened.fields]
    stray = Unchecked(Problem.UNPARSABLE, "a ByteRange that no signature field owns")
    judged += [unjudged(f"@{offset}", stray) for offset in opened.strays]
    return tuple(sorted(judged, key=lambda one: (one.end == 0, one.end)))


async def _with_trust(
    judged: tuple[Judged, ...], carried: Carried, evidence: Evidence, *, leniently: bool
) -> tuple[Signature, ...]:
    trusted = trusted_by(evidence.trust).for_file()
    document_times: list[tuple[int, datetime]] = []
    for one in judged:
        if isinstance(one.cryptography, Timestamp) and one.sound:
            moment = await _proven(one.cryptography, trusted, carried, evidence)
            if moment is not None:
                document_times.append((one.end, moment))
    signatures = []
    for one in judged:
        covering = [moment for end, moment in document_times if one.end and end > one.end]
        signatures.append(await _signature(one, trusted, carried, evidence, covering))
    if not leniently:
        return tuple(signatures)
    return tuple(replace(one, problems=(*one.problems, Problem.READ_LENIENTLY)) for one in signatures)


async def _proven(stamp: Timestamp, trusted: Trusted, carried: Carried, evidence: Evidence) -> datetime | None:
    """The moment that a time stamp proves: sound, by a trusted authority of time, and not in the future."""
    if not stamp.intact or stamp.moment > evidence.moment or not may_stamp_time(stamp.certificate):
        return None
    helped = carried.and_more(stamp.certificates)
    standing = await trusted.standing(stamp.certificate, helped, stamp.moment)
    if standing.trust is not Trust.TRUSTED or standing.validity is not None:
        return None
    return None if standing.revocation is Revocation.REVOKED else stamp.moment


async def _signature(
    one: Judged, trusted: Trusted, carried: Carried, evidence: Evidence, covering: list[datetime]
) -> Signature:
    """`one` with trust, revocation and time; `covering` = proven times of document time stamps over it."""
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
        case Timestamp() as stamp:
            signature = replace(signature, signed_at=stamp.moment, signed_at_source="timestamp")
            helped = carried.and_more(stamp.certificates)
            standing = await trusted.standing(stamp.certificate, helped, stamp.moment)
            return _completed(signature, stamp, standing)
        case SignerChecked() as signer:
            proofs = [
                await _proven(stamp, trusted, carried, evidence)
                for stamp in signer.timestamps
                if isinstance(stamp, Timestamp)
            ]
            times = [*covering, *(proof for proof in proofs if proof is not None)]
            if times:
                signature = replace(signature, signed_at=min(times), signed_at_source="timestamp")
            elif claimed := signer.claimed or one.claimed:
                signature = replace(signature, signed_at=claimed, signed_at_source="claimed")
            helped = carried.and_more(signer.certificates, signer.crls, signer.ocsps)
            at = min(times, default=evidence.moment)
            return _completed(signature, signer, await trusted.standing(signer.certificate, helped, at))


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
        signer=signer_of(certificate),
        algorithm="" if isinstance(algorithm, Unchecked) else algorithm,
        detail="; ".join(part for part in (signature.detail, detail) if part),
    )
