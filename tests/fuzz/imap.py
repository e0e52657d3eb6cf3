"""The IMAP door as a target: a server whose answers are any octets.

The input is what the server says, answer by answer, each ended by F8, beginning with the greeting; TAG stands for the
command's tag. An empty answer is a sound server's, F9 in front of one puts it before the sound one, FA ends the line.
When the input is at its end, the server is sound. It is a real server on loopback; the client is the door's own, with
everything of it but the database.

Promise of the door: a round ends with a number or with Unavailable, whatever came, after boundedly many commands;
what is kept was announced as the body of a message, octet by octet, and is not larger than allowed; what is not kept
leaves nothing.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from structlog.testing import capture_logs

from imap_poll.credentials import credentials_of
from imap_poll.mailbox import Mailbox
from imap_poll.port import StorePort
from imap_poll.session import connected
from imap_poll.settings import Account
from imap_poll.watcher import Watcher
from store.arrival import Kept
from store.errors import Unavailable
from store.incoming import _ROOM, Incoming
from store.mail import ImapOrigin
from store.settings import StoreSettings
from tests.fuzz.mutation import SALT, changed, mutations
from tests.fuzz.target import Take, Target
from tests.imap.scripted import MAIL, good, name_of

ANSWERED, BEFORE, GONE = b"\xf8", b"\xf9", b"\xfa"
_PIECE, _MOST, _COMMANDS = 300, 2_000, 400
_CAN = "IDLE MOVE UIDPLUS"


class Server:
    """One connection after another, each with a script."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._answers: list[bytes] = []
        self.said = bytearray()  #: all that was written
        self.asked = 0  #: commands
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def begin(self, script: bytes) -> None:
        """The answers from now on."""
        self._answers = script.split(ANSWERED) if script else []
        self.said.clear()
        self.asked = 0

    def close(self) -> None:
        """No more."""
        self._over.set()
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            # A reset is the client's way of leaving where octets were not read.
            with line, contextlib.suppress(OSError):
                line.settimeout(10)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        idle = ""
        if not self._say(line, "*", b"* OK hello\r\n"):
            return
        with line.makefile("rb") as commands:
            while asked := commands.readline(100_000).decode("latin-1"):
                self.asked += 1
                if not asked.split():
                    continue
                tag, name = (idle or "*", "DONE") if asked.strip() == "DONE" else _named(asked)
                idle = tag if name == "IDLE" else ""
                if not self._say(line, tag, good(name, tag, asked, _CAN) if name else b""):
                    return

    def _say(self, line: socket.socket, tag: str, sound: bytes) -> bool:
        """Whether the line stands afterwards."""
        answer = self._answers.pop(0) if self._answers else b""
        answer, gone, _ = answer.partition(GONE)
        before = answer.startswith(BEFORE)
        answer = answer.lstrip(BEFORE).replace(b"TAG", tag.encode())
        octets = answer + sound if before or not (answer or gone) else answer
        self.said += octets
        line.sendall(octets)
        # An answer without an end would cost the client's patience: no promise is about that here.
        return not gone and (octets.endswith(b"\r\n") and (octets.startswith(b"+") or tag.encode() in octets))


def _named(asked: str) -> tuple[str, str]:
    """Tag and name; what is neither is the client's answer to a continuation."""
    words = asked.split()
    if len(words) < 2 or (words[1].upper() == "UID" and len(words) < 3):
        return "*", ""
    if words[1].upper() == "UID" and words[2].upper() == "FETCH" and "BODY" in asked.upper() and "<" not in asked:
        return words[0], ""
    return words[0], name_of(asked)


