"""A .p7m is opened: what was signed in it is judged like any other file, and what is encrypted is named as such."""

import zlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from tests.validation import files
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected
from validation.message import read
from validation.opaque import unwrap
from validation.settings import ReadingCaps

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTITY = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nK\xc3\xadnh g\xe1\xbb\xadi\r\n--b\r\n"
    b"Content-Type: application/pdf; name=a.pdf\r\n\r\n" + files.pdf() + b"\r\n--b--\r\n"
)
HEAD = b"From: a@b.vn\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\n"


@pytest.fixture(scope="module")
def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """A key and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a@b.vn")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    return made.sign(key, hashes.SHA256()), key


def signed(
    content: bytes,
    signer: tuple[x509.Certificate, rsa.RSAPrivateKey],
    encoding: serialization.Encoding = serialization.Encoding.DER,
) -> bytes:
    """`content` within its signature."""
    made = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(*signer, hashes.SHA256())
    return made.sign(encoding, [pkcs7.PKCS7Options.Binary])


def compressed(content: bytes) -> bytes:
    """RFC 3274."""
    inner = {"content_type": "data", "content": zlib.compress(content, 9)}
    data = {"version": "v0", "compression_algorithm": {"algorithm": "zlib"}, "encap_content_info": inner}
    return bytes(cms.ContentInfo({"content_type": "compressed_data", "content": data}).dump())


def inspected(content: bytes, name: str, caps: ReadingCaps | None = None) -> Inspected:
    """One file in a mail, judged."""
    return inspect(Attachment(("mail.eml", name), "", content), Evidence(NOW), caps or ReadingCaps()).file


@pytest.mark.parametrize("encoding", [serialization.Encoding.DER, serialization.Encoding.PEM], ids=["DER", "PEM"])
def test_the_document_in_its_signature_is_a_file_of_its_own(
    signer: tuple[x509.Certificate, rsa.RSAPrivateKey], encoding: serialization.Encoding
) -> None:
    file = inspected(signed(files.pdf(), signer, encoding), "35-QĐ.pdf.p7m")
    assert [(each.path[-1], each.format.media_type) for each in file.attachments] == [("35-QĐ.pdf", "application/pdf")]


def test_the_files_of_a_mail_that_was_signed_as_a_whole_are_seen(
    signer: tuple[x509.Certificate, rsa.RSAPrivateKey],
) -> None:
    raw = HEAD + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\n"
    message = read(raw + signed(ENTITY, signer))
    assert message.text == "Kính gửi"
    (whole,) = message.attachments
    inner = inspect(whole, Evidence(NOW)).file.attachments
    assert [each.path for each in inner] == [("mail.eml", "smime.p7m", "a.pdf")]


def test_what_is_compressed_is_unpacked() -> None:
    assert unwrap(compressed(b"abc"), 100).content == b"abc"


def test_what_grows_beyond_the_bound_is_a_bomb() -> None:
    file = inspected(compressed(bytes(5_000_000)), "a.p7m", ReadingCaps(ratio_floor=1_000_000))
    assert "bomb" in file.format.properties
    assert file.attachments == ()


def test_what_is_encrypted_is_said(signer: tuple[x509.Certificate, rsa.RSAPrivateKey]) -> None:
    made = pkcs7.PKCS7EnvelopeBuilder().set_data(b"x").add_recipient(signer[0])
    file = inspected(made.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary]), "smime.p7m")
    assert "encrypted" in file.format.properties
    assert Code.FORMAT_ENCRYPTED in {seen.code for seen in file.observations}


def test_a_mail_that_signs_itself_too_deep_ends(signer: tuple[x509.Certificate, rsa.RSAPrivateKey]) -> None:
    raw = b"Content-Type: text/plain\r\n\r\ndeep"
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\n"
    for _ in range(12):
        raw = head + signed(raw, signer)
    message = read(HEAD + raw)
    assert message.text == ""
    inspection = inspect(message.attachments[0], Evidence(NOW))
    limits = [
        seen.evidence for each in inspection.file.walk() for seen in each.observations if "limit" in seen.evidence
    ]
    assert limits == [{"limit": "archive_depth", "value": "5"}]
