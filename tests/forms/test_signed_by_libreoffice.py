"""What LibreOffice signs is whole and sound, and what is changed in it afterwards is told."""

import io
import os
import subprocess
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import load_der_x509_certificate

from tests.forms.office import printed, program
from tests.validation.cms_minting import Holder
from tests.validation.package_minting import inspected, packed, signing
from validation.evidence import Evidence
from validation.signature import Carrier, Coverage, Problem

_TEXT = (
    '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3" '
    'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
    "<text:p>Quyết định số 35/QĐ-UBND</text:p></office:text></office:body></office:document>"
)


def keys_of(by: Holder, folder: Path) -> str:
    """An NSS database with the holder's key, as Firefox keeps it; what names it."""
    folder.mkdir()
    place, secret = f"sql:{folder}", b"x"
    certificate = load_der_x509_certificate(by.certificate.dump())
    packet = pkcs12.serialize_key_and_certificates(b"a", by.key, certificate, None, BestAvailableEncryption(secret))
    (folder / "a.p12").write_bytes(packet)
    for command in (
        ["certutil", "-N", "-d", place, "--empty-password"],
        ["pk12util", "-i", str(folder / "a.p12"), "-d", place, "-W", secret.decode(), "-K", ""],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return place


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A text made and signed by the program."""
    folder = tmp_path_factory.mktemp("libreoffice")
    path = printed({"a": _TEXT}, folder, "odt")["a"]
    pipe = f"docbridge-{uuid.uuid4().hex}"
    office = subprocess.Popen(
        [
            program(),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ],
        env={**os.environ, "MOZILLA_CERTIFICATE_FOLDER": keys_of(signing(), folder / "keys")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        script = Path(__file__).with_name("libreoffice_signs.py")
        subprocess.run(["/usr/bin/python3", str(script), str(path), pipe], check=True, capture_output=True, timeout=120)
        office.wait(timeout=60)
    finally:
        office.kill()
    return path.read_bytes()


def test_what_libreoffice_signs_is_sound_and_whole(signed: bytes) -> None:
    now = datetime.now(UTC)
    (signature,) = inspected("a.odt", signed, Evidence(now)).signatures
    assert (signature.carrier, signature.sound, signature.problems) == (Carrier.ODF, True, ())
    assert (signature.coverage, signature.signer.name) == (Coverage.WHOLE, "Nguyễn Văn A")
    if signature.signed_at is not None:
        assert abs(signature.signed_at - now) < timedelta(hours=15)  # it writes local time, with or without a zone


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"content.xml": b"<x/>"}, Problem.DIGEST_MISMATCH, id="another text"),
        pytest.param({"Scripts/python/a.py": b"x"}, Problem.PARTIAL_COVERAGE, id="a script is added"),
    ],
)
def test_a_change_afterwards_is_told(signed: bytes, change: dict[str, bytes], problem: Problem) -> None:
    with zipfile.ZipFile(io.BytesIO(signed)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    (signature,) = inspected("a.odt", packed(parts | change), Evidence(datetime.now(UTC))).signatures
    assert (signature.sound, signature.problems[0], signature.left_out) == (False, problem, tuple(change))
