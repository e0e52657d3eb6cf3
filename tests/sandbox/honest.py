"""Jobs for the tests: what the service does with each library, done behind the walls."""

import asyncio
import io
import tempfile
import zipfile
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime

import pikepdf
import pylibmagic  # noqa: F401  before magic: where there is no libmagic of the system, it says where its own lies
import pypdfium2
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

import magic  # isort: skip


@dataclass(frozen=True, slots=True)
class Task:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came out, in words."""

    text: str


def sniff(_: Task, content: bytes) -> Told:
    """libmagic."""
    return Told(magic.from_buffer(content, mime=True))


def signature(_: Task, content: bytes) -> Told:
    """pyHanko: signer, integrity and coverage of the only signature."""
    embedded = PdfFileReader(io.BytesIO(content)).embedded_signatures[0]
    context = ValidationContext(trust_roots=[], allow_fetching=False, moment=datetime.now(UTC))
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context))
    return Told(f"{status.signing_cert.subject.native['common_name']}: {status.intact} {status.coverage}")


def text(_: Task, content: bytes) -> Told:
    """pypdfium2: the text and a picture of the first page."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        words = page.get_textpage().get_text_bounded()
        picture = page.render(scale=1)
        return Told(f"{words.strip()} {picture.width}x{picture.height}")


def structure(_: Task, content: bytes) -> Told:
    """pikepdf: pages counted and the file written again, to memory and to the folder."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save("again.pdf")
        return Told(str(len(pdf.pages)))


def xml(_: Task, content: bytes) -> Told:
    """lxml, hardened: an external entity is not fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return Told(str(etree.fromstring(content, parser).tag))


def unzip(_: Task, content: bytes) -> Told:
    """zipfile, and the temporary files that libraries like to make."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, tempfile.NamedTemporaryFile() as beside:
        beside.write(archive.read("a.txt"))
        beside.seek(0)
        return Told(beside.read().decode())


def clock(_: Task) -> Told:
    """A time zone that nobody has asked for before, and a codec."""
    hour = datetime(2026, 11, 22, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo("Asia/Bangkok")).hour
    return Told(f"{hour} {bytes([0xEA]).decode('windows-1258')} {'xã.vn'.encode('idna').decode()}")
