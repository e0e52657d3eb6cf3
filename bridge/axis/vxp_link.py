"""One HTTP call after the other to a VXP axis; knows on which side of the last octet a call failed.

http.client and not a larger library: whether a packet may have been taken hangs on that side, and so does what happens
next; the exchange is a thread of its own and needs no event loop; headers go out as they are named.  Redirects are not
followed and no proxy is asked: a signed packet goes where the settings say.
"""

import http.client
import select
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bridge.axis.settings import VxpAxis
from bridge.axis.vxp_wire import Parameters

_PIECE = 1 << 16
_IDLE = 15.0  # seconds after which a kept connection is not trusted any more


class NotSentError(Exception):
    """The call failed before its last octet was out: nobody can have acted on it."""


class NotAnsweredError(Exception):
    """The call was out, and no whole answer came: it may have been acted on."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer."""

    status: int
    body: bytearray
    cut: bool = False  #: there was more than was to be read
    date: str = ""  #: the other side's clock (RFC 9110 section 6.6.1); "" = not told


class Link:
    """The connection to one axis, kept between calls.  Used by one thread."""

    def __init__(self, settings: VxpAxis) -> None:
        self._settings = settings
        parts = urlsplit(settings.url)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._path = parts.path.rstrip("/")
        self._kept: http.client.HTTPConnection | None = None
        self._used = 0.0

    def post(
        self, operation: str, headers: Parameters, body: bytes | Path, tail: bytes = b"", largest: int = 32 << 20
    ) -> HttpAnswer:
        """One call: `body` and `tail` go out, at most `largest` octets of the answer come back.

        Raises:
            NotSentError: it was not sent whole.
            NotAnsweredError: it was, and was not answered.
        """
        connection = self._connection()
        end = time.monotonic() + self._settings.deadline.total_seconds()
        watch = threading.Timer(self._settings.deadline.total_seconds(), _shut, (connection.sock,))
        watch.daemon = True
        watch.start()
        try:
            try:
                self._send(connection, operation, headers, body, tail)
            except (OSError, http.client.HTTPException) as error:
                raise NotSentError(type(error).__name__) from error
            try:
                answer, stays = _read(connection.getresponse(), largest, end)
            except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
                # http.client trips over a socket that the watch shut under its hands with the last two.
                raise NotAnsweredError(type(error).__name__) from error
        except BaseException:
            connection.close()
            raise
        finally:
            watch.cancel()
        if stays:
            self._kept, self._used = connection, time.monotonic()
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Gives the connection back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connection(self) -> http.client.HTTPConnection:
        """The kept connection while the other side holds it open, else a new one."""
        kept, self._kept = self._kept, None
        if kept is not None:
            # What can be read between two calls is the other side's farewell.
            fresh = time.monotonic() - self._used < _IDLE
            if fresh and kept.sock is not None and not select.select([kept.sock], [], [], 0)[0]:
                return kept
            kept.close()
        seconds = self._settings.connect_timeout.total_seconds()
        new: http.client.HTTPConnection
        try:
            if self._secure:
                ca_file = self._settings.ca_file
                context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
                new = http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=context)
            else:
                new = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
            new.connect()
        except (OSError, http.client.HTTPException) as error:
            raise NotSentError(type(error).__name__) from error
        new.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        new.sock.settimeout(self._settings.timeout.total_seconds())
        return new

    def _send(
        self,
        connection: http.client.HTTPConnection,
        operation: str,
        headers: Parameters,
        body: bytes | Path,
        tail: bytes,
    ) -> None:
        size = len(body) if isinstance(body, bytes) else body.stat().st_size
        connection.putrequest("POST", f"{self._path}/{operation}", skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(size + len(tail)))
        connection.putheader("Connection", "Keep-Alive")
        if isinstance(body, bytes) and size <= _PIECE:
            connection.endheaders(body + tail)
            return
        connection.endheaders()
        if isinstance(body, bytes):
            connection.send(body)
        else:
            with body.open("rb") as file:
                while piece := file.read(_PIECE):
                    connection.send(piece)
        connection.send(tail)


def _read(response: http.client.HTTPResponse, largest: int, end: float) -> tuple[HttpAnswer, bool]:
    """The answer, and whether the connection may be used again."""
    declared, date = response.length, response.getheader("Date", "")
    body = bytearray()
    while piece := response.read1(_PIECE):
        body += piece
        if len(body) > largest:
            return HttpAnswer(response.status, body[:largest], cut=True, date=date), False
        if time.monotonic() > end:
            raise TimeoutError
    if declared is not None and len(body) != declared:
        # read1 takes an early end for the end.
        raise http.client.IncompleteRead(b"", declared - len(body))
    response.close()  # read1 leaves it open at the end of a declared length, and the connection with it
    return HttpAnswer(response.status, body, date=date), not response.will_close


def _shut(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
