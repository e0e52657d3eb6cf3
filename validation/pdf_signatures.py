"""The signatures of a PDF: every one that the file claims to have, each with its four answers.

Integrity and coverage come from the bytes (`pdf_judgement`), trust and revocation from the evidence
(`trust`), at the best proof of time: a time stamp that is itself sound and trusted, else the moment of the
evidence. A claimed time is told and never used.
"""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime

from validation.cms import Timestamp
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.pdf_changes import Permitted
from validation.pdf_judgement import Judged, judge, unjudged
from validation.pdf_reading import Field, Opened, claims_signature, open_pdf
from validation.remembered import Remembered
from validation.signature import Problem, Signature
from validation.signature_observations import SignatureReading, observations_of
from validation.signature_trust import proven, told
from validation.trust import Carried, Trusted, trusted_by

#: What the bytes alone say: the signatures, what the file carries to help, and whether it was read leniently.
BytesSay = tuple[tuple[Judged, ...], Carried, bool]

_LARGEST = 8_000_000  #: octets of a file whose answers are kept
_READINGS: Remembered[SignatureReading] = Remembered(64)  #: by the file's digest and the evidence
_JUDGED: Remembered[BytesSay] = Remembered(
    16
)  #: by the file's digest alone: new evidence leaves the bytes as they were


def signatures_of(content: bytes, evidence: Evidence, *, number_stamp: bool = False) -> SignatureReading:
    """Every signature of the PDF `content`, in the order of signing.  Never raises for any bytes.

    `number_stamp` = the clerk may put number and date on the page between two signatures.
    """
    if len(content) > _LARGEST:
        return _told(_judge(content, number_stamp), evidence)
    digest = hashlib.sha256(content).digest(), number_stamp
    fetched = frozenset(evidence.fetched.items())
    known = digest, evidence.moment, evidence.proof, evidence.trust, fetched, evidence.offline
    return _READINGS.get(known, lambda: _told(_JUDGED.get(digest, lambda: _judge(content, number_stamp)), evidence))


def _told(bytes_say: BytesSay, evidence: Evidence) -> SignatureReading:
    judged, carried, leniently = bytes_say
    if not judged:
        return SignatureReading((), ())
    trusted = trusted_by(evidence.trust).for_file(evidence.fetched)
    signatures = asyncio.run(_with_trust(judged, carried, evidence, trusted, leniently=leniently))
    changes = tuple(one.changes.kinds if isinstance(one.changes, Permitted) else () for one in judged)
    return SignatureReading(signatures, observations_of(signatures, changes), trusted.wanted)


def _judge(content: bytes, number_stamp: bool) -> BytesSay:
    """Strictly, and leniently where that leaves something unchecked."""
    strict = open_pdf(content, leniently=False)
    if not isinstance(strict, Unchecked):
        judged = _judge_fields(strict, number_stamp)
        if all(one.sound is not None for one in judged):
            return judged, strict.carried, False
    lenient = open_pdf(content, leniently=True)
    if not isinstance(lenient, Unchecked):
        return _judge_fields(lenient, number_stamp), lenient.carried, True
    if not isinstance(strict, Unchecked):
        return _judge_fields(strict, number_stamp), strict.carried, False
    # Neither reading opens it.  What claims to be signed is told as unreadable, never as unsigned.
    return (unjudged("", strict),) if claims_signature(content) else (), Carried(), False


def _judge_fields(opened: Opened, number_stamp: bool) -> tuple[Judged, ...]:
    judged = [
        judge(opened, field, number_stamp=number_stamp) if isinstance(field, Field) else unjudged("", field)
        for field in opened.fields
    ]
    stray = Unchecked(Problem.UNPARSABLE, "a ByteRange that no signature field owns")
    judged += [unjudged(f"@{offset}", stray) for offset in opened.strays]
    return tuple(sorted(judged, key=lambda one: (one.end == 0, one.end)))


async def _with_trust(
    judged: tuple[Judged, ...], carried: Carried, evidence: Evidence, trusted: Trusted, *, leniently: bool
) -> tuple[Signature, ...]:
    document_times: list[tuple[int, datetime]] = []
    for one in judged:
        if isinstance(one.cryptography, Timestamp) and one.sound:
            moment = await proven(one.cryptography, trusted, carried, evidence)
            if moment is not None:
                document_times.append((one.end, moment))
    signatures = []
    for one in judged:
        covering = [moment for end, moment in document_times if one.end and end > one.end]
        signatures.append(await told(one, trusted, carried, evidence, covering))
    if not leniently:
        return tuple(signatures)
    return tuple(replace(one, problems=(*one.problems, Problem.READ_LENIENTLY)) for one in signatures)
