"""What the cryptography of one signature says of it, whatever carries it: problems, integrity, and whether it is sound.

Promise: one rule for every carrier.  What could not be checked makes a signature neither sound nor unsound.
"""

from collections.abc import Iterable

from validation.cms import SignerChecked, Timestamp
from validation.foreign import Unchecked
from validation.signature import Integrity, Problem

Cryptography = SignerChecked | Timestamp | Unchecked

_NOT_CHECKED = frozenset(
    {Problem.CONTENT_MISSING, Problem.UNPARSABLE, Problem.UNSUPPORTED, Problem.ENCRYPTED, Problem.TOO_COSTLY}
)


def problem_of(cryptography: Cryptography) -> tuple[Problem, ...]:
    """The one problem that digest, value or time stamp have; none = they verify."""
    match cryptography:
        case SignerChecked(broken=Problem() as broken):
            return (broken,)
        case SignerChecked(timestamps=timestamps):
            broken_stamp = any(isinstance(stamp, Timestamp) and not stamp.intact for stamp in timestamps)
            return (Problem.TIMESTAMP_BROKEN,) if broken_stamp else ()
        case Timestamp(intact=intact):
            return () if intact else (Problem.DIGEST_MISMATCH,)
        case Unchecked(problem=problem):
            return (problem,)


def integrity_of(cryptography: Cryptography) -> Integrity:
    """Do digest and value verify?"""
    match cryptography:
        case SignerChecked(broken=None) | Timestamp(intact=True):
            return Integrity.INTACT
        case SignerChecked(broken=Problem.CERTIFICATE_SWAPPED) | Unchecked():
            return Integrity.UNKNOWN
        case SignerChecked() | Timestamp():
            return Integrity.BROKEN


def is_sound(problems: Iterable[Problem]) -> bool | None:
    """False if anything speaks against it, None if anything could not be checked, True else."""
    found = set(problems)
    if found - _NOT_CHECKED:
        return False
    return None if found else True
