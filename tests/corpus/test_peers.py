"""Beside what we say of the corpus: what pdfsig, `openssl cms` and plain pyHanko say of the same files, as one table.

Run by `make corpus CORPUS=DIR` alone.  A peer "accepts" a file when it has signatures and finds all of them intact;
whom it trusts is not asked.  Whatever it raises, or ends with, is a refusal.
"""

import asyncio
import collections
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import cms, pem
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_cms_signature, async_validate_detached_cms
from pyhanko.sign.validation import validate_pdf_signature as validate_pdf
from pyhanko_certvalidator import ValidationContext

from tests.corpus.test_signatures import BAD, GOOD, Row, _cms, _pdf, _rows, _smime
from tests.servers.process import binary
from tests.validation.pyhanko_peer import compare
from validation.signature import state_of

_BAD = "bad ones accepted"
_GOOD = "good ones accepted"
Opinion = Callable[[Row, Path], bool]


def _trusting_nobody() -> ValidationContext:
    return ValidationContext(trust_roots=[], allow_fetching=False)


def _tried(opinion: Opinion, row: Row, folder: Path) -> bool:
    try:
        return opinion(row, folder)
    except Exception:  # noqa: BLE001 - whatever a peer raises is its refusal
        return False


def _pdfsig(row: Row, folder: Path) -> bool:
    file = folder / "file.pdf"
    file.write_bytes(row[0])
    done = subprocess.run([binary("pdfsig"), "-nocert", file], capture_output=True, check=False, timeout=60)
    said = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if "Signature Validation:" in line]
    return bool(said) and all("Signature is Valid" in line for line in said)


def _pyhanko_pdf(row: Row, _: Path) -> bool:
    found = [
        validate_pdf(one, signer_validation_context=_trusting_nobody())
        for one in PdfFileReader(io.BytesIO(row[0])).embedded_signatures
    ]
    return bool(found) and all(one.intact and one.valid and one.docmdp_ok for one in found)


def _openssl(row: Row, folder: Path, form: str) -> bool:
    file, content = folder / "file", folder / "content"
    file.write_bytes(row[0])
    command = [binary("openssl"), "cms", "-verify", "-noverify", "-inform", form, "-in", str(file), "-out", "/dev/null"]
    if form == "DER":
        command += ["-binary"]
    if row[1]:
        content.write_bytes(row[1][0])
        command += ["-content", str(content)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def _openssl_cms(row: Row, folder: Path) -> bool:
    return _openssl(row, folder, "PEM" if pem.detect(row[0]) else "DER")


def _openssl_smime(row: Row, folder: Path) -> bool:
    return _openssl(row, folder, "SMIME")


def _pyhanko_cms(row: Row, _: Path) -> bool:
    octets = pem.unarmor(row[0])[2] if pem.detect(row[0]) else row[0]
    signed = cms.ContentInfo.load(octets)["content"]
    if row[1]:
        detached = asyncio.run(async_validate_detached_cms(row[1][0], signed, _trusting_nobody()))
        return bool(detached.intact and detached.valid)
    status = asyncio.run(async_validate_cms_signature(signed, validation_context=_trusting_nobody()))
    return bool(status.intact and status.valid)


PEERS: dict[str, dict[str, Opinion]] = {
    "pdf": {
        "ours": lambda row, _: state_of(_pdf(row)) == "sound",
        "plain pyHanko": _pyhanko_pdf,
        "pdfsig": _pdfsig,
    },
    "cms": {
        "ours": lambda row, _: state_of(_cms(row)) == "sound",
        "plain pyHanko": _pyhanko_cms,
        "openssl cms": _openssl_cms,
    },
    "smime": {
        "ours": lambda row, _: state_of(_smime(row)) == "sound",
        "openssl cms": _openssl_smime,
    },
}


@pytest.mark.parametrize("kind", list(PEERS))
def test_what_the_peers_say_of_the_same_files(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table goes to the terminal; where we accept a bad file, or fewer good ones than a peer, it fails."""
    table: dict[str, collections.Counter[str]] = {name: collections.Counter() for name in PEERS[kind]}
    rows = _rows(kind)
    total = collections.Counter(_kind_of(row) for row in rows)
    for row in rows:
        for name, opinion in PEERS[kind].items():
            table[name][_kind_of(row)] += _tried(opinion, row, tmp_path)
    with capsys.disabled():
        print(f"\n{kind:6} {'':16} {_GOOD:>20} {_BAD:>20}")
        for name, counts in table.items():
            good, bad = (f"{counts[each]} of {total[each]}" for each in (_GOOD, _BAD))
            print(f"{'':6} {name:16} {good:>20} {bad:>20}")
    assert table["ours"][_BAD] == 0
    assert table["ours"][_GOOD] == max(counts[_GOOD] for counts in table.values())


def _kind_of(row: Row) -> str:
    expected = row[2]["expected_fine"]
    return _GOOD if expected == GOOD else _BAD if expected in BAD else "others"


def test_our_own_reading_of_a_pdf_is_pyhankos() -> None:
    """Where our reading stands in for `pyhanko.sign`: extent, digest and locks of every signature in the corpus."""
    compared = sum(compare(row[0]) for row in _rows("pdf"))
    assert compared > len(_rows("pdf")) / 2
