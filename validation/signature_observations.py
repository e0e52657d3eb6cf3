"""What is to be told of a file's signatures: one observation per signature and fact, unweighed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validation.codes import Code
from validation.evidence import WantedHttp
from validation.finding import Observation
from validation.headers import Headers
from validation.signature import Coverage, Problem, Revocation, Signature, Trust

#: Changes after signing that a reader of the document sees.
_VISIBLE = frozenset({"form-fill", "annotation", "number-stamp"})
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class SignatureReading:
    """What a file's signatures are, and what is to be told of them."""

    signatures: tuple[Signature, ...]
    observations: tuple[Observation, ...]
    wanted: tuple[WantedHttp, ...] = ()  #: what would lead further
    headers: Headers | None = None  #: of a mail whose signed header fields are not those that it shows: what counts


def observations_of(signatures: Sequence[Signature], changes: Sequence[tuple[str, ...]]) -> tuple[Observation, ...]:
    """The observations of all `signatures`; `changes` names, for each, what followed it and was permitted."""
    return tuple(
        observation
        for signature, kinds in zip(signatures, changes, strict=True)
        for observation in _of(signature, kinds)
    )


def _of(signature: Signature, kinds: tuple[str, ...]) -> Iterator[Observation]:
    facts = {"field": signature.where}
    if signature.signer.name:
        facts |= {"signer": signature.signer.name, "issuer": signature.signer.issuer}
    if signature.sound is False:
        missed = {"parts": _listed(signature.left_out)} if signature.left_out else {}
        yield Observation(Code.SIGNATURE_UNSOUND, evidence=facts | {"problem": signature.reason} | missed)
    elif signature.sound is None:
        why = {"problem": signature.reason, "detail": signature.detail}
        yield Observation(Code.SIGNATURE_UNREADABLE, evidence=facts | why)
    elif signature.coverage is Coverage.PARTIAL:
        named = {"parts": _listed(signature.covers)} if signature.covers else {"besides": _listed(signature.left_out)}
        yield Observation(Code.SIGNATURE_PARTIAL, evidence=facts | named)
    if signature.trust is Trust.UNTRUSTED:
        yield Observation(Code.SIGNATURE_UNTRUSTED, evidence=facts)
    if signature.revocation is Revocation.REVOKED:
        yield Observation(Code.SIGNATURE_REVOKED, evidence=facts)
    elif signature.revocation is Revocation.UNKNOWN:
        yield Observation(Code.SIGNATURE_REVOCATION_UNKNOWN, evidence=facts)
    for problem in (Problem.EXPIRED, Problem.NOT_YET_VALID):
        if problem in signature.problems:
            yield Observation(Code.SIGNATURE_EXPIRED, evidence=facts | {"problem": problem.value})
    if Problem.WEAK_ALGORITHM in signature.problems:
        yield Observation(Code.SIGNATURE_WEAK, evidence=facts | {"algorithm": signature.algorithm})
    if kinds and signature.sound:
        seen = _VISIBLE & set(kinds)
        code = Code.SIGNATURE_CHANGED_VISIBLY if seen else Code.SIGNATURE_CHANGED_PERMITTED
        yield Observation(code, evidence=facts | {"change": ", ".join(kinds)})
    if signature.signed_at is not None and signature.signed_at_source == "claimed":
        claimed = {"signed_at": signature.signed_at.isoformat()}
        yield Observation(Code.SIGNATURE_TIME_CLAIMED, evidence=facts | claimed)
        if signature.shifted_time:
            yield Observation(Code.SIGNATURE_TIME_SHIFTED, evidence=facts | claimed)
    if signature.countersigns and signature.sound:
        yield Observation(Code.SIGNATURE_COUNTERSIGNED, evidence=facts | {"by": signature.signer.name})


def _listed(names: Sequence[str]) -> str:
    """Few enough to be read."""
    return ", ".join(names[:_MOST_NAMED]) + (f", … ({len(names)})" if len(names) > _MOST_NAMED else "")
