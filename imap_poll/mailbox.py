"""One selected mailbox on a real IMAP server: listed in windows, fetched in bounded pieces, marked, waited at.

Quirks of servers that it steps round are listed in docs/quirks.md: `UID n:*` that answers with an old message, sizes
that are estimates, answers for messages that nobody asked about, mailboxes that may only be read.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient.response_parser import parse_fetch_response

from imap_poll.session import Refused, Session
from store.errors import Unavailable

_UID = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_LISTING = 500  # messages asked of at a time: their UIDs stand in one command line, and servers bound those
_WINDOW = 50_000  # UIDs searched at a time: imaplib takes no answer longer than 1,000,000 octets in a line
_LOOK_UP = 0.5  # seconds in IDLE between two looks at whether we are to stop
_IDLE_ANSWER = 20.0  # seconds for the answer to DONE and NOOP: a dead peer is known within a minute, with the poll


@dataclass(frozen=True, slots=True)
class Listed:
    """One message as the server lists it."""

    uid: int
    size: int  #: octets, as the server claims
    seen: bool
    internal_date: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """What a search is bound to."""

    above: int = 0  #: only greater UIDs
    since: date | None = None  #: only what came on this day or later, in the server's time zone
    before: date | None = None  #: and before this one

    def criteria(self, window: str) -> list[object]:
        """For SEARCH."""
        dates: list[object] = []
        if self.since:
            dates += ["SINCE", self.since]
        if self.before:
            dates += ["BEFORE", self.before]
        return ["UID", window, *dates]


class Mailbox:
    """A selected mailbox.  Not for use by two threads."""

    def __init__(self, session: Session, name: str, *, read_only: bool = False) -> None:
        self._session = session
        self._wanted_read_only = read_only
        self.name = name
        self.uidvalidity = 0
        self.uidnext = 0  #: as of the last selecting; 0 = the server did not say
        self.exists = 0
        self.read_only = read_only  #: nothing can be marked here
        self.select()

    def select(self) -> None:
        """Opens it (anew).

        Raises:
            Unavailable: no such mailbox, or the server cannot.
        """
        try:
            self._select(self._wanted_read_only)
            self.read_only = self._wanted_read_only
        except Unavailable as unavailable:
            if "ReadOnlyError" not in unavailable.cause:
                raise
            # A mailbox that others share with us to read: its mail is taken, and what cannot be marked is told.
            self._select(read_only=True)
            self.read_only = True

    def _select(self, read_only: bool) -> None:
        with self._session.asking("select") as client:
            answer = client.select_folder(self.name, readonly=read_only)
            self.uidvalidity = int(answer[b"UIDVALIDITY"])
            self.uidnext = int(answer.get(b"UIDNEXT", 0))
            self.exists = int(answer.get(b"EXISTS", 0))

    def refresh(self) -> None:
        """Asks whether all is well (NOOP); servers show new mail to a selected mailbox only then."""
        with self._session.asking("noop", patience=_IDLE_ANSWER) as client:
            client.noop()

    def listing(self, span: Span) -> Iterator[Listed]:
        """The messages of the span in the order of their UIDs, in bounded answers."""
        for window in self._windows(span.above):
            with self._session.asking("search") as client:
                found = sorted(uid for uid in client.search(span.criteria(window)) if uid > span.above)
            for start in range(0, len(found), _LISTING):
                yield from self._list(found[start : start + _LISTING])

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Those of these messages that are there."""
        return [one for start in range(0, len(uids), _LISTING) for one in self._list(uids[start : start + _LISTING])]

    def _list(self, uids: Sequence[int]) -> list[Listed]:
        with self._session.asking("list") as client:
            # Each UID by name: imapclient drops answers to a range.
            answer = client.fetch(uids, ["RFC822.SIZE", "FLAGS", "INTERNALDATE"])
            return [_listed(uid, answer[uid]) for uid in sorted(set(uids) & set(answer))]

    def _windows(self, above: int) -> Iterator[str]:
        """Ranges of UIDs that cover all that are greater than `above`; the last is open, for what has just come.

        By UID and not by number: numbers shift as soon as one of the messages before is moved away.
        """
        first = above + 1
        if self.exists > _WINDOW:
            while first + _WINDOW < self.uidnext:
                yield f"{first}:{first + _WINDOW - 1}"
                first += _WINDOW
        yield f"{first}:*"

    def internal_date(self, uid: int) -> tuple[bool, datetime | None]:
        """Whether the message is there, and when it came."""
        found = self._list([uid])
        return (True, found[0].internal_date) if found else (False, None)

    def there(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these messages are there."""
        if not uids:
            return frozenset()
        with self._session.asking("search") as client:
            found = client.search(["UID", ",".join(map(str, uids))])
        return frozenset(uids) & frozenset(found)

    def first_pieces(self, uids: Sequence[int], octets: int) -> dict[int, bytes]:
        """Of each message the first `octets`, in one answer; one that has vanished is not among them.

        Raises:
            Refused: the server cannot read one of them.
            Unavailable: the server cannot, or gives more than it was asked for.
        """
        return self._fetch(uids, 0, octets)

    def piece(self, uid: int, start: int, octets: int) -> bytes:
        """At most so many octets of the message from `start` on; fewer when it ends there.  Marks nothing as read.

        Raises:
            Unavailable: the server cannot, or the message is gone.
        """
        found = self._fetch([uid], start, octets).get(uid)
        if found is None:
            raise Unavailable("fetch: the message is gone")
        return found

    def _fetch(self, uids: Sequence[int], start: int, octets: int) -> dict[int, bytes]:
        with self._session.asking("fetch", octets + 1, len(uids) * octets) as client:
            # Not by imapclient's own fetch(): it reads each answer letter by letter.
            kind, answer = client._imap.uid("FETCH", ",".join(map(str, uids)), f"(BODY.PEEK[]<{start}.{octets}>)")
            client._checkok("fetch", kind, answer)
            found = contents(answer)
            if any(len(content) > octets for content in found.values()):
                raise ValueError("more than was asked for")
        return {uid: found[uid] for uid in uids if uid in found}

    def mark_read(self, uids: Sequence[int]) -> None:
        """Sets \\Seen.

        Raises:
            Refused: it may not be set here.
        """
        self._may_be_changed("flag")
        with self._session.asking("flag") as client:
            client.add_flags(uids, [b"\\Seen"], silent=True)

    def move(self, uids: Sequence[int], to: str) -> None:
        """Moves messages, making the mailbox when missing; MOVE (RFC 6851), or copy, mark and expunge those UIDs.

        Raises:
            Refused: the server does not let us, or there is no room.
        """
        self._may_be_changed("move")
        with self._session.asking("move") as client:
            if not client.folder_exists(to):
                client.create_folder(to)
            if client.has_capability("MOVE"):
                client.move(uids, to)
                return
            client.copy(uids, to)
            client.delete_messages(uids, silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(uids)
            # Without UIDPLUS the message stays, marked \Deleted: EXPUNGE would take other people's with it.

    def _may_be_changed(self, doing: str) -> None:
        if self.read_only:
            raise Refused(f"{doing}: the mailbox may only be read")

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        """In IDLE (RFC 2177) until the server says anything, at most `seconds`; False when it said nothing.

        Whatever it says is a reason to look, and only that: what is new is asked afterwards.  A server that closes is
        noticed by the answer to DONE that does not come.
        """
        woken = False
        with self._session.asking("idle", patience=_IDLE_ANSWER) as client:
            imap = client._imap
            tag = imap._command("IDLE")
            # imapclient's own idle() takes an EXISTS before the continuation for an error.
            while imap._get_response() is not None:
                woken = True
                if imap.tagged_commands[tag]:
                    raise ValueError("IDLE ended before it began")
            end = time.monotonic() + seconds
            while not (woken or stopped()) and (left := end - time.monotonic()) > 0:
                woken = self._session.readable(min(left, _LOOK_UP))
        with self._session.asking("idle", patience=_IDLE_ANSWER):
            imap.send(b"DONE\r\n")
            while not imap.tagged_commands[tag]:
                imap._get_response()
            kind, _ = imap.tagged_commands.pop(tag)
            if kind != "OK":
                raise ValueError("IDLE was not ended well")
        return woken


def contents(answer: Sequence[bytes | tuple[bytes, bytes] | None]) -> dict[int, bytes]:
    """The bodies in what imaplib collected of a FETCH: a tuple for each literal, and what stands behind it.

    Raises:
        ValueError: an answer that is not closed, or says not of which message it is.
    """
    found: dict[int, bytes] = {}
    for part, behind in zip(answer, [*answer[1:], None], strict=True):
        if isinstance(part, tuple):
            # The UID stands before the literal or behind it.
            frame = part[0] + (behind if isinstance(behind, bytes) else b"")
            uid = _UID.search(frame)
            if uid is None or not frame.endswith(b")") or frame.count(b"(") != frame.count(b")"):
                raise ValueError("no answer to FETCH")
            if b"BODY[]" in part[0].upper():
                found[int(uid[1])] = part[1]
        elif part and b"BODY[]" in part.upper():
            # NIL, or a short body as a quoted string; rare, and left to imapclient.
            for number, item in parse_fetch_response(list(answer), uid_is_key=True).items():
                content = next((value for key, value in item.items() if key.startswith(b"BODY[]")), None)
                if isinstance(content, bytes):
                    found[number] = content
    return found


def _listed(uid: int, item: dict[bytes, Any]) -> Listed:
    found = item.get(b"INTERNALDATE")
    aware = found.astimezone(UTC) if isinstance(found, datetime) else None
    return Listed(uid, int(item[b"RFC822.SIZE"]), b"\\Seen" in item.get(b"FLAGS", ()), aware)
