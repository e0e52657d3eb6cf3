"""One PDF signature judged by its bytes alone: the guard, what came after, and the cryptography, in that order.

Trust, revocation and time are asked elsewhere (`trust`): `sound` is independent of them.
"""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from validation.cms import Digest, SignerChecked, Timestamp, check_signers, check_timestamp
from validation.foreign import Unchecked, attempt
from validation.pdf_changes import Changes, Forbidden, Permitted, Unchanged, changes_after
from validation.pdf_embedded import Embedded, contents_of, embedded
from validation.pdf_guard import Guarded, Refused, guard
from validation.pdf_reading import Field, Opened
from validation.pdf_rsa import check_rsa
from validation.signature import Carrier, Coverage, Integrity, Problem
from validation.soundness import integrity_of, is_sound, problem_of

TIMESTAMP = "/ETSI.RFC3161"
ENVELOPED_SHA1 = "/adbe.pkcs7.sha1"
BARE_RSA = "/adbe.x509.rsa_sha1"
SUPPORTED = frozenset(
    {"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES", ENVELOPED_SHA1, BARE_RSA, TIMESTAMP}
)
_MOST_SIGNERS = 10  # ISO 32000-2 section 12.8.3.3.1 allows one; a few programs write several


@dataclass(frozen=True, slots=True)
class Judged:
    """What the bytes say of one signature field."""

    where: str  #: the field's name
    carrier: Carrier
    revision: int  #: the revision that the signature signs; -1 = unknown
    end: int  #: the end of the signed range; 0 = unknown
    guarded: Guarded | Refused | Unchecked
    changes: Changes | Unchecked
    cryptography: SignerChecked | Timestamp | Unchecked
    claimed: datetime | None = None  #: /M, the time that the signer's program wrote

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it is not sound, the most telling first."""
        found: list[Problem] = []
        if isinstance(self.guarded, Refused | Unchecked):
            found.append(self.guarded.problem)
        found += problem_of(self.cryptography)
        if isinstance(self.changes, Forbidden | Unchecked):
            found.append(self.changes.problem)
        return tuple(dict.fromkeys(found))

    @property
    def sound(self) -> bool | None:
        """False if anything speaks against it, None if anything could not be checked, True else."""
        return is_sound(self.problems)

    @property
    def integrity(self) -> Integrity:
        """Do digest and value verify?"""
        return integrity_of(self.cryptography)

    @property
    def coverage(self) -> Coverage:
        """How much of the file the signature accounts for."""
        if isinstance(self.guarded, Refused):
            return Coverage.UNKNOWN if self.guarded.sound is None else Coverage.PARTIAL
        if isinstance(self.guarded, Unchecked):
            return Coverage.UNKNOWN
        match self.changes:
            case Unchanged():
                return Coverage.WHOLE
            case Permitted():
                return Coverage.THEN_PERMITTED_CHANGES
            case Forbidden():
                return Coverage.PARTIAL
            case Unchecked():
                return Coverage.UNKNOWN

    @property
    def detail(self) -> str:
        """Causes for the log and the explanation."""
        causes = [
            step.detail
            for step in (self.guarded, self.cryptography, self.changes)
            if isinstance(step, Refused | Unchecked | Forbidden) and step.detail
        ]
        return "; ".join(dict.fromkeys(causes))


def unjudged(where: str, cause: Unchecked, carrier: Carrier = Carrier.PDF) -> Judged:
    """Something that claims to be a signature and could not be looked at."""
    return Judged(where, carrier, -1, 0, cause, cause, cause)


def judge(opened: Opened, field: Field, *, number_stamp: bool = False) -> Judged:
    """Judge one field of an opened file; `number_stamp` as in `changes_after`."""
    carrier = Carrier.TIMESTAMP if field.sub_filter == TIMESTAMP else Carrier.PDF
    if field.sub_filter not in SUPPORTED:
        return unjudged(field.name, Unchecked(Problem.UNSUPPORTED, "SubFilter is not supported"))
    guarded = attempt(_guard, opened, field)
    if isinstance(guarded, Unchecked) or (isinstance(guarded, Refused) and guarded.sound is None):
        # Without a range there is no digest to compute: nothing more can be said.
        cause = guarded if isinstance(guarded, Unchecked) else Unchecked(guarded.problem, guarded.detail)
        return unjudged(field.name, cause, carrier)
    signature = attempt(_embedded, opened, field)
    if isinstance(signature, Unchecked):
        return Judged(field.name, carrier, -1, _end(guarded), guarded, signature, signature)
    changes: Changes | Unchecked
    if isinstance(guarded, Refused):
        changes = Forbidden(guarded.problem, guarded.detail)
    else:
        changes = attempt(changes_after, opened, signature, number_stamp=number_stamp)
    written = attempt(lambda: signature.written)
    return Judged(
        where=field.name,
        carrier=carrier,
        revision=signature.signed_revision,
        end=_end(guarded),
        guarded=guarded,
        changes=changes,
        cryptography=attempt(_verify, signature, field.sub_filter),
        claimed=None if isinstance(written, Unchecked) else written,
    )


def _embedded(opened: Opened, field: Field) -> Embedded:
    return embedded(opened.reader, field.holder, field.reference)


def _end(guarded: Guarded | Refused) -> int:
    return guarded.end if isinstance(guarded, Guarded) else 0


def _guard(opened: Opened, field: Field) -> Guarded | Refused:
    byte_range = field.dictionary["/ByteRange"]
    return guard(opened.content, list(byte_range), contents_of(field.dictionary), opened.sections)


def _verify(signature: Embedded, sub_filter: str) -> SignerChecked | Timestamp | Unchecked:
    if sub_filter == BARE_RSA:
        return check_rsa(signature, signature.compute_digest)
    container = signature.container
    if sub_filter == TIMESTAMP:
        return check_timestamp(container, signature.compute_digest)
    if len(container["signer_infos"]) > _MOST_SIGNERS:
        return Unchecked(Problem.TOO_COSTLY, "more signers than are looked at")
    return _worst(check_signers(container, _digest(signature, container, sub_filter)))


def _worst(checked: tuple[SignerChecked | Unchecked, ...]) -> SignerChecked | Unchecked:
    """Several signers of one container: all of them must be good, and the first is the one who is named."""
    if not checked:
        return Unchecked(Problem.UNPARSABLE, "nobody has signed")
    return min(checked, key=lambda one: {False: 0, None: 1, True: 2}[is_sound(problem_of(one))])


def _digest(signature: Embedded, container: cms.SignedData, sub_filter: str) -> Digest:
    if sub_filter != ENVELOPED_SHA1:
        # Content of its own, which some programs put there, is nobody's: the range is what must have been signed.
        return signature.compute_digest
    # ISO 32000-1 section 12.8.3.3.1: the container signs the SHA-1 digest of the range, which it carries.
    carried = bytes(container["encap_content_info"]["content"])
    matches = carried == signature.compute_digest("sha1")

    def of_carried(name: str) -> bytes:
        if not matches:
            return b""  # no digest at all: equal to none that was signed
        state = hashes.Hash(get_pyca_cryptography_hash(name))
        state.update(carried)
        return state.finalize()

    return of_carried