class Poller:
    """All that stays the same from one round to the next."""

    def __init__(self, folder: Path, server: Server) -> None:
        password = folder / "password"
        password.write_text("secret")
        self._server = server
        self._spool = folder / "spool"
        self._settings = StoreSettings(data=folder, small_body=500)
        self._kept: list[bytes] = []
        self._account = Account(
            name="vanthu",
            host="127.0.0.1",
            user="vanthu",
            password_file=password,
            port=server.port,
            tls="none",
            addresses=("vanthu@mau.test",),
            timeout=timedelta(seconds=0.5),
            piece=_PIECE,
            max_size=_MOST,
        )

    def _keep(self, incoming: Incoming, origin: ImapOrigin, at: datetime) -> Future[Kept]:
        content = incoming.content()
        self._kept.append(content if isinstance(content, bytes) else content.read_bytes())
        incoming.discard()
        done: Future[Kept] = Future()
        done.set_result(Kept(f"mail-{len(self._kept)}", again=False))
        return done

    def round(self, script: bytes) -> None:
        """One connection, one look, and a moment in IDLE."""
        self._kept = []
        self._server.begin(script)
        free = _ROOM._free
        store = StorePort(
            lambda: Incoming(self._settings), self._keep, lambda *_: {}, lambda *_: None, lambda bookmark: None
        )
        account = replace(self._account, after=("flag", "move:Processed", "keep")[len(script) % 3])
        watcher = Watcher(account, "INBOX", credentials_of(account), store)
        with capture_logs() as events:
            with contextlib.suppress(Unavailable):
                taken = watcher.round()
                assert taken == len(self._kept)
            with contextlib.suppress(Unavailable), connected(account, credentials_of(account)) as session:
                Mailbox(session, "INBOX", read_only=True).wait(0, lambda: True)
        assert [event for event in events if event["log_level"] == "error"] == []
        assert self._server.asked <= _COMMANDS, "it asks without end"
        assert _ROOM._free == free, "memory of a mail was not given back"
        assert not self._spool.exists() or list(self._spool.iterdir()) == []
        # What a quoted string says is written with backslashes (RFC 3501 section 4.3).
        said = bytes(self._server.said)
        plain = said.replace(b"\\\\", b"\\").replace(b'\\"', b'"')
        for content in self._kept:
            assert len(content) <= _MOST + max(_PIECE, 65_536)
            for at in range(0, len(content), _PIECE):
                piece = content[at : at + _PIECE]
                assert piece in said or piece in plain or _in_pieces(piece, said), "nobody announced this"


def _in_pieces(piece: bytes, said: bytes) -> bool:
    """Where the server gave less than was asked for: it begins in one place and ends in another."""
    cut = next((end for end in range(len(piece), 0, -1) if piece[:end] in said), 0)
    return cut > 0 and (cut == len(piece) or _in_pieces(piece[cut:], said))


@contextlib.contextmanager
def _polling(folder: Path) -> Iterator[Take]:
    server = Server()
    try:
        yield Poller(folder, server).round
    finally:
        server.close()


