"""The samples of the demonstration: Vietnamese that can be read back, mails that keep their shape on the wire."""

import email
import tomllib
import unicodedata
import zipfile
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pylibmagic  # noqa: F401 - must come before magic: it names the library and its database
import pypdfium2
import pytest

from bridge.demo import documents
from bridge.demo.mails import File, Sample, packed, samples
from bridge.demo.pki import Pki, mint
from bridge.demo.tampering import harmless_program
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of
from validation.signature import Result

MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Minted once."""
    return mint(tmp_path_factory.mktemp("pki"), MOMENT)


@pytest.fixture(scope="module")
def mails(pki: Pki) -> dict[str, Sample]:
    """All samples, by key."""
    return {sample.key: sample for sample in samples(pki, "vanthu@ubnd-xa.test", MOMENT)}


def text_of(pdf: bytes) -> str:
    """The first page's text."""
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


@pytest.mark.parametrize(
    ("pdf", "lines"),
    [
        pytest.param(
            documents.official_letter(),
            ("Số: 12/SM-VP", "V/v phối hợp cung cấp số liệu chuyển", "Kính gửi:", "KT. GIÁM ĐỐC", "Nguyễn Văn Mẫu"),
            id="a công văn",
        ),
        pytest.param(documents.decision(), ("Số: 35/QĐ-SM", "QUYẾT ĐỊNH", "Nơi nhận:"), id="a quyết định"),
        pytest.param(documents.report(), ("BÁO CÁO", "Kính gửi: Ủy ban nhân dân tỉnh Thử Nghiệm"), id="a báo cáo"),
        pytest.param(documents.business_letter(), ("CÔNG TY TNHH VÍ DỤ", "Số: 05/CV-VD"), id="a firm's letter"),
    ],
)
def test_a_sample_document_reads_back_as_nfc(pdf: bytes, lines: tuple[str, ...]) -> None:
    """The head of Decree 30/2020 and the text, from the embedded font's own map."""
    text = text_of(pdf)
    assert text == unicodedata.normalize("NFC", text)
    found = [line.strip() for line in text.splitlines()]
    assert {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", *lines} <= set(found)


def test_the_same_document_is_the_same_bytes() -> None:
    """So that a test may compare."""
    assert documents.decision() == documents.decision()


def test_the_trust_directory_is_laid_out_as_the_contract_says(pki: Pki) -> None:
    """Anchors in two lists, intermediates, lists of revocation, and who approved what."""
    names = {str(path.relative_to(pki.trust_directory)) for path in pki.trust_directory.rglob("*") if path.is_file()}
    assert {"government/root.pem", "public/root.pem", "trust.toml"} <= names
    assert len([name for name in names if name.startswith("crls/")]) == 4
    approved = tomllib.loads((pki.trust_directory / "trust.toml").read_text(encoding="utf-8"))["anchor"]
    assert {one["file"] for one in approved} == {"government/root.pem", "public/root.pem"}
    assert all(one["source"] and one["sha256"] and one["approved_by"] and one["approved_at"] for one in approved)


def test_keys_are_readable_by_their_owner_alone(pki: Pki) -> None:
    """Even worthless ones."""
    assert {path.stat().st_mode & 0o777 for path in (pki.directory / "keys").iterdir()} == {0o600}


def attachments(sample: Sample) -> dict[str, bytes]:
    """The files of a mail, by name."""
    message = email.message_from_bytes(sample.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return {
        str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
        for part in message.iter_attachments()
    }


def test_every_mail_ends_its_lines_as_the_wire_wants_them(mails: dict[str, Sample]) -> None:
    """CR LF alone, no line beyond RFC 5321 section 4.5.3.1.6."""
    for sample in mails.values():
        assert sample.raw.count(b"\n") == sample.raw.count(b"\r\n") == sample.raw.count(b"\r")
        assert max(map(len, sample.raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("key", "results"),
    [
        ("correct", [Result.VALID, Result.VALID]),
        ("tampered-byte", [Result.INVALID, Result.INVALID]),
        ("tampered-page", [Result.INVALID, Result.INVALID]),
        ("unsigned", []),
    ],
)
def test_the_agency_mail_is_what_it_says(key: str, results: list[Result], mails: dict[str, Sample], pki: Pki) -> None:
    """The signature's own verdict on the attached document."""
    (content,) = attachments(mails[key]).values()
    reading = signatures_of(content, Evidence(MOMENT, pki.trust))
    assert [one.result for one in reading.signatures] == results


def test_the_program_is_known_for_one_by_its_content(mails: dict[str, Sample]) -> None:
    """Its name and declared type say PDF."""
    import magic

    ((name, content),) = attachments(mails["program"]).items()
    assert name.endswith(".pdf")
    assert content == harmless_program()
    assert magic.from_buffer(content, mime=True) in {
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
    }


def test_the_dossier_travels_in_files_and_in_a_zip(mails: dict[str, Sample], pki: Pki) -> None:
    """The same three files, names in Vietnamese, the letter signed by the firm."""
    files = attachments(mails["dossier"])
    assert list(files) == ["Đơn đề nghị.pdf", "Thuyết minh.docx", "Bảng kê thiết bị.xlsx"]
    (archive,) = attachments(mails["dossier-zip"]).values()
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == files
    (signature,) = signatures_of(files["Đơn đề nghị.pdf"], Evidence(MOMENT, pki.trust)).signatures
    assert (signature.result, signature.signer.tax_code) == (Result.VALID, "0300000003")


def test_packing_keeps_every_byte() -> None:
    """A zip of one file."""
    with zipfile.ZipFile(BytesIO(packed([File("ă.txt", "text/plain", b"x")]))) as opened:
        assert opened.read("ă.txt") == b"x"


def test_the_fonts_travel_with_their_licence() -> None:
    """SIL Open Font License 1.1, clause 2; and a reserved name is not used."""
    folder = Path(documents.__file__).parent / "fonts"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert not [path.name for path in folder.glob("*.ttf") if path.name.startswith("Liberation")]
