"""What the cryptography of one signature says of it, whatever carries it: problems, integrity, and whether it is sound.

Promise: one rule for every carrier.  What could not be checked makes a signature neither sound nor unsound.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import keys

from validation.cms import SignerChecked, Timestamp
from validation.foreign import Unchecked
from validation.signature import Integrity, Problem


@dataclass(frozen=True, slots=True)
class KeyChecked:
    """A signature under a bare key: it verifies or not, and nobody says whose key it is."""

    key: keys.PublicKeyInfo
    broken: Problem | None  #: DIGEST_MISMATCH or VALUE_MISMATCH
    digest: str  #: the digest's name


Cryptography = SignerChecked | Timestamp | KeyChecked | Unchecked

_NOT_CHECKED = frozenset(
    {Problem.CONTENT_MISSING, Problem.UNPARSABLE, Problem.UNSUPPORTED, Problem.ENCRYPTED, Problem.TOO_COSTLY}
)


def is_broken(stamp: Timestamp | Unchecked) -> bool:
    """Does a time stamp speak of other bytes, or not verify?  One that could not be read says nothing."""
    return isinstance(stamp, Timestamp) and not stamp.intact


def problem_of(cryptography: Cryptography) -> tuple[Problem, ...]:
    """The one problem that digest, value or time stamp have; none = they verify."""
    match cryptography:
        case SignerChecked(broken=Problem() as broken) | KeyChecked(broken=Problem() as broken):
            return (broken,)
        case KeyChecked():
            return ()
        case SignerChecked(timestamps=timestamps):
            return (Problem.TIMESTAMP_BROKEN,) if any(map(is_broken, timestamps)) else ()
        case Timestamp(intact=intact):
            return () if intact else (Problem.DIGEST_MISMATCH,)
        case Unchecked(problem=problem):
            return (problem,)


def integrity_of(cryptography: Cryptography) -> Integrity:
    """Do digest and value verify?"""
    match cryptography:
        case SignerChecked(broken=None) | KeyChecked(broken=None) | Timestamp(intact=True):
            return Integrity.INTACT
        case SignerChecked(broken=Problem.CERTIFICATE_SWAPPED) | Unchecked():
            return Integrity.UNKNOWN
        case SignerChecked() | KeyChecked() | Timestamp():
            return Integrity.BROKEN


def is_sound(problems: Iterable[Problem]) -> bool | None:
    """False if anything speaks against it, None if anything could not be checked, True else."""
    found = set(problems)
    if found - _NOT_CHECKED:
        return False
    return None if found else True