_OK = b"TAG OK done\r\n"
_SAID = (
    *(
        _OK,
        b"TAG NO [ALERT] no\r\n",
        b"TAG BAD what\r\n",
        b"* BYE\r\n",
        b"+ \r\n",
        b"+ go on\r\n",
        b"TAG OK\r\n",
        b"* \r\n",
    ),
    *(b"* 1 EXISTS\r\n", b"* 99999999999 EXISTS\r\n", b"* 0 EXISTS\r\n", b"* -1 EXISTS\r\n", b"* 1 EXPUNGE\r\n"),
    *(b"* OK [UIDVALIDITY 7] x\r\n", b"* OK [UIDVALIDITY x] x\r\n", b"* OK [UIDNEXT 99] x\r\n", b"* OK [UIDNEXT ]\r\n"),
    *(
        b"* OK [READ-ONLY] x\r\n",
        b"* FLAGS (\\Seen)\r\n",
        b"* OK [PERMANENTFLAGS ()] x\r\n",
        b"* LIST () NIL INBOX\r\n",
    ),
    *(
        b"* SEARCH 1\r\n",
        b"* SEARCH\r\n",
        b"* SEARCH 1 2 3 4294967296 -1\r\n",
        b"* SEARCH one\r\n",
        b"* SEARCH 1 (MODSEQ 9)\r\n",
    ),
    b'* 1 FETCH (UID 1 RFC822.SIZE 99 FLAGS () INTERNALDATE " 1-Nov-2026 00:00:00 +0000")\r\n',
    b'* 2 FETCH (UID 2 RFC822.SIZE 0 FLAGS (\\Seen) INTERNALDATE "31-Feb-2026 99:00:00 +9999")\r\n',
    b"* 1 FETCH (UID 1 RFC822.SIZE NIL FLAGS NIL INTERNALDATE NIL)\r\n",
    *(
        b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nabcde)\r\n",
        b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nab",
        b"* 1 FETCH (UID 1 BODY[] NIL)\r\n",
    ),
    *(
        b'* 1 FETCH (UID 1 BODY[]<0> "a\\"b")\r\n',
        b"* 1 FETCH (BODY[]<0> {0}\r\n UID 1)\r\n",
        b"* 1 FETCH (UID 1 BODY[]<5> {300}\r\n" + b"z" * 300 + b")\r\n",
    ),
    *(
        b"{",
        b"{99999999}\r\n",
        b"{-5}\r\n",
        b"{3}\r\n",
        b"(",
        b")",
        b"((((",
        b'"',
        b"\\",
        b"* CAPABILITY\r\n",
        b"* CAPABILITY IMAP4rev1\r\n",
    ),
    *(ANSWERED, ANSWERED, ANSWERED, BEFORE, GONE, b"* ", b"TAG ", b"1 FETCH (UID 1 ", b"\r\n", b"\xff", b"\x00"),
)
_SELECT = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\nTAG OK [READ-WRITE] done\r\n"
_LISTED = b'* 1 FETCH (UID 1 RFC822.SIZE %d FLAGS () INTERNALDATE " 1-Nov-2026 00:00:00 +0000")\r\nTAG OK done\r\n'
_BODY = b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%b)\r\nTAG OK done\r\n" % (len(MAIL), MAIL)


def _rounds() -> list[bytes]:
    """As the door asks: greeting, CAPABILITY, LOGIN, SELECT, CAPABILITY, SEARCH, FETCH twice, STORE."""
    able = b"* CAPABILITY IMAP4rev1 IDLE MOVE\r\nTAG OK x\r\n"
    begun = [b"* OK hello\r\n", able, b"TAG OK in\r\n", _SELECT, able, b"* SEARCH 1\r\nTAG OK x\r\n"]
    return [
        b"",
        ANSWERED.join([*begun, _LISTED % len(MAIL), _BODY, b"TAG OK flagged\r\n"]),
        ANSWERED.join([*begun, _LISTED % 1_000_000, b"TAG NO [CANNOT] x\r\n"]),
        ANSWERED * 5 + b"* SEARCH 1 2 3\r\nTAG OK x\r\n" + ANSWERED + _LISTED % 5,
        ANSWERED * 3 + BEFORE + b"* 5 EXISTS\r\n* BYE\r\n" + GONE,
        ANSWERED * 7 + b'* 1 FETCH (UID 1 BODY[]<0> "short")\r\nTAG OK x\r\n',
        ANSWERED * 7 + b"* 1 FETCH (FLAGS () BODY[]<0> {3}\r\nabc UID 1)\r\nTAG OK x\r\n",
        ANSWERED * 8 + b"TAG NO [CANNOT] x\r\n",
        ANSWERED * 9 + b"+ idling\r\n* 2 EXISTS\r\n",
    ]


def _shapes(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """After so many sound answers pieces of answers in any order; or a good round that is changed."""
    pieces = st.sampled_from(_SAID) | st.sampled_from(SALT) | st.binary(max_size=20)
    said = st.builds(
        lambda sound, parts, end: ANSWERED * sound + b"".join(parts) + end,
        st.integers(0, 12),
        st.lists(pieces, max_size=20),
        st.sampled_from([b"", _OK, BEFORE]),
    )
    whole = st.tuples(st.sampled_from(["insert", "replace"]), st.floats(0, 1, exclude_max=True), st.just(1), pieces)
    return said | st.builds(changed, st.sampled_from(list(seeds)), st.lists(whole, max_size=6)) | mutations(seeds)


MAILBOXES = (Target("imap", "a hostile server costs one round and nothing else", _rounds, _polling, _shapes),)
