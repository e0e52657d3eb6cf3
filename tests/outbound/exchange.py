"""A small mail world on loopback: a zone, a Postfix that is several mail servers, and the hosts of their policies."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dns.asyncresolver

from outbound.names import Names
from outbound.settings import OutboundSettings
from tests.servers.certificate import ServerCertificate, mint
from tests.servers.dns import NameServer
from tests.servers.postfix import PostfixSink, postfix
from tests.servers.wait import LOOPBACK

#: What each of Postfix's faces is like: its address, and what sets it apart (postconf(5)).
FACES = {
    "plain": ("127.0.0.2", "-o smtpd_tls_security_level=none"),
    "tls": ("127.0.0.3", ""),
    "no-utf8": ("127.0.0.4", "-o smtputf8_enable=no"),
    "small": ("127.0.0.5", "-o message_size_limit=20000"),
    "defers": ("127.0.0.6", "-o smtpd_recipient_restrictions=defer"),
    "refuses": ("127.0.0.7", "-o smtpd_recipient_restrictions=reject"),
}
NOBODY = "127.0.0.9"  #: where nobody listens
SCRIPTED = "127.0.0.10"  #: where the faulty ones of a test listen
POLICED = "mx.policed.example"  #: the name that the face "tls" has a certificate for


@dataclass
class World:
    """Where everything is."""

    postfix: PostfixSink
    names: NameServer
    authorities: Path  #: PEM of every certificate here
    site: "PolicySite"

    def settings(self, **changes: object) -> OutboundSettings:
        """Straight to the mail servers, with little patience."""
        base = OutboundSettings(
            smarthost="",
            hostname="office.example",
            mx_port=self.postfix.port,
            ca_file=self.authorities,
            connect_timeout=timedelta(seconds=5),
            command_timeout=timedelta(seconds=5),
            final_timeout=timedelta(seconds=5),
        )
        return replace(base, **changes)  # type: ignore[arg-type]

    def resolver(self) -> Names:
        """A resolver that asks our server; to be made inside the event loop that uses it."""
        made = dns.asyncresolver.Resolver(configure=False)
        made.nameservers = [LOOPBACK]
        made.port = self.names.port
        made.lifetime = 1.0
        return Names(made)


@dataclass
class PolicySite:
    """The hosts mta-sts.<domain>, all on one port."""

    certificate: ServerCertificate
    port: int = 0
    said: dict[str, tuple[int, str, str]] = field(default_factory=dict)  #: host -> status, media type, text
    asked: list[str] = field(default_factory=list)  #: hosts, in order

    def publish(self, domain: str, mode: str, *mx: str, age: int = 86400) -> None:
        """A good policy."""
        lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {name}" for name in mx), f"max_age: {age}", ""]
        self.said[f"mta-sts.{domain}"] = (200, "text/plain; charset=utf-8", "\r\n".join(lines))


@contextlib.contextmanager
def policy_site(folder: Path, *domains: str) -> Iterator[PolicySite]:
    """Serve the policies of `domains` by HTTPS until the block ends."""
    site = PolicySite(mint(folder, *(f"mta-sts.{domain}" for domain in domains)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"]
            site.asked.append(host)
            status, media_type, text = site.said.get(host, (404, "text/plain", ""))
            if self.path != "/.well-known/mta-sts.txt":
                status = 404
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            if status // 100 == 3:
                self.send_header("Location", text)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
            """Keep still."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(site.certificate.certificate, site.certificate.key)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that takes no such certificate is no news."""

    server = Quiet((LOOPBACK, 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@contextlib.contextmanager
def world(folder: Path, names: NameServer) -> Iterator[World]:
    """The whole of it until the block ends."""
    for name in ("mx", "policies"):
        (folder / name).mkdir()
    shown = mint(folder / "mx", POLICED)

    def furnish(etc: Path) -> None:
        port = (etc / "master.cf").read_text().split(" ", 1)[0].rpartition(":")[2]
        faces = []
        for name, (address, options) in FACES.items():
            shows = f"-o smtpd_tls_cert_file={etc}/mx.crt -o smtpd_tls_key_file={etc}/mx.key" if name == "tls" else ""
            faces.append(f"{address}:{port} inet n - n - - smtpd -o max_use=1 {options} {shows}\n")
        (etc / "mx.crt").write_bytes(shown.certificate.read_bytes())
        (etc / "mx.key").write_bytes(shown.key.read_bytes())
        with (etc / "master.cf").open("a") as out:
            out.writelines(faces)

    with (
        policy_site(folder / "policies", "policed.example", "elsewhere.example", "testing.example") as site,
        postfix(folder / "mx.log", furnish=furnish) as server,
    ):
        authorities = folder / "authorities.pem"
        authorities.write_bytes(shown.certificate.read_bytes() + site.certificate.certificate.read_bytes())
        yield World(server, names, authorities, site)
