"""The guard over bytes that stand in no real file: every way in which a range can lie."""

import pytest

from validation.pdf_guard import Guarded, Refused, Section, guard
from validation.signature import Problem

HEAD, TAIL = b"%PDF-1.7 dictionary ", b" rest xref startxref\n5\n%%EOF\n"
CONTENTS = bytes.fromhex("3003020107")
HOLE = b"<3003020107>"
FIRST, SECOND = len(HEAD), len(HEAD) + len(HOLE)
SIGNED = HEAD + HOLE + TAIL
RANGE: tuple[object, ...] = (0, FIRST, SECOND, len(TAIL))
OLD = Section(5, 5)
LATER = Section(len(SIGNED) + 3, len(SIGNED) + 3)
REVISION = b"xx xref trailer startxref\n%d\n%%%%EOF\n" % LATER.declared


def test_a_hole_with_the_signature_alone_is_believed() -> None:
    """The plain case: the range ends with the file."""
    assert guard(SIGNED, RANGE, CONTENTS, [OLD]) == Guarded(len(SIGNED), appended=False)


def test_white_space_after_the_range_is_nothing() -> None:
    """Transfers add line ends."""
    assert guard(SIGNED + b"\r\n \x00", RANGE, CONTENTS, [OLD]) == Guarded(len(SIGNED), appended=False)


def test_a_later_revision_that_the_chain_explains_is_believed() -> None:
    """An incremental update with its own startxref and end."""
    assert guard(SIGNED + REVISION, RANGE, CONTENTS, [OLD, LATER]) == Guarded(len(SIGNED), appended=True)


def test_a_foreign_startxref_inside_a_later_revision_is_data() -> None:
    """An attached PDF inside the revision has an end of its own."""
    inner = b"xx startxref\n17\n%%EOF yy"
    content = SIGNED + inner + b" xref startxref\n%d\n%%%%EOF" % LATER.declared
    assert isinstance(guard(content, RANGE, CONTENTS, [OLD, LATER]), Guarded)


@pytest.mark.parametrize(
    ("byte_range", "problem"),
    [
        pytest.param((), Problem.UNPARSABLE, id="an empty range"),
        pytest.param((0, FIRST, SECOND), Problem.UNPARSABLE, id="three numbers"),
        pytest.param((*RANGE, 0, 0), Problem.UNPARSABLE, id="six numbers"),
        pytest.param((0, FIRST, SECOND, None), Problem.UNPARSABLE, id="a null"),
        pytest.param((0, FIRST, SECOND, True), Problem.UNPARSABLE, id="a boolean"),
        pytest.param((0, FIRST, SECOND, 1.5), Problem.UNPARSABLE, id="a real number"),
        pytest.param((0, -FIRST, SECOND, 5), Problem.UNPARSABLE, id="a negative number"),
        pytest.param((1, FIRST, SECOND, 5), Problem.PARTIAL_COVERAGE, id="a range that begins late"),
        pytest.param((0, SECOND, SECOND, 5), Problem.UNPARSABLE, id="no hole"),
        pytest.param((0, SECOND, FIRST, 5), Problem.UNPARSABLE, id="a hole that ends before it begins"),
        pytest.param((0, FIRST, SECOND, 10**6), Problem.UNPARSABLE, id="a range beyond the file"),
        pytest.param((0, FIRST - 1, SECOND, len(TAIL)), Problem.WRAPPED, id="a hole one byte too early"),
        pytest.param((0, FIRST, SECOND + 1, 5), Problem.WRAPPED, id="a hole one byte too long"),
        pytest.param((0, FIRST, SECOND - 1, 5), Problem.WRAPPED, id="a hole one byte too short"),
        pytest.param((0, FIRST, SECOND, len(TAIL) - 9), Problem.CHANGED_AFTER_SIGNING, id="a range that ends early"),
    ],
)
def test_a_range_that_lies_is_refused(byte_range: tuple[object, ...], problem: Problem) -> None:
    """Numbers that do not fit the file."""
    judged = guard(SIGNED, byte_range, CONTENTS, [OLD])
    assert isinstance(judged, Refused)
    assert judged.problem is problem


@pytest.mark.parametrize(
    "hole",
    [
        pytest.param(b"<30030201 07>", id="white space in the digits"),
        pytest.param(b"<3003020107> ", id="white space after the digits"),
        pytest.param(b"<3003020107>x<00>", id="bytes after the digits"),
        pytest.param(b"<300302>10 0 obj<0107>", id="an object between two strings"),
        pytest.param(b"(0\x03\x02\x01\x07)", id="a literal string"),
        pytest.param(b"<3003020108>", id="another signature's digits"),
        pytest.param(b"<300302010>", id="an odd number of digits"),
        pytest.param(b"<>", id="nothing"),
    ],
)
def test_a_hole_that_holds_anything_else_is_wrapped(hole: bytes) -> None:
    """The heart of the guard: nothing hides between the two ranges."""
    content = HEAD + hole + TAIL
    judged = guard(content, (0, FIRST, FIRST + len(hole), len(TAIL)), CONTENTS, [OLD])
    assert isinstance(judged, Refused)
    assert (judged.problem, judged.sound) == (Problem.WRAPPED, False)


@pytest.mark.parametrize(
    ("tail", "sections"),
    [
        pytest.param(b"9 0 obj (new) endobj", [OLD], id="a body without any table"),
        pytest.param(b"xref\n0 0\ntrailer<<>>\n", [OLD], id="an empty table without an end"),
        pytest.param(REVISION, [OLD], id="a revision that the chain does not know"),
        pytest.param(REVISION + b"more", [OLD, LATER], id="bytes after the last end"),
        pytest.param(REVISION.replace(b"%%EOF", b""), [OLD, LATER], id="a revision without an end"),
        pytest.param(REVISION, [LATER, OLD], id="a chain that runs backwards"),
        pytest.param(REVISION + b"startxref\n5\n%%EOF", [OLD, LATER], id="a last end that names the first table"),
    ],
)
def test_bytes_that_no_revision_explains_are_refused(tail: bytes, sections: list[Section]) -> None:
    """What a reader that repairs files would show, and ours would not see."""
    judged = guard(SIGNED + tail, RANGE, CONTENTS, sections)
    assert isinstance(judged, Refused)
    assert judged.problem is Problem.CHANGED_AFTER_SIGNING


def test_no_contents_is_no_signature_to_check() -> None:
    """A universal forgery: an empty string where the signature should be."""
    judged = guard(HEAD + b"<>" + TAIL, (0, FIRST, FIRST + 2, len(TAIL)), b"", [OLD])
    assert isinstance(judged, Refused)
    assert judged.sound is None
