"""Our reader of a PDF gives what pyHanko's own gives, object by object and revision by revision."""

import io

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.validation.forging import appended, hole_of, replace_page, with_hole
from validation.foreign import Unchecked, attempt
from validation.pdf_reader import RevisionReader

_DIGITS = b"<" + b"4A" * 400 + b">"


def _written(reader: PdfFileReader, reference: generic.Reference, revision: int) -> bytes | str:
    """An object's octets, a string's as hexadecimal however it is kept; the kind of the error where there is one."""

    def read() -> bytes:
        value = reader.get_object(reference, revision)  # type: ignore[no-untyped-call]
        out = io.BytesIO()
        if isinstance(value, generic.DictionaryObject) and "/Contents" in value:
            contents = value.raw_get("/Contents")
            if isinstance(contents, generic.TextStringObject | generic.ByteStringObject):
                value[generic.NameObject("/Contents")] = generic.ByteStringObject(contents.original_bytes)
        value.write_to_stream(out, None)
        return out.getvalue()

    found = attempt(read)
    return found.detail.partition(" in ")[0] if isinstance(found, Unchecked) else found


def _same(content: bytes) -> int:
    """How many objects are the same in both readers; the last of them that differs fails the test."""
    ours, theirs = RevisionReader(content, strict=False), PdfFileReader(io.BytesIO(content), strict=False)
    count = 0
    for revision in range(theirs.total_revisions):
        for number in range(1, 80):
            mine, other = (generic.Reference(number, 0, reader) for reader in (ours, theirs))
            if theirs.xrefs.get_historical_ref(other, revision) is None:
                continue
            assert _written(ours, mine, revision) == _written(theirs, other, revision), (number, revision)
            count += 1
    return count


def test_a_file_signed_twice_and_changed_reads_the_same(twice: bytes) -> None:
    assert _same(appended(twice, replace_page)) > 40


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(b"<%s", id="digits without an end"),
        pytest.param(b"<\n%s>", id="white space among the digits"),
        pytest.param(b"<F%s>", id="an odd number of digits"),
        pytest.param(b"(%s)", id="a literal string of digits"),
        pytest.param(b"(<%s>)", id="digits inside a literal string"),
        pytest.param(b"null%%<%s>\n", id="digits inside a comment"),
        pytest.param(b"[<%s>]", id="digits inside an array"),
        pytest.param(b"<</Contents <%s>>>", id="digits of a dictionary in the dictionary"),
        pytest.param(b"<%s>/More <00>", id="another entry behind them"),
        pytest.param(b"<00>/More <%s>", id="another entry before them"),
    ],
)
def test_what_stands_where_the_digits_stood_reads_the_same(once: bytes, shape: bytes) -> None:
    hole = hole_of(once)
    digits = hole[1:-1][len(shape) - 2 :]
    assert _same(with_hole(once, (shape % digits).ljust(len(hole)))) > 10


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<</A " + _DIGITS + b">>", id="the value of another key"),
        pytest.param(b"<</Contents " + _DIGITS + b"/Contents(x)>>", id="two keys of one name"),
        pytest.param(b"<</A (%s) /Contents <00>>>" % _DIGITS, id="digits in the string before it"),
        pytest.param(_DIGITS, id="a string that is an object"),
        pytest.param(b"<</Length 3 /Contents " + _DIGITS + b">>\nstream\nabc\nendstream", id="a stream"),
        pytest.param(b"<</Contents " + _DIGITS + b"/A (endobj)>>", id="the word endobj in a string behind them"),
        pytest.param(b"<</A (endobj)/Contents " + _DIGITS + b">>", id="the word endobj in a string before them"),
        pytest.param(b"<</Contents " + _DIGITS + b"/B " + _DIGITS + b">>", id="two strings of digits"),
    ],
)
def test_an_object_with_digits_reads_the_same(body: bytes) -> None:
    head = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    )
    content = head + b"3 0 obj\n" + body + b"\nendobj\n"
    places = [content.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    assert _same(content + table + trailer) == 3
