"""One open mailbox on a real IMAP server, and the one border where imapclient's failures become Unavailable.

Traps that this module steps round (all seen with imapclient 4.1.0 and CPython's imaplib): no time-out by default; a
literal is allocued as large as the server claims, so the size is asked first and bodies come in pieces; every
response is formatted for a debug log that nobody reads; `UID n:*` answers with the last old message when there is
nothing newer; after any error the state of the stream is unknown, so the connection is dropped.
"""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from imap_poll.settings import Account
from store.errors import Unavailable

_LISTING = 500  # messages asked of at a time: their UIDs stand in one command line, and servers bound those
_LEEWAY = 65_536  # literals that are no pieces: names of mailboxes
_WINDOW = 50_000  # UIDs searched at a time: imaplib takes no answer longer than 1,000,000 octets in a line


@dataclass(frozen=True, slots=True)
class Listed:
    """One message as the server lists it."""

    uid: int
    size: int  #: octets, as the server claims
    seen: bool
    internal_date: datetime | None


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Every failure of the server or the way to it, as Unavailable.

    Raises:
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
        KeyError,
    ) as error:
        # imapclient raises bare ValueError and KeyError on answers it cannot parse.
        raise Unavailable(f"{doing}: {type(error).__name__}") from error


def bounded(read: Callable[[int], bytes], most: int) -> Callable[[int], bytes]:
    """`read` of imaplib, which takes literals: one that is announced as longer than `most` is not waited for.

    imaplib would claim memory for as much as the server says.
    """

    def reads(size: int) -> bytes:
        if size > most:
            raise imaplib.IMAP4.abort("literal too large")
        return read(size)

    return reads


class Mailbox:
    """A selected mailbox.  Not for use by two threads."""

    def __init__(self, client: IMAPClient, name: str, uidvalidity: int, uidnext: int) -> None:
        self._client = client
        self._uidnext = uidnext
        self.name = name
        self.uidvalidity = uidvalidity

    def listing(self, above: int) -> Iterator[Listed]:
        """The messages whose UID is greater than `above`, in the order of their UIDs, in bounded answers."""
        for window in self._windows(above):
            with translated("search"):
                found = sorted(uid for uid in self._client.search(["UID", window]) if uid > above)
            for start in range(0, len(found), _LISTING):
                with translated("list"):
                    # Each UID by name: imapclient drops answers to a range.
                    answer = self._client.fetch(
                        found[start : start + _LISTING], ["RFC822.SIZE", "FLAGS", "INTERNALDATE"]
                    )
                    listed = [_listed(uid, answer[uid]) for uid in sorted(answer)]
                yield from listed

    def _windows(self, above: int) -> Iterator[str]:
        """Ranges of UIDs that cover all that are greater than `above`; the last is open, for what has just come.

        By UID and not by number: numbers shift as soon as one of the messages before is moved away.
        """
        first = above + 1
        while first + _WINDOW < self._uidnext:
            yield f"{first}:{first + _WINDOW - 1}"
            first += _WINDOW
        yield f"{first}:*"

    def pieces(self, uid: int, size: int, piece: int) -> Iterator[bytes]:
        """The message's octets in order, at most `piece` at a time; marks nothing as read.

        Raises:
            Unavailable: the server cannot, or goes on far beyond the size that it listed.
        """
        start = 0
        while True:
            with translated("fetch"):
                answer = self._client.fetch([uid], [f"BODY.PEEK[]<{start}.{piece}>"])
                item: dict[bytes, Any] = answer.get(uid, {})
                content = next((value for key, value in item.items() if key.startswith(b"BODY[]")), None)
                if content is None:
                    raise ValueError("the message is gone")
                if len(content) > piece or start > 2 * size + piece:
                    raise ValueError("more than was asked for")
            if content:
                yield content
            start += len(content)
            if len(content) < piece:
                # Exchange estimates RFC822.SIZE; what counts is that the server said "no more" (quirks).
                return

    def mark_read(self, uid: int) -> None:
        """Sets \\Seen."""
        with translated("flag"):
            self._client.add_flags([uid], [b"\\Seen"], silent=True)

    def move(self, uid: int, to: str) -> None:
        """Moves the message, making the mailbox when missing; MOVE (RFC 6851), or copy, mark and expunge that UID."""
        with translated("move"):
            if not self._client.folder_exists(to):
                self._client.create_folder(to)
            if self._client.has_capability("MOVE"):
                self._client.move([uid], to)
                return
            self._client.copy([uid], to)
            self._client.delete_messages([uid], silent=True)
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge([uid])
            # Without UIDPLUS the message stays, marked \Deleted: EXPUNGE would take other people's with it.


def _listed(uid: int, item: dict[bytes, Any]) -> Listed:
    date = item.get(b"INTERNALDATE")
    aware = date.astimezone(UTC) if isinstance(date, datetime) else None
    return Listed(uid, int(item[b"RFC822.SIZE"]), b"\\Seen" in item.get(b"FLAGS", ()), aware)


@contextmanager
def connected(account: Account, password: str) -> Iterator[IMAPClient]:
    """A client that is logged in; the connection ends with the block.

    Raises:
        Unavailable: no connection, no TLS as demanded, or no login.
    """
    seconds = account.timeout.total_seconds()
    with translated("connect"):
        context = ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)
        client = IMAPClient(
            account.host,
            port=account.port or (993 if account.tls == "tls" else 143),
            ssl=account.tls == "tls",
            ssl_context=context if account.tls == "tls" else None,
            timeout=SocketTimeout(connect=seconds, read=seconds),
        )
        # Level 5 is set by imapclient itself and costs most of its time (performance notes in docs/quirks.md).
        client._imap.debug = 0
        client._imap.read = bounded(client._imap.read, account.piece + _LEEWAY)
        client.normalise_times = False
    try:
        with translated("log in"):
            if account.tls == "starttls":
                client.starttls(context)
            client.login(account.user, password)
        yield client
    finally:
        with translated_quietly():
            client.shutdown()


@contextmanager
def translated_quietly() -> Iterator[None]:
    """For goodbyes: nothing depends on their success."""
    try:
        yield
    except (IMAPClientError, imaplib.IMAP4.error, OSError):
        return


def selected(client: IMAPClient, name: str) -> Mailbox:
    """The mailbox `name`, opened for reading and marking.

    Raises:
        Unavailable: no such mailbox, or the server cannot.
    """
    with translated("select"):
        answer = client.select_folder(name)
        return Mailbox(client, name, int(answer[b"UIDVALIDITY"]), int(answer.get(b"UIDNEXT", 0)))
