"""The sealed PDF of a receipt: anybody verifies it offline, and a certificate that may not sign makes none."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from cryptography.hazmat.primitives import serialization

from bridge.demo.pki import AGENCY, Pki, mint
from bridge.letters.receipt_pdf import receipt_pdf
from bridge.letters.seal import UnfitSealError, seal_of
from bridge.settings.sections import Office, Receipts

NOW = datetime.now(UTC)
OFFICE = Office("H99.12", "Ủy ban nhân dân tỉnh Mẫu")
TEXT = "Kính gửi Quý cơ quan,\n\nĐã tiếp nhận văn bản <b>35/QĐ-SM</b>.\n   SHA-256: " + "0f" * 32 + "\n"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """An office's certificate with its hierarchy."""
    return mint(tmp_path_factory.mktemp("pki"), NOW)


@pytest.fixture(scope="module")
def receipts(pki: Pki) -> Receipts:
    """The settings that name its seal."""
    certificate = pki.directory / "seal.pem"
    certificate.write_bytes(pki.agency.certificate.public_bytes(serialization.Encoding.PEM))
    return Receipts(seal_certificate=certificate, seal_key=pki.directory / "keys" / "agency.pem")


def test_it_is_sound_and_trusted_by_check_alone_and_says_what_the_letter_says(
    pki: Pki, receipts: Receipts, tmp_path: Path
) -> None:
    (file,) = receipt_pdf(TEXT, "Đã tiếp nhận", "0198", OFFICE, receipts, NOW)
    assert (file.name, file.media_type) == ("bien-nhan-0198.pdf", "application/pdf")
    (tmp_path / file.name).write_bytes(file.content)
    command = (
        sys.executable,
        "-m",
        "bridge",
        "check",
        file.name,
        "--offline",
        "--trust",
        pki.trust_directory,
        "--json",
    )
    ours = {key: value for key, value in os.environ.items() if not key.startswith("DOCBRIDGE_")}
    ran = subprocess.run(command, cwd=tmp_path, env=ours, capture_output=True, check=False)
    said = json.loads(ran.stdout)
    (signature,) = said["signatures"]
    assert (signature["sound"], signature["coverage"], signature["trust"]) == (True, "whole", "trusted")
    assert signature["signer"]["name"] == AGENCY.name
    with pypdfium2.PdfDocument(file.content) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert "Đã tiếp nhận văn bản <b>35/QĐ-SM</b>." in text
    assert "GIẤY BIÊN NHẬN ĐIỆN TỬ" in text


def _expired(receipts: Receipts) -> tuple[Path, Path, datetime]:
    return *_files(receipts), NOW + timedelta(days=4000)


def _not_yet(receipts: Receipts) -> tuple[Path, Path, datetime]:
    return *_files(receipts), NOW - timedelta(days=4000)


def _anothers_key(receipts: Receipts) -> tuple[Path, Path, datetime]:
    certificate, key = _files(receipts)
    return certificate, key.with_name("business.pem"), NOW


def _no_pem(receipts: Receipts) -> tuple[Path, Path, datetime]:
    _, key = _files(receipts)
    return key, key, NOW


def _away(receipts: Receipts) -> tuple[Path, Path, datetime]:
    certificate, key = _files(receipts)
    return certificate.with_name("away.pem"), key, NOW


def _files(receipts: Receipts) -> tuple[Path, Path]:
    assert receipts.seal_certificate is not None
    assert receipts.seal_key is not None
    return receipts.seal_certificate, receipts.seal_key


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param(_expired, "not within its time", id="an expired certificate"),
        pytest.param(_not_yet, "not within its time", id="a certificate of tomorrow"),
        pytest.param(_anothers_key, "not the certificate's", id="the key of another"),
        pytest.param(_no_pem, "not PEM", id="no certificate in the file"),
        pytest.param(_away, "cannot be read", id="a file that is not there"),
    ],
)
def test_a_seal_that_may_not_sign_is_refused_with_the_reason(
    receipts: Receipts, given: Callable[[Receipts], tuple[Path, Path, datetime]], why: str
) -> None:
    certificate, key, moment = given(receipts)
    with pytest.raises(UnfitSealError, match=why):
        seal_of(certificate, key, moment)
    unfit = Receipts(seal_certificate=certificate, seal_key=key)
    assert receipt_pdf(TEXT, "Đã tiếp nhận", "0198", OFFICE, unfit, moment) == ()


def test_without_a_seal_there_is_no_pdf() -> None:
    assert receipt_pdf(TEXT, "Đã tiếp nhận", "0198", OFFICE, Receipts(), NOW) == ()
