"""A Session is one logged-in connection, and the one border where imapclient's failures become Unavailable.

Traps that it steps round (imapclient 4.1.0 on CPython's imaplib): no time-out by default; a literal is allocated as
large as the server claims, and untagged lines are collected without end; every response is formatted for a debug log
that nobody reads; after any error but a plain NO the state of the stream is unknown, so the connection is dropped.
"""

import contextlib
import imaplib
import re
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from imap_poll.credentials import Credentials
from imap_poll.settings import Account
from store.errors import Unavailable

_CONNECT = 20.0  # seconds for the way to the server, at most
_LITERAL = 65_536  # octets of a literal that is no piece of a mail: the name of a mailbox
_ANSWER = 4_000_000  # octets of one answer beside what was asked for; a listing of 500 has 50,000
_LINE = 64  # what a line costs beside its octets: very many short ones are very much work
_CODE = re.compile(r"\[([A-Z][A-Z0-9-]{0,30})")


class Refused(Unavailable):
    """The server said NO or BAD to one command; the connection stands."""


class LoginRefused(Unavailable):
    """The server does not let us in."""


def told(doing: str, error: BaseException) -> Unavailable:
    """What the log is told of a failure: the kind and the response code (RFC 5530), never the server's own text."""
    code = _CODE.search(str(error)) if isinstance(error, imaplib.IMAP4.error) else None
    cause = f"{doing}: {f'[{code[1]}]' if code else type(error).__name__}"
    if isinstance(error, LoginError):
        broken = isinstance(error.__context__, imaplib.IMAP4.abort | OSError)
        return Unavailable(cause) if broken else LoginRefused(cause)
    # What imapclient says of NO, and imaplib of BAD.  Anything else of that type is an answer that makes no sense.
    text = str(error)
    if type(error) is IMAPClientError and (" failed: " in text or "command error: BAD" in text):
        return Refused(f"{doing}: refused{f' [{code[1]}]' if code else ''}")
    return Unavailable(cause)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Every failure of the server or the way to it, as Unavailable.

    Raises:
        Refused: the server said no, and the connection may be used on.
        Unavailable: with what was being done; the connection must not be used again.
    """
    try:
        yield
    except (
        IMAPClientError,
        imaplib.IMAP4.error,
        ssl.SSLError,
        OSError,
        EOFError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        # On answers it cannot parse, or that lack what every server says, imapclient raises whatever comes of it.
        raise told(doing, error) from error


class Session:
    """A connection to one account.  Not for use by two threads, but for `cut`."""

    def __init__(self, client: IMAPClient, timeout: float) -> None:
        self.client = client
        self._imap = client._imap
        self._timeout = timeout
        self._literal, self._left = _LITERAL, _ANSWER
        read, readline = self._imap.read, self._imap.readline

        def bounded_read(size: int) -> bytes:
            if not 0 <= size <= self._literal:
                raise imaplib.IMAP4.abort("literal too large")
            self._spend(size)
            content: bytes = read(size)
            if len(content) != size:
                raise imaplib.IMAP4.abort("EOF within a literal")
            return content

        def bounded_line() -> bytes:
            line: bytes = readline()
            self._spend(len(line) + _LINE)
            return line

        self._imap.read, self._imap.readline = bounded_read, bounded_line

    def _spend(self, octets: int) -> None:
        self._left -= octets
        if self._left < 0:
            raise imaplib.IMAP4.abort("answer too large")

    @contextmanager
    def asking(
        self, doing: str, literal: int = _LITERAL, octets: int = 0, patience: float | None = None
    ) -> Iterator[IMAPClient]:
        """One command and its answer: no literal above `literal`, not much more than `octets` in all.

        Raises:
            Refused: the server said no.
            Unavailable: anything else; the session is over.
        """
        self._literal, self._left = literal, octets + _ANSWER
        with translated(doing):
            if patience is not None:
                self.client.socket().settimeout(min(patience, self._timeout))
            try:
                yield self.client
            finally:
                if patience is not None:
                    self.client.socket().settimeout(self._timeout)

    def has(self, capability: str) -> bool:
        """Whether the server offers it; asked once, after the login."""
        with self.asking("capability") as client:
            return bool(client.has_capability(capability))

    def readable(self, seconds: float) -> bool:
        """Whether the server says something within `seconds`; also when it has closed."""
        connection = self.client.socket()
        if self._buffered(connection):
            return True
        poller = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
        return bool(poller.poll(max(0.0, seconds) * 1000))

    def _buffered(self, connection: socket.socket) -> bool:
        """Whether something was read from the socket already: poll would not tell."""
        kept = getattr(self._imap, "_readbuf", None)  # CPython 3.14 has a buffer of its own
        if kept is not None:
            return bool(kept) or bool(isinstance(connection, ssl.SSLSocket) and connection.pending())
        connection.setblocking(False)
        try:
            return bool(self._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connection.settimeout(self._timeout)

    def cut(self) -> None:
        """Ends the line from another thread: whoever waits for an answer has none to wait for."""
        with contextlib.suppress(OSError, AttributeError):
            self.client.socket().shutdown(socket.SHUT_RDWR)


@contextmanager
def connected(account: Account, credentials: Credentials) -> Iterator[Session]:
    """A session that is logged in; the connection ends with the block.

    Raises:
        LoginRefused: the server does not take the password or token.
        Unavailable: no connection, or no TLS as demanded.
    """
    secret = credentials.secret()
    seconds = account.timeout.total_seconds()
    with translated("connect"):
        context = _context(account)
        client = IMAPClient(
            account.host,
            port=account.port or (993 if account.tls == "tls" else 143),
            ssl=account.tls == "tls",
            ssl_context=context,
            timeout=SocketTimeout(connect=min(seconds, _CONNECT), read=seconds),
        )
        # Level 5 is set by imapclient itself and costs most of its time (docs/quirks.md).
        client._imap.debug = 0
        # It sends a SEARCH in several pieces, and the second waits 40 ms for the server's delayed acknowledgement.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.normalise_times = False
    try:
        session = Session(client, seconds)
        if account.tls == "starttls":
            with session.asking("start TLS"):
                client.starttls(context)
        try:
            with session.asking("log in"):
                _login(client, account, secret)
        except LoginRefused:
            credentials.refused(secret)
            raise
        yield session
    finally:
        # Nothing depends on the success of a goodbye.
        with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
            client.shutdown()


def _context(account: Account) -> ssl.SSLContext | None:
    if account.tls == "none":
        return None
    return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)


def _login(client: IMAPClient, account: Account, secret: str) -> None:
    match account.mechanism:
        case "password":
            if f"{account.user}{secret}".isascii():
                client.login(account.user, secret)
            else:  # LOGIN carries ASCII alone; PLAIN is UTF-8 (RFC 4616 section 2)
                client.plain_login(account.user, secret)
        case "xoauth2":
            _by_token(client, "XOAUTH2", f"user={account.user}\1auth=Bearer {secret}\1\1", b"")
        case "oauthbearer":
            # RFC 7628 section 3.1; a comma and an equals sign in the name are written as RFC 5801 section 4 says.
            name = account.user.replace("=", "=3D").replace(",", "=2C")
            _by_token(client, "OAUTHBEARER", f"n,a={name},\1auth=Bearer {secret}\1\1", b"\1")


def _by_token(client: IMAPClient, mechanism: str, first: str, after_error: bytes) -> None:
    """The token; a second challenge is the server's error, which it wants acknowledged (RFC 7628 section 3.2.3)."""
    words = iter((first.encode(),))
    client.sasl_login(mechanism, lambda _: next(words, after_error))
