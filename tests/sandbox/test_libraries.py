"""The libraries that read documents work behind the walls, and the jobs of the service can cross them."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from reportlab.pdfgen.canvas import Canvas

from bridge.sandbox.outcome import Answered
from bridge.sandbox.pool import Pool
from bridge.sandbox.settings import SandboxSettings
from tests.sandbox.honest import Task, Told

NAMES = ("sniff", "signature", "text", "structure", "xml", "unzip", "clock")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """A pool as the service has it: everything loaded, default bounds."""
    with Pool(SandboxSettings(children=1), {name: f"tests.sandbox.honest:{name}" for name in NAMES}) as pool:
        yield pool


def _paper() -> bytes:
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=(200, 300))
    canvas.drawString(20, 250, "35/QD-UBND")
    canvas.save()
    return paper.getvalue()


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A PDF signed with a key minted here."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn A")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + dt.timedelta(days=1))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    p12 = serialization.pkcs12.serialize_key_and_certificates(
        b"k", key, certificate, None, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(p12, other_certs=[])
    assert signer is not None
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(_paper())), signers.PdfSignatureMetadata(field_name="Signature1"), signer
    )
    return bytes(out.getbuffer())


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "Kính gửi")
    return made.getvalue()


@pytest.mark.parametrize(
    ("job", "content", "told"),
    [
        pytest.param("sniff", _paper(), "application/pdf", id="libmagic knows a PDF"),
        pytest.param("text", _paper(), "35/QD-UBND 200x300", id="pypdfium2 reads and draws a page"),
        pytest.param("structure", _paper(), "1", id="pikepdf opens and writes"),
        pytest.param("xml", b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a"><a/>', "a", id="lxml parses"),
        pytest.param("unzip", _zip(), "Kính gửi", id="zipfile unpacks, and temporary files can be made"),
        pytest.param("clock", None, "7 ê xn--x-yfa.vn", id="time zones and character sets are there"),
    ],
)
def test_library_works_behind_the_walls(pool: Pool, job: str, content: bytes | None, told: str) -> None:
    outcome = pool.run(job, Task(), [] if content is None else [content], Told)
    assert isinstance(outcome, Answered), outcome
    assert outcome.value.text == told
    with outcome.files as files:
        assert files.names() == (("again.pdf",) if job == "structure" else ())


def test_pyhanko_judges_a_signature_behind_the_walls(pool: Pool, signed: bytes) -> None:
    outcome = pool.run("signature", Task(), [signed], Told)
    assert isinstance(outcome, Answered), outcome
    assert outcome.value.text == "Nguyễn Văn A: True SignatureCoverageLevel.ENTIRE_FILE"


def test_every_wall_stands_with_all_libraries_loaded(pool: Pool) -> None:
    assert [wall for wall in pool.walls() if not wall.stands or wall.missing] == []
