"""Tools of a forger, for the tests: find the hole of a signature, fill it anew, append revisions."""

import io
import re
from collections.abc import Callable

from asn1crypto import cms, crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner
from pyhanko.sign import sign_pdf as sign
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

from bridge.demo.authority import Identity
from bridge.demo.signing import certificate_of, key_of

_RANGE = re.compile(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]")


def last_range(pdf: bytes) -> tuple[re.Match[bytes], int, int, int]:
    """The last /ByteRange: its match, the ends of the hole, the end of the range."""
    match = list(_RANGE.finditer(pdf))[-1]
    _, first, second, length = (int(group) for group in match.groups())
    return match, first, second, second + length


def signed_bytes(pdf: bytes) -> list[list[tuple[int, bytes]]]:
    """For each /ByteRange, in the order of the file, what it covers: offset and bytes of both parts."""
    numbers = ([int(group) for group in match.groups()] for match in _RANGE.finditer(pdf))
    return [[(0, pdf[:first]), (second, pdf[second : second + length])] for _, first, second, length in numbers]


def with_range(pdf: bytes, text: str) -> bytes:
    """`pdf` with the last /ByteRange array replaced by `text`, at the same length."""
    match, *_ = last_range(pdf)
    new = f"/ByteRange {text}".encode("ascii")
    assert len(new) <= len(match.group())
    return pdf[: match.start()] + new.ljust(len(match.group())) + pdf[match.end() :]


def with_hole(pdf: bytes, hole: bytes) -> bytes:
    """`pdf` with the last hole replaced by bytes of the same length."""
    _, first, second, _ = last_range(pdf)
    assert len(hole) == second - first
    return pdf[:first] + hole + pdf[second:]


def hole_of(pdf: bytes) -> bytes:
    """What stands in the last hole."""
    _, first, second, _ = last_range(pdf)
    return pdf[first:second]


def container_of(pdf: bytes) -> cms.ContentInfo:
    """The CMS container of the last signature."""
    return cms.ContentInfo.load(bytes.fromhex(hole_of(pdf)[1:-1].decode("ascii")))


def resealed(pdf: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    """`pdf` with the CMS container of its last signature changed, the signed bytes untouched."""
    hole, container = hole_of(pdf), container_of(pdf)
    change(container["content"])
    digits = container.dump(force=True).hex().encode("ascii")
    return with_hole(pdf, b"<" + digits.ljust(len(hole) - 2, b"0") + b">")


def appended(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """`pdf` with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def form() -> bytes:
    """A form with one text field whose value is an amount."""
    output = io.BytesIO()
    canvas = Canvas(output, invariant=1)
    canvas.drawString(72, 700, "Phieu")
    canvas.acroForm.textfield(name="so_tien", x=72, y=600, value="100")
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def fill_amount(writer: IncrementalPdfFileWriter) -> None:
    """Change the form's amount, the value alone: a legal form fill."""
    fields = writer.root["/AcroForm"]["/Fields"]
    field = next(one.get_object() for one in fields if one.get_object()["/T"] == "so_tien")
    field["/V"] = generic.pdf_string("999999")
    writer.update_container(field)


def replace_page(writer: IncrementalPdfFileWriter) -> None:
    """Shrink the first page to nothing: what it shows is gone."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/MediaBox"] = generic.ArrayObject(list(page["/MediaBox"])[:2] * 2)
    writer.update_container(page)


def signed_encrypted(pdf: bytes, identity: Identity, password: str) -> bytes:
    """Sign an encrypted file that opens with `password`."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.encrypt(password)  # type: ignore[no-untyped-call]
    nobody = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    signer = SimpleSigner(certificate_of(identity), key_of(identity), nobody)
    output = io.BytesIO()
    sign(writer, PdfSignatureMetadata(field_name="Sig1"), signer, output=output)
    return output.getvalue()


def lists(crls: tuple[bytes, ...]) -> list[crl.CertificateList]:
    """Revocation lists as asn1crypto reads them."""
    return [crl.CertificateList.load(one) for one in crls]
