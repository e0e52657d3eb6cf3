"""A real time-stamping authority stamps the XML report; what is no stamp of it is not taken and delays nothing."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from bridge.evidence.http import NotHadError
from bridge.report.bundle import House, write
from bridge.report.places import Pictures
from bridge.report.settings import Report
from bridge.report.stamp import stamp
from tests.pki import minting
from tests.pki.minting import Profile, authority, name_of, usage
from tests.report.given import digest, subject, valid
from tests.servers.process import binary
from tests.servers.tsa import tsa
from tests.servers.wait import LOOPBACK, free_port

PEM = serialization.Encoding.PEM
ROOT = minting.root("RootCA thu nghiem")
CA = ROOT.issue(authority("CA dau thoi gian", length=0))
STAMPER = CA.issue(
    Profile(
        name_of("TSA thu nghiem"),
        extensions=(
            usage(frozenset({"digital_signature"})),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        ),
    ),
    minting.rsa_key(),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the authority is."""
    key = STAMPER.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer, chain = STAMPER.certificate.public_bytes(PEM), CA.certificate.public_bytes(PEM)
    with tsa(tmp_path_factory.mktemp("tsa") / "house", signer, key, chain) as url:
        yield url


def verified(folder: Path, report: Path, stamp: Path) -> bool:
    """What openssl says of it."""
    (folder / "anchors.pem").write_bytes(b"".join(one.certificate.public_bytes(PEM) for one in (ROOT, CA)))
    command = [binary("openssl"), "ts", "-verify", "-data", str(report), "-in", str(stamp), "-CAfile", "anchors.pem"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=20).returncode == 0


def test_the_stamp_over_the_report_is_one_that_openssl_verifies(address: str, tmp_path: Path) -> None:
    house = House(Report(tsa_url=address))
    (written,) = write([subject(valid())], lambda request: Pictures(), tmp_path / "out", house)
    assert written.lacking == ()
    report, answer = (tmp_path / "out" / f"{digest('35')}.{suffix}" for suffix in ("xml", "tsr"))
    assert verified(tmp_path, report, answer)
    report.write_bytes(report.read_bytes().replace(b"total-passed", b"total-failed"))
    assert not verified(tmp_path, report, answer)


def _another(address: str, octets: bytes) -> bytes:
    """A good stamp of something else, or of the same for another question."""
    return stamp(octets, Report(tsa_url=address))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"<html>not found</html>", id="a page"),
        pytest.param(lambda _: bytes.fromhex("30053003020102"), id="a refusal"),
        pytest.param(lambda url: _another(url, b"another"), id="a stamp of something else"),
        pytest.param(lambda url: _another(url, b"report"), id="a stamp that was asked for before"),
    ],
)
def test_what_is_no_stamp_of_the_report_is_not_taken(address: str, answer: Callable[[str], bytes]) -> None:
    content = answer(address)

    class Handler(BaseHTTPRequestHandler):
        """Says the same to everybody."""

        def do_POST(self) -> None:
            """Whatever is asked."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
            """Keep still."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(NotHadError, match=r"no time stamp of this report|is empty"):
            stamp(b"report", Report(tsa_url=f"http://{LOOPBACK}:{server.server_port}/"))
        server.shutdown()


def test_an_authority_that_is_away_is_told_and_the_rest_is_made(tmp_path: Path) -> None:
    away = Report(tsa_url=f"http://{LOOPBACK}:{free_port()}/", tsa_timeout=timedelta(seconds=2))
    (written,) = write([subject(valid())], lambda request: Pictures(), tmp_path, House(away))
    assert [name.rpartition(".")[2] for name in written.files] == ["html", "pdf", "xml", "json"]
    assert written.lacking[0].startswith("no time stamp: ")
