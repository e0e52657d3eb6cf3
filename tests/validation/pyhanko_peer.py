"""Holds what is told of a PDF's signatures against `pyhanko.sign`'s own word."""

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from validation.foreign import Unchecked, attempt
from validation.pdf_embedded import Embedded, Extent, embedded
from validation.pdf_reading import Field, open_pdf

_EXTENTS = {SignatureCoverageLevel.ENTIRE_FILE: Extent.FILE, SignatureCoverageLevel.ENTIRE_REVISION: Extent.REVISION}


def compare(content: bytes) -> int:
    """How many signatures were compared; fails where the two do not say the same."""
    opened = open_pdf(content, leniently=True)
    if isinstance(opened, Unchecked):
        return 0
    fields = [one for one in opened.fields if isinstance(one, Field)]
    theirs = attempt(lambda: list(enumerate_sig_fields(opened.reader, filled_status=True)))
    assert isinstance(theirs, list)
    assert [one.name for one in fields] == [str(name) for name, value, _ in theirs if _is_dictionary(value)]
    return sum(_same(one, opened.reader) for one in fields)


def _is_dictionary(value: object) -> bool:
    found = attempt(value.get_object)  # type: ignore[attr-defined]
    return hasattr(found, "raw_get") and hasattr(found, "keys")


def _same(field: Field, reader: PdfFileReader) -> int:
    peer = attempt(lambda: EmbeddedPdfSignature(reader, field.holder, field.name))
    if isinstance(peer, Unchecked):
        return 0  # it wants one signer of a CMS container
    ours = attempt(embedded, reader, field.holder, field.reference)
    assert isinstance(ours, Embedded), ours
    assert ours.signed_revision == peer.signed_revision
    level = attempt(peer.evaluate_signature_coverage)
    if not isinstance(level, Unchecked):
        assert ours.extent() == _EXTENTS.get(level, Extent.LESS)
    digest = attempt(peer.compute_digest, "sha256")
    if not isinstance(digest, Unchecked):
        assert ours.compute_digest("sha256") == digest
    locks = attempt(lambda: peer.fieldmdp)
    if not isinstance(locks, Unchecked):
        mine = ours.locks
        assert (locks is None) == (mine is None)
        for name in ("a", "a.b", "Signature1", field.name, f"{field.name}.c"):
            assert locks is None or mine is None or locks.is_locked(name) == mine.is_locked(name)
    return 1
