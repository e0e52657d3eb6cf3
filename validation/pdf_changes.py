"""What came after a signature, and whether it may have.

Permitted: further signatures and their fields, document time stamps, validation data.  Where a certification in force
grants it, and no lock forbids it, also forms filled in and harmless annotations; these are told as visible changes.
Everything else is not permitted, the filling of a form that nobody certified among it: a value that a reader sees
changed after signing (the shadow-replace attack is legal form filling).
"""

from dataclasses import dataclass

from validation.foreign import Unchecked
from validation.pdf_embedded import Embedded, Extent
from validation.pdf_permission import Permission, in_force
from validation.pdf_reading import Opened
from validation.pdf_step import Kind, Step
from validation.signature import Problem

_INVISIBLE = frozenset({Kind.TIMESTAMP, Kind.VALIDATION_DATA, Kind.METADATA})


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing follows the signed revision."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Later revisions hold nothing but what may follow a signature."""

    kinds: tuple[str, ...]  #: further-signature, timestamp, validation-data, metadata, form-fill, ...


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Later revisions hold something that may not follow, or the signed revision is not covered whole."""

    problem: Problem
    detail: str


Changes = Unchanged | Permitted | Forbidden


def changes_after(opened: Opened, signature: Embedded, *, number_stamp: bool) -> Changes | Unchecked:
    """Compare the signed revision with all that follow.  Raises what pyHanko raises: call it by `attempt`.

    `number_stamp` = the clerk may put number and date on the page before a further signature.
    """
    if opened.two_readings:
        return Forbidden(Problem.SHADOWED, "the two tables of a hybrid file disagree")
    extent = signature.extent()
    if extent is Extent.FILE:
        return Unchanged()
    if extent is Extent.LESS:
        return Forbidden(Problem.PARTIAL_COVERAGE, "less than its own revision is covered")
    steps = opened.history.after(signature.signed_revision)
    if not steps:
        return Unchanged()
    if isinstance(opened.grants, Unchecked):
        return opened.grants
    permission = in_force(opened.grants, signature.signed_revision)
    signed = [number for number, step in enumerate(steps) if Kind.FURTHER_SIGNATURE in step.kinds]
    for number, step in enumerate(steps):
        refusal = step.unexplained or _refusal(step, signature, permission)
        # Whoever signs next signs what stands there then: the number is that signature's.
        stamp_may = number_stamp and permission is None and bool(signed) and signed[-1] >= number
        if Kind.NUMBER_STAMP in step.kinds and not stamp_may:
            refusal = refusal or "a number or date was put on the page after signing"
        if refusal:
            return Forbidden(Problem.CHANGED_AFTER_SIGNING, refusal)
    kinds = {kind for step in steps for kind in step.kinds}
    # Metadata changes with every writing: told only where nothing else is.
    told = [kind.value for kind in Kind if kind in kinds and kind is not Kind.METADATA]
    return Permitted(tuple(told) or (Kind.METADATA.value,))


def _refusal(step: Step, signature: Embedded, permission: Permission | None) -> str:
    """Why the step may not follow; "" = it may."""
    locks = signature.locks
    if locks is not None and any(locks.is_locked(name) for name in step.filled | step.signed):
        return "a field changed that the signature locks"
    if permission is Permission.NOTHING and step.kinds - _INVISIBLE:
        return "the certification permits nothing to follow"
    if permission is Permission.FORMS and step.shown:
        return "a new visible signature field, which the certification does not permit"
    if Kind.FORM_FILL in step.kinds and permission is None:
        return "the value of a form field changed, and no certification permits it"
    if Kind.ANNOTATION in step.kinds and permission is not Permission.ANNOTATIONS:
        return "an annotation changed, and no certification permits it"
    return ""
