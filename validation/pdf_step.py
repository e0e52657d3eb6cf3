"""What one revision of a PDF changes: the kinds of change, or the one thing that nothing explains.

A reader of the document sees what can be reached from its catalogue.  So the catalogue of the revision is compared
with that of the one before, place by place: everything must be the same, save in the places that have a rule.  What
was written, freed or renumbered without any effect there does not matter.  Each step is compared once, for all
signatures before it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pyhanko.pdf_utils import generic

from validation.pdf_revision import Key


class Kind(StrEnum):
    """What a revision adds."""

    FURTHER_SIGNATURE = "further-signature"
    TIMESTAMP = "timestamp"
    VALIDATION_DATA = "validation-data"
    METADATA = "metadata"
    FORM_FILL = "form-fill"
    ANNOTATION = "annotation"
    NUMBER_STAMP = "number-stamp"  #: the clerk's number and date, put on before the body signs


class Unexplained(Exception):  # noqa: N818 - a finding of the comparison, not an error
    """Something changed that no rule explains; the text names the place, never its content."""


@dataclass(slots=True)
class Seen:
    """What the rules have seen so far in one step."""

    kinds: set[Kind] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)  #: fields other than signatures whose value changed
    signed: set[str] = field(default_factory=set)  #: signature fields, there before, that were signed
    shown: set[str] = field(default_factory=set)  #: new signature fields that a page shows
    widgets: set[Key] = field(default_factory=set)  #: widgets of new signature fields
    moved: set[Key] = field(default_factory=set)  #: annotations that were added, changed or removed


@dataclass(frozen=True, slots=True)
class Step:
    """One revision's changes."""

    kinds: frozenset[Kind]
    filled: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    unexplained: str = ""  #: a place that changed and may not; "" = there is none


def area(numbers: list[generic.PdfObject]) -> tuple[float, float, float, float] | None:
    """A rectangle with its corners in order; None = it shows nothing."""
    if len(numbers) != 4 or not all(isinstance(n, generic.NumberObject | generic.FloatObject) for n in numbers):
        return None
    left, bottom, right, top = (float(n) for n in numbers)  # type: ignore[arg-type]
    found = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    return found if found[2] > found[0] and found[3] > found[1] else None
