"""A time-stamping authority on loopback: OpenSSL's `ts` behind HTTP, as RFC 3161 section 3.4 has it."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.servers.process import binary
from tests.servers.wait import LOOPBACK

_CONFIG = """
[tsa]
default_tsa = house
[house]
serial = serial
signer_cert = signer.pem
certs = chain.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@contextmanager
def tsa(folder: Path, signer: bytes, key: bytes, chain: bytes) -> Iterator[str]:
    """The address of an authority that stamps with that certificate and key (PEM) and sends `chain` along."""
    folder.mkdir()
    for name, content in (("signer.pem", signer), ("signer.key", key), ("chain.pem", chain), ("serial", b"01\n")):
        (folder / name).write_bytes(content)
    (folder / "tsa.cnf").write_text(_CONFIG)
    turn = threading.Lock()  # one serial number at a time

    class Handler(BaseHTTPRequestHandler):
        """One query."""

        def do_POST(self) -> None:
            """Stamp it."""
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with turn:
                (folder / "query").write_bytes(query)
                command = [binary("openssl"), "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query"]
                subprocess.run([*command, "-out", "reply"], cwd=folder, check=True, capture_output=True, timeout=20)
                reply = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
            """Keep still."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
