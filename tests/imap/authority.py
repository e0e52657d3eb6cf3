"""An OAuth2 token endpoint of the tests: rotates refresh tokens, lets access tokens end, fails, vouches for them."""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.servers.wait import LOOPBACK


@dataclass
class Authority:
    """What it does, and what it has seen; changed while it runs."""

    user: str
    port: int = 0
    #: Refresh tokens that are good; each is spent by its use.
    good: set[str] = field(default_factory=lambda: {"first"})
    #: Access tokens and when they end.
    tokens: dict[str, float] = field(default_factory=dict)
    #: Seconds that an access token lives.
    life: float = 3600
    #: Whether every refresh brings another refresh token.
    rotates: bool = True
    #: What is answered instead of a token: status and body.
    trouble: tuple[int, bytes] | None = None
    #: The forms that were sent.
    asked: list[dict[str, str]] = field(default_factory=list)
    #: How often a mail server asked about a token.
    vouched: int = 0

    @property
    def url(self) -> str:
        """The token endpoint."""
        return f"http://{LOOPBACK}:{self.port}/token"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        """Status and body."""
        if path.startswith("/introspect"):
            self.vouched += 1
            active = self.tokens.get(form.get("token", ""), 0) > time.time()
            return 200, json.dumps({"active": active, "username": self.user, "sub": self.user}).encode()
        self.asked.append(form)
        if self.trouble is not None:
            return self.trouble
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.good:
                return 400, b'{"error": "invalid_grant", "error_description": "spent"}'
        elif form.get("client_secret") != "our secret":
            return 401, b'{"error": "invalid_client"}'
        token = secrets.token_urlsafe(20)
        self.tokens[token] = time.time() + self.life
        found: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.life}
        if self.rotates and "refresh_token" in form:
            fresh = secrets.token_urlsafe(20)
            self.good = {fresh}
            found["refresh_token"] = fresh
        return 200, json.dumps(found).encode()


@contextlib.contextmanager
def vouching(user: str) -> Iterator[Authority]:
    """The endpoint until the block ends."""
    authority = Authority(user)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def do_GET(self) -> None:
            query = urlsplit(self.path).query
            self._answer({name: values[0] for name, values in parse_qs(query).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, body = authority.answer(self.path, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", authority.url)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            del format, args

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        authority.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join(5)
