"""OAuth2 access tokens (RFC 6749): had with the refresh token, or with our secret alone; kept until they run out.

Promise: a refresh token that the server replaced is on disk before the access token beside it is used, so that no
crash leaves us with one that is spent; two processes never spend the same one; no token is ever logged.
"""

import contextlib
import fcntl
import json
import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO

import structlog

from imap_poll.secret import read_secret, write_secret
from imap_poll.settings import Account
from store.errors import Unavailable

_log = structlog.get_logger("docbridge.imap_poll")
_TIMEOUT = 20.0
_LARGEST = 65_536  # octets of an answer
_MARGIN = 60.0  # seconds before its end from which a token is not used any more
_LIFE = 300.0  # seconds, when the server does not say
_ERROR = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Access:
    """One access token."""

    token: str
    until: float  #: on the clock of `Tokens`


class _Straight(urllib.request.HTTPRedirectHandler):
    """A token endpoint that sends us elsewhere would get our secrets there."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nowhere."""


class Tokens:
    """The tokens of one account.  Thread-safe."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.monotonic) -> None:
        self._account = account
        self._clock = clock
        self._lock = threading.Lock()
        self._access: Access | None = None
        self._unwritten = ("", "")  # the refresh token that the file holds still, and the one that ought to be there

    def secret(self) -> str:
        """An access token that is good for a minute at least.

        Raises:
            Unavailable: the token endpoint gives none; the cause names its error code (RFC 6749 section 5.2).
        """
        with self._lock:
            if self._access is None or self._access.until <= self._clock():
                self._access = self._fresh()
            return self._access.token

    def refused(self, secret: str) -> None:
        """The mail server did not take it: the next one is asked for anew."""
        with self._lock:
            if self._access is not None and self._access.token == secret:
                self._access = None

    def _fresh(self) -> Access:
        account = self._account
        asked = {"client_id": account.client_id}
        if account.scope:
            asked["scope"] = account.scope
        if account.client_secret_file is not None:
            asked["client_secret"] = read_secret(account.client_secret_file, "client_secret_file")
        file = account.refresh_token_file
        if file is None:
            return self._read(_post(account.token_url, {**asked, "grant_type": "client_credentials"}))
        with _alone(file):
            held = read_secret(file, "refresh_token_file")
            refresh = self._unwritten[1] if held == self._unwritten[0] and self._unwritten[1] else held
            answer = _post(account.token_url, {**asked, "grant_type": "refresh_token", "refresh_token": refresh})
            rotated = answer.get("refresh_token")
            if isinstance(rotated, str) and rotated not in ("", refresh):
                self._unwritten = (held, rotated)
            if self._unwritten[1]:
                self._write(file)
            return self._read(answer)

    def _write(self, file: Path) -> None:
        """A file that cannot be written costs a new consent after the next restart, and must not cost today's mail."""
        try:
            write_secret(file, self._unwritten[1], "refresh_token_file")
        except Unavailable as unavailable:
            _log.error("refresh_token_not_written", account=self._account.name, cause=unavailable.cause)
        else:
            self._unwritten = ("", "")

    def _read(self, answer: Mapping[str, object]) -> Access:
        token = answer.get("access_token")
        # It goes into the line of a command: nothing that could end one (RFC 6750 section 2.1).
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,16384}", token):
            raise Unavailable("token: none in the answer")
        try:
            life = float(str(answer.get("expires_in", _LIFE)))
        except ValueError:
            life = _LIFE
        return Access(token, self._clock() + max(1.0, life - _MARGIN))


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else on this machine spends the refresh token meanwhile."""
    try:
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"refresh_token_file: {error.strerror}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _post(url: str, fields: Mapping[str, str]) -> Mapping[str, object]:
    handlers: list[urllib.request.BaseHandler] = [_Straight()]
    if urllib.parse.urlsplit(url).scheme == "http":  # loopback alone, say the settings; no proxy leads there
        handlers.append(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(  # noqa: S310  the scheme is held to https by the settings
        url, urllib.parse.urlencode(fields).encode(), {"Accept": "application/json"}
    )
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=_TIMEOUT) as answer:
            content = answer.read(_LARGEST)
    except urllib.error.HTTPError as error:
        with error:
            raise Unavailable(f"token: {error.code}{_error_of(error)}") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"token: {type(reason).__name__}") from None
    return _object(content)


def _error_of(error: urllib.error.HTTPError) -> str:
    try:
        code = str(_object(error.read(_LARGEST)).get("error", ""))
    except (OSError, HTTPException, Unavailable):
        return ""
    return f" {code}" if _ERROR.fullmatch(code) else ""


def _object(content: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unavailable("token: the answer is no JSON object")
    return found
