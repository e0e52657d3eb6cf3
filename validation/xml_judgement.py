"""One signature of an XML file judged by its bytes alone: cryptography, and how much of the file it accounts for."""

from dataclasses import dataclass
from datetime import datetime

from validation.foreign import Unchecked
from validation.signature import Carrier, Coverage, Integrity, Problem
from validation.soundness import Cryptography, integrity_of, is_sound, problem_of
from validation.xml_coverage import Extent


@dataclass(frozen=True, slots=True)
class XmlJudged:
    """What the bytes say of one signature."""

    where: str  #: the party that signs, its Id, or which of several it is
    cryptography: Cryptography
    extent: Extent | Unchecked
    countersigns: str = ""  #: `where` of the signature that it signs; "" = it signs the content
    carrier: Carrier = Carrier.XML

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it is not sound, the most telling first."""
        found = [*problem_of(self.cryptography)]
        if isinstance(self.extent, Unchecked):
            found.append(self.extent.problem)
        elif not self.extent.explained and not isinstance(self.cryptography, Unchecked):
            found.append(Problem.PARTIAL_COVERAGE)
        return tuple(dict.fromkeys(found))

    @property
    def sound(self) -> bool | None:
        """False if anything speaks against it, None if it could not be checked, True else."""
        return is_sound(self.problems)

    @property
    def integrity(self) -> Integrity:
        """Do digests and value verify?"""
        return integrity_of(self.cryptography)

    @property
    def coverage(self) -> Coverage:
        """How much of the file the signature accounts for."""
        if isinstance(self.cryptography, Unchecked) or isinstance(self.extent, Unchecked):
            return Coverage.UNKNOWN
        return self.extent.coverage

    @property
    def detail(self) -> str:
        """Causes for the log."""
        causes = [step.detail for step in (self.cryptography, self.extent) if isinstance(step, Unchecked)]
        return "; ".join(dict.fromkeys(causes))

    @property
    def claimed(self) -> datetime | None:
        """No other time than the signed one stands in the file."""
        return None
