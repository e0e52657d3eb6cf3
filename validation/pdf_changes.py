"""What came after a signature, and whether it may have.

Permitted: further signatures and their fields, document time stamps, validation data. Not permitted:
everything else, and also the one thing that the PDF rules call form filling: a value that a reader sees
changed after signing (the shadow-replace attack is legal form filling).
"""

from dataclasses import dataclass

from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from validation.pdf_diff import POLICY
from validation.pdf_reading import Field, Opened
from validation.signature import Problem


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing follows the signed revision."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Later revisions hold nothing but what may follow a signature."""

    kinds: tuple[str, ...]  #: further-signature, timestamp, validation-data, metadata


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Later revisions hold something that may not follow, or the signed revision is not covered whole."""

    problem: Problem
    detail: str


Changes = Unchanged | Permitted | Forbidden


def changes_after(opened: Opened, signature: EmbeddedPdfSignature) -> Changes:
    """Compare the signed revision with all that follow.  Raises what pyHanko raises: call it by `attempt`."""
    if opened.two_readings:
        return Forbidden(Problem.SHADOWED, "the two tables of a hybrid file disagree")
    coverage = signature.evaluate_signature_coverage()
    if coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Unchanged()
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return Forbidden(Problem.PARTIAL_COVERAGE, f"coverage {coverage.name}")
    signature.coverage = coverage  # type: ignore[assignment]  # evaluate_modifications reads it there
    result = signature.evaluate_modifications(POLICY)
    if not isinstance(result, DiffResult):
        return Forbidden(Problem.CHANGED_AFTER_SIGNING, f"not permitted: {type(result).__name__}")
    if result.modification_level == ModificationLevel.NONE:
        return Unchanged()
    level, permission = result.modification_level, signature.docmdp_level
    if permission is not None and level.value > permission.value:
        return Forbidden(Problem.CHANGED_AFTER_SIGNING, f"{level.name} beyond what the certification permits")
    if level > ModificationLevel.FORM_FILLING:
        return Forbidden(Problem.CHANGED_AFTER_SIGNING, level.name)
    signature_fields = {str(name) for name, _, _ in enumerate_sig_fields(opened.reader)}
    if set(result.changed_form_fields) - signature_fields:
        return Forbidden(Problem.CHANGED_AFTER_SIGNING, "the value of a form field changed")
    return Permitted(_kinds(opened, signature))


def _kinds(opened: Opened, signature: EmbeddedPdfSignature) -> tuple[str, ...]:
    """Name what follows, for the clerk."""
    kinds = []
    later = [
        field for field in opened.fields if isinstance(field, Field) and field.revision > signature.signed_revision
    ]
    if any(field.sub_filter != "/ETSI.RFC3161" for field in later):
        kinds.append("further-signature")
    if any(field.sub_filter == "/ETSI.RFC3161" for field in later):
        kinds.append("timestamp")
    now, then = opened.reader.root, opened.reader.get_historical_root(signature.signed_revision)
    if "/DSS" in now and ("/DSS" not in then or len(now["/DSS"]) != len(then["/DSS"]) or not later):
        kinds.append("validation-data")
    return tuple(kinds) or ("metadata",)
