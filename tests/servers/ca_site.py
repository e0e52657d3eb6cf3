"""The web site of certificate authorities on loopback: files by GET, and OCSP answered by OpenSSL's responder."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from bridge.demo.authority import Authority, Identity
from tests.servers.process import binary
from tests.servers.wait import LOOPBACK, free_port


@dataclass
class CaSite:
    """What is published, on a port that stays the same while it is away."""

    folder: Path  #: where the responders' books lie
    port: int = field(default_factory=free_port)
    files: dict[str, bytes] = field(default_factory=dict)  #: path -> content
    asked: list[str] = field(default_factory=list)  #: method and path of every request so far

    def __post_init__(self) -> None:
        """Not open yet."""
        self._server: ThreadingHTTPServer | None = None

    def url(self, path: str) -> str:
        """The address of `path`."""
        return f"http://{LOOPBACK}:{self.port}/{path}"

    def respond(self, path: str, authority: Authority, known: list[Identity], signer: Identity | None = None) -> None:
        """Let a responder at `path` speak of `known`, as `authority` stands; `signer` = another than itself."""
        book = self.folder / path
        book.mkdir(parents=True, exist_ok=True)
        revoked = {line.serial: line.since for line in authority.revoked}
        lines = []
        for one in known:
            serial, end = one.certificate.serial_number, one.certificate.not_valid_after_utc
            since = revoked.get(serial)
            state = f"R\t{end:%y%m%d%H%M%SZ}\t{since:%y%m%d%H%M%SZ}" if since else f"V\t{end:%y%m%d%H%M%SZ}\t"
            digits = f"{serial:X}"
            lines.append(f"{state}\t{digits.zfill(len(digits) + len(digits) % 2)}\tunknown\t/CN={digits}\n")
        (book / "index.txt").write_text("".join(lines))
        (book / "ca.pem").write_bytes(authority.identity.certificate.public_bytes(serialization.Encoding.PEM))
        by = signer or authority.identity
        (book / "signer.pem").write_bytes(by.certificate.public_bytes(serialization.Encoding.PEM))
        key = by.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (book / "signer.key").write_bytes(key)

    def answer(self, path: str, request: bytes) -> bytes:
        """OpenSSL's answer to one request."""
        book = self.folder / path
        name = f"{datetime.now(UTC).timestamp():.6f}-{threading.get_ident()}"
        asked, said = book / f"{name}.req", book / f"{name}.resp"
        asked.write_bytes(request)
        command = [binary("openssl"), "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "signer.pem"]
        command += ["-rkey", "signer.key", "-ndays", "1", "-reqin", asked.name, "-respout", said.name]
        subprocess.run(command, cwd=book, check=True, capture_output=True, timeout=20)
        return said.read_bytes()

    def open(self) -> None:
        """Answer from now on."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_GET(self) -> None:
                """A file."""
                path = self.path.lstrip("/")
                site.asked.append(f"GET {path}")
                self._say(site.files.get(path))

            def do_POST(self) -> None:
                """A question to a responder."""
                path = self.path.lstrip("/")
                site.asked.append(f"POST {path}")
                request = self.rfile.read(int(self.headers["Content-Length"]))
                self._say(site.answer(path, request) if (site.folder / path).is_dir() else None)

            def _say(self, content: bytes | None) -> None:
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
                """Keep still."""

        self._server = ThreadingHTTPServer((LOOPBACK, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Be away."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()


@contextmanager
def ca_site(folder: Path) -> Iterator[CaSite]:
    """An open site; closed afterwards."""
    site = CaSite(folder)
    site.open()
    try:
        yield site
    finally:
        site.close()
