"""The MTA-STS policies of the domains that we write to: fetched when announced, kept for as long as they say.

Promise: a policy that was seen once holds until its time is up, on disk too, though the DNS is silent or the policy's
server away: that is what keeps somebody on the way from taking it off (RFC 8461 section 10.2).  A policy is fetched
from the domain's own policy host under a checked certificate, without following anybody elsewhere.
"""

import asyncio
import contextlib
import http.client
import io
import json
import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import structlog

from outbound.exchangers import Exchanger, addresses
from outbound.names import Names
from outbound.sts import Mode, Policy, announced, read

_log = structlog.get_logger("docbridge.outbound")
_LONGEST = 64 * 1024  # RFC 8461 section 3.3
_PATIENCE = 60.0  # seconds, the same section
_NOT_AGAIN = timedelta(minutes=5)  # RFC 8461 section 3.3: a failed fetch is not repeated at once


def _now() -> datetime:
    return datetime.now(UTC)


class _FetchError(Exception):
    """The policy's host gave none."""


class Policies:
    """The cache.  For one event loop; several processes may share its folder."""

    def __init__(
        self,
        names: Names,
        folder: Path | None = None,
        ca_file: Path | None = None,
        port: int = 443,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """`folder` None = nothing outlives the process; `ca_file` None = the system's authorities."""
        self._names = names
        self._folder = folder
        self._context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        self._port = port
        self._now = now
        self._known: dict[str, Policy] = {}
        self._failed: dict[str, datetime] = {}

    async def of(self, domain: str) -> Policy | None:
        """What holds for `domain` now; None = nothing is demanded."""
        if domain.startswith("["):
            return None
        known = self._kept(domain)
        record = await self._names.ask(f"_mta-sts.{domain}", "TXT")
        id_ = announced(record.values)
        if id_ and (known is None or known.id != id_) and self._failed.get(domain, self._now()) <= self._now():
            try:
                known = await self._fetch(domain, id_)
                self._keep(domain, known)
            except (_FetchError, OSError, TimeoutError) as error:
                self._failed[domain] = self._now() + _NOT_AGAIN
                _log.warning("mta_sts_not_fetched", domain=domain, kind=type(error).__name__, cause=str(error)[:200])
        return None if known is None or known.mode is Mode.NONE else known

    async def _fetch(self, domain: str, id_: str) -> Policy:
        host = f"mta-sts.{domain}"
        found = await addresses(self._names, Exchanger(host))
        if not isinstance(found, tuple):
            raise _FetchError(found.reply.cause)
        async with asyncio.timeout(_PATIENCE):
            answer = await self._got(host, found)
        status, media_type, body = _read_answer(answer)
        # RFC 8461 section 3.3: a redirection is not followed.
        if status != 200 or media_type.partition(";")[0].strip().lower() != "text/plain":
            raise _FetchError(f"answered {status} {media_type}")
        policy = read(body.decode("utf-8", "replace"), id_, self._now())
        if policy is None:
            raise _FetchError("what it gave is no policy")
        return policy

    async def _got(self, host: str, found: tuple[str, ...]) -> bytes:
        last: OSError = OSError("no address")
        for address in found:
            try:
                reader, writer = await asyncio.open_connection(
                    address, self._port, ssl=self._context, server_hostname=host
                )
            except OSError as error:  # a certificate that is not the host's is one too
                last = error
                continue
            try:
                path = "/.well-known/mta-sts.txt"
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
                answer = b""
                while len(answer) <= _LONGEST and (block := await reader.read(_LONGEST)):
                    answer += block
                return answer
            finally:
                writer.transport.abort()
        raise last

    def _kept(self, domain: str) -> Policy | None:
        policy = self._known.get(domain)
        if policy is None and self._folder is not None:
            with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                said = json.loads((self._folder / f"{domain}.json").read_text("utf-8"))
                until = datetime.fromisoformat(said["until"])
                policy = Policy(Mode(said["mode"]), tuple(said["mx"]), said["id"], until)
                self._known[domain] = policy
        return None if policy is None or policy.until <= self._now() else policy

    def _keep(self, domain: str, policy: Policy) -> None:
        self._known[domain] = policy
        if self._folder is None:
            return
        said = {"mode": policy.mode, "mx": policy.mx, "id": policy.id, "until": policy.until.isoformat()}
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{domain}-{os.getpid()}"
        draft.write_text(json.dumps(said), "utf-8")
        draft.rename(self._folder / f"{domain}.json")


class _Answer:
    """What the standard library's reader of answers takes for a socket."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> io.BytesIO:
        """The answer as a stream."""
        return io.BytesIO(self._octets)


def _read_answer(octets: bytes) -> tuple[int, str, bytes]:
    """Status, media type and body.

    Raises:
        _FetchError: it is no answer of HTTP.
    """
    response = http.client.HTTPResponse(cast("socket.socket", _Answer(octets)))  # it only asks for makefile
    try:
        response.begin()
        return response.status, response.getheader("Content-Type") or "", response.read(_LONGEST)
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise _FetchError(f"no answer of HTTP: {type(error).__name__}") from error
