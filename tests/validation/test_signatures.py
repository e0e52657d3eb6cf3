"""Whatever carries it, a signature is told once: verified where it can be, else unreadable, never unsigned or sound."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options

from tests.validation import signed
from tests.validation.files import docx, odt, pdf, zipped
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected

DETACHED = PKCS7Options.DetachedSignature


def inspected(name: str, content: bytes) -> Inspected:
    """The file as every rule that looks at bytes judges it."""
    return inspect(Attachment((name,), "", content), Evidence(datetime(2026, 11, 22, tzinfo=UTC))).file


@pytest.mark.parametrize(
    ("name", "content", "carriers"),
    [
        pytest.param("a.pdf.p7s", signed.cms(pdf(), DETACHED), ["cms"], id="a detached CMS"),
        pytest.param("a.p7s", signed.cms(pdf(), DETACHED, pem=True), ["cms"], id="a CMS in PEM"),
        pytest.param("a.p7s", signed.cms(pdf(), DETACHED)[:300], ["cms"], id="a CMS that ends too early"),
        pytest.param("a.p7s", b"no signature at all", ["cms"], id="text under the name of a signature"),
        pytest.param("a.p7s", signed.certificates_alone(), ["cms"], id="a signature file that nobody signed"),
        pytest.param("a.docx", signed.signed_docx(), ["ooxml"], id="a signed Word document"),
        pytest.param("a.odt", signed.signed_odt(), ["odf"], id="a signed OpenDocument text"),
        pytest.param("a.xml", signed.xml(), ["xml"], id="an invoice whose signature signs nothing"),
        pytest.param("a.xml", signed.xml().decode().encode("utf-16"), ["xml"], id="the same in UTF-16"),
    ],
)
def test_a_claim_that_cannot_be_verified_is_unreadable(name: str, content: bytes, carriers: list[str]) -> None:
    file = inspected(name, content)
    assert file.signature_state == "unreadable"
    assert [signature.carrier for signature in file.signatures] == carriers
    assert {signature.sound for signature in file.signatures} == {None}
    seen = [observation.code for observation in file.observations]
    assert seen.count(Code.SIGNATURE_UNREADABLE) == len(carriers)


@pytest.mark.parametrize(
    ("name", "content", "carrier"),
    [
        pytest.param("a.pdf.p7m", signed.cms(pdf()), "cms", id="a CMS that holds its PDF within its first kilobyte"),
        pytest.param("a.txt", b"An example:\n\n" + signed.cms(b"x", pem=True), "cms", id="PEM after words"),
        pytest.param("a.eml", signed.clear_mail(), "smime", id="a clear-signed mail"),
        pytest.param("a.eml", signed.opaque_mail(), "smime", id="an opaque-signed mail"),
        pytest.param("a.asics", signed.asic("a.pdf", pdf()), "asic", id="an ASiC container"),
    ],
)
def test_what_is_verified_is_sound(name: str, content: bytes, carrier: str) -> None:
    file = inspected(name, content)
    assert (file.signature_state, [signature.carrier for signature in file.signatures]) == ("sound", [carrier])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.docx", docx(), id="a Word document"),
        pytest.param("a.odt", odt(), id="an OpenDocument text"),
        pytest.param("a.zip", zipped({"META-INF/x.txt": b"x"}), id="a zip"),
        pytest.param("a.p7b", signed.certificates_alone(), id="a bundle of certificates"),
        pytest.param("a.xml", b'<?xml version="1.0"?><Signature>Lan</Signature>', id="XML that names a signature"),
        pytest.param("a.eml", signed.HEAD + b"\r\nhello\r\n", id="a mail"),
        pytest.param(
            "a.eml",
            signed.HEAD + b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
            b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n",
            id="a mail signed by PGP, which is no carrier here",
        ),
    ],
)
def test_what_claims_nothing_is_unsigned(name: str, content: bytes) -> None:
    assert inspected(name, content).signature_state == "none"


def test_the_signature_of_a_mail_is_told_of_the_mail_and_not_of_its_part() -> None:
    mail = inspected("a.eml", signed.clear_mail())
    (part,) = mail.attachments
    assert (mail.signatures[0].where, part.path[-1]) == ("mail", "smime.p7s")
    assert (part.signature_state, part.observations) == ("none", ())


def test_a_signature_over_one_part_names_the_part() -> None:
    inner = signed.clear_mail().removeprefix(signed.HEAD).partition(b"MIME-Version: 1.0\r\n")[2]
    raw = signed.HEAD + b"Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n" + inner + b"\r\n--out--\r\n"
    assert [signature.where for signature in inspected("a.eml", raw).signatures] == ["part 1"]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        pytest.param(pdf(), "sound", id="the file as it was signed"),
        pytest.param(pdf() + b"\n%changed", "unsound", id="the file changed afterwards"),
    ],
)
def test_a_signature_file_is_judged_over_the_file_beside_it(content: bytes, state: str) -> None:
    raw = zipped({"a.pdf": content, "a.pdf.p7s": signed.cms(pdf(), DETACHED, PKCS7Options.Binary), "b.txt": b"beside"})
    states = {file.path[-1]: file.signature_state for file in inspected("a.zip", raw).walk()}
    assert states == {"a.zip": "none", "a.pdf": "none", "a.pdf.p7s": state, "b.txt": "none"}
