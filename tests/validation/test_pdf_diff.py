"""What may follow a signature without anyone seeing it, and its wolves in the same clothing."""

import io
import re
import struct

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from bridge.demo.pki import Pki
from tests.validation import forging
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.pdf_reading import open_pdf
from validation.pdf_signatures import signatures_of
from validation.signature import Coverage


def with_store(pdf: bytes, crls: tuple[bytes, ...]) -> bytes:
    """`pdf` with one more revision that writes the document security store."""
    output = io.BytesIO(pdf)
    signature = forging.hole_of(pdf)[1:-1].upper()
    DocumentSecurityStore.add_dss(output, sig_contents=signature, crls=forging.lists(crls))
    return output.getvalue()


def with_section(pdf: bytes, body: bytes, table: bytes, number: int, extra: bytes = b"") -> bytes:
    """`pdf` with one more revision written by hand; `%d` in `extra` is the place of the body."""
    prev = pdf[pdf.rindex(b"startxref") + 9 :].split()[0]
    root = re.findall(rb"/Root \d+ \d+ R", pdf)[-1]
    place = len(pdf)
    trailer = b"trailer\n<< /Size %d %s /Prev %s %s >>\n" % (number + 1, root, prev, extra)
    return pdf + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (place + len(body))


def size_of(pdf: bytes) -> int:
    """The first object number that is free."""
    return int(re.findall(rb"/Size (\d+)", pdf)[-1])


def freed(pdf: bytes, number: int) -> bytes:
    """`pdf` with a revision that frees `number`."""
    table = b"xref\n0 1\n0000000000 65535 f \n%d 1\n0000000000 00001 f \n" % number
    return with_section(pdf, b"", table, max(number, size_of(pdf) - 1))


def test_validation_data_may_be_written_and_written_anew(pki: Pki, once: bytes, evidence: Evidence) -> None:
    """The second writing changes the entry of the same signature."""
    stored = with_store(with_store(once, pki.crls[:1]), pki.crls[:2])
    (signature,) = signatures_of(stored, evidence).signatures
    assert (signature.sound, signature.coverage) == (True, Coverage.THEN_PERMITTED_CHANGES)


def test_validation_data_does_not_cover_for_a_page(pki: Pki, once: bytes, evidence: Evidence) -> None:
    """A stream of the store that the page is made to show."""
    stored = with_store(once, pki.crls[:1])

    def show(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page["/Contents"] = writer.root["/DSS"]["/CRLs"].raw_get(0)
        writer.update_container(page)

    (signature,) = signatures_of(forging.appended(stored, show), evidence).signatures
    assert (signature.sound, signature.reason) == (False, "changed-after-signing")


def test_a_page_stream_that_passes_for_validation_data_is_a_change(pki: Pki, once: bytes, evidence: Evidence) -> None:
    """The store is made to name the page's own content, which is then overwritten."""

    def borrow(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        content = page.raw_get("/Contents")
        entries = {generic.pdf_name("/CRLs"): generic.ArrayObject([content])}
        writer.root["/DSS"] = generic.DictionaryObject(entries)  # type: ignore[no-untyped-call]
        writer.update_root()  # type: ignore[no-untyped-call]
        stream = content.get_object()
        stream._data = b"BT ET"
        stream._encoded_data = None
        writer.mark_update(content.reference)

    (signature,) = signatures_of(forging.appended(once, borrow), evidence).signatures
    assert (signature.sound, signature.reason) == (False, "changed-after-signing")


def test_freeing_a_number_that_held_nothing_is_no_change(once: bytes, evidence: Evidence) -> None:
    """Writers free the numbers that they skipped."""
    (signature,) = signatures_of(freed(once, size_of(once) + 5), evidence).signatures
    assert signature.sound is True


@pytest.mark.parametrize("key", ["/Contents", "/Resources"])
def test_freeing_what_the_page_shows_is_a_change(key: str, once: bytes, evidence: Evidence) -> None:
    """The page would be empty."""
    page = IncrementalPdfFileWriter(io.BytesIO(once)).root["/Pages"]["/Kids"][0].get_object()
    value = page.raw_get(key)
    number = value.idnum if isinstance(value, generic.IndirectObject) else page.container_ref.idnum
    (signature,) = signatures_of(freed(once, number), evidence).signatures
    assert signature.sound is not True


@pytest.mark.parametrize(
    ("shift", "two_readings"),
    [pytest.param(0, False, id="the tables agree"), pytest.param(20, True, id="the tables disagree")],
)
def test_a_hybrid_has_two_readings_where_its_tables_disagree(
    shift: int, two_readings: bool, once: bytes, evidence: Evidence
) -> None:
    """One object, two places: old and new readers see two documents (ISO 32000-2 section 7.5.8.4)."""
    number, place = size_of(once), len(once)
    objects = b"%d 0 obj (one) endobj\n%d 0 obj (two) endobj\n" % (number, number)
    entry = struct.pack(">BIH", 1, place + (len(objects) // 2 if shift else 0), 0)
    stream = (
        b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Index [%d 1] /Length 7 >>\nstream\n%s\nendstream\nendobj\n"
        % (
            number + 1,
            number + 2,
            number,
            entry,
        )
    )
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    extra = b"/XRefStm %d" % (place + len(objects))
    hybrid = with_section(once, objects + stream, table, number + 1, extra)
    opened = open_pdf(hybrid, leniently=True)
    assert not isinstance(opened, Unchecked)
    assert opened.two_readings is two_readings
    (signature,) = signatures_of(hybrid, evidence).signatures
    assert signature.sound is not two_readings
