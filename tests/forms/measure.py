"""Precision and recall of each field: what was read beside what the document says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass
class Count:
    """One field over many documents."""

    right: int = 0  #: believed and so
    wrong: int = 0  #: believed and not so
    proposed: int = 0  #: found, but left to a clerk
    proposed_right: int = 0
    there: int = 0  #: documents that say it

    @property
    def precision(self) -> float:
        """Of what is believed, the share that is so."""
        believed = self.right + self.wrong
        return self.right / believed if believed else 1.0

    @property
    def recall(self) -> float:
        """Of what documents say, the share that is believed, and so."""
        return self.right / self.there if self.there else 1.0


Found = Mapping[str, tuple[str, float]]  #: field -> value, confidence


def same(one: str, other: str) -> bool:
    """Are they the same to a reader?  Capitals of old fonts are lost in their codes."""
    lines = (sorted(line.strip(" .;").casefold() for line in text.splitlines()) for text in (one, other))
    return next(lines) == next(lines)


class Measure:
    """The counts of all fields, and the mistakes."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.counts: dict[str, Count] = {}
        self.mistakes: list[str] = []

    def add(self, name: str, says: Mapping[str, str], found: Found) -> None:
        """One document more; of fields that `says` does not speak of nothing is known."""
        for key, wanted in says.items():
            count = self.counts.setdefault(key, Count())
            count.there += bool(wanted)
            value, confidence = found.get(key, ("", 0.0))
            if not value:
                continue
            right = same(value, wanted)
            if confidence < self.threshold:
                count.proposed += 1
                count.proposed_right += right
            elif right:
                count.right += 1
            else:
                count.wrong += 1
                self.mistakes.append(f"{name} {key}: read {value!r}, says {wanted!r}")

    def missed(self, name: str, says: Mapping[str, str], found: Found) -> Iterable[str]:
        """What the document says and nobody believes, for whoever improves the reading."""
        for key, wanted in says.items():
            value, confidence = found.get(key, ("", 0.0))
            if wanted and (not value or confidence < self.threshold):
                yield f"{name} {key}: {wanted!r}, proposed {value!r} ({confidence})"

    @property
    def precision(self) -> float:
        """Over all fields."""
        right, wrong = (sum(getattr(count, name) for count in self.counts.values()) for name in ("right", "wrong"))
        return right / (right + wrong) if right + wrong else 1.0

    def table(self) -> str:
        """For people."""
        lines = [f"{'field':<24}{'says':>6}{'right':>7}{'wrong':>7}{'left':>6}{'precision':>11}{'recall':>8}"]
        for key, count in self.counts.items():
            lines.append(
                f"{key:<24}{count.there:>6}{count.right:>7}{count.wrong:>7}{count.proposed:>6}"
                f"{count.precision:>11.4f}{count.recall:>8.3f}"
            )
        return "\n".join(lines)
