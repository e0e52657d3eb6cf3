"""Mutated signed documents: never an exception, never VALID where a signed byte differs."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.validation import forging
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of

EXAMPLES = int(os.environ.get("DOCBRIDGE_FUZZ_EXAMPLES", "60"))

mutations = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    """`content` after the steps; a step names a place by its share of the length."""
    for kind, share, blob in steps:
        at = int(share * len(content))
        match kind:
            case "flip":
                content = (
                    content[:at]
                    + bytes(a ^ b for a, b in zip(content[at:], blob, strict=False))
                    + content[at + len(blob) :]
                )
            case "cut":
                content = content[:at] + content[at + len(blob) * 50 :]
            case "insert":
                content = content[:at] + blob + content[at:]
            case _:
                content = content[:at] + content[max(0, at - 500) :]
    return content


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=mutations)
def test_mutated_documents_never_raise_and_are_never_valid_when_changed(
    twice: bytes, evidence: Evidence, steps: list[tuple[str, float, bytes]]
) -> None:
    """Sound only where every signed byte stands where it stood; the padding of the hole is nobody's."""
    content = mutated(twice, steps)
    covered = dict(zip(("ChuKyNguoiCoThamQuyen", "ChuKyCoQuan"), forging.signed_bytes(twice), strict=True))
    for signature in signatures_of(content, evidence).signatures:
        if signature.sound:
            parts = covered[signature.where]
            assert [content[at : at + len(part)] for at, part in parts] == [part for _, part in parts]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blob=st.binary(max_size=400))
def test_any_bytes_are_an_answer(evidence: Evidence, blob: bytes) -> None:
    """With and without the marks of a PDF and of a signature."""
    claimed = b"%PDF-1.7\n" + blob + b"/ByteRange [0 1 2 3]\nstartxref\n9\n%%EOF"
    for content in (blob, claimed):
        assert all(one.sound is None for one in signatures_of(content, evidence).signatures)
