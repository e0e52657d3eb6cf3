"""The SMTP and LMTP door as targets: a conversation of any octets, cut anywhere, with what else may befall it.

The input is what the client says. Octets that no text holds stand for events: a block ends (F8), the TLS handshake
(F9), time is over (FA), the line is cut (FB), the disk is away (FC), 70,000 octets without a line end (FD), the client
reads no more or reads again (FE).

Promise of the door: no exception, every reply a reply and one for each command, exactly those mails kept that were
answered 250 and exactly as sent, nothing left of the others, an end.
"""

import asyncio
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from structlog.testing import capture_logs

from smtp_in.certificate import Certificate
from smtp_in.given import Given
from smtp_in.lmtp import LmtpSession
from smtp_in.pace import Pace
from smtp_in.rates import Rates
from smtp_in.roster import Roster
from smtp_in.session import Session
from smtp_in.settings import SmtpSettings
from smtp_in.sizes import Sizes
from smtp_in.users import Users
from store.arrival import Kept
from store.errors import Unavailable
from store.incoming import _ROOM, Incoming
from store.mail import Origin, SmtpOrigin
from store.reply import Reply
from store.settings import StoreSettings
from tests.fuzz.mutation import SALT, changed, mutations
from tests.fuzz.peer import Client, Wire
from tests.fuzz.smtp_model import Conversation
from tests.fuzz.target import Take, Target
from tests.servers.certificate import mint

CUT, TLS, LATE, LOST, AWAY, FLOOD, DEAF = (bytes([octet]) for octet in range(0xF8, 0xFF))
_EVENTS = re.compile(rb"[\xf8-\xfe]|[^\xf8-\xfe]+")
_MOST, _LONGEST_LINE = 20_000, 2_000
_ENDS_WITHIN = 20.0
_PROGRAM = Reply(550, "5.7.1", "A program")


def _octets(content: bytes | Path) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


class _Seen:
    """Looks at every mail, and refuses it to the first recipient when it holds a program."""

    class Glance:
        """Always aroused."""

        aroused = True

        def feed(self, block: bytes) -> None:
            """Any block will do."""

    def glance(self) -> Glance:
        """For one mail."""
        return self.Glance()

    async def __call__(self, content: bytes | Path, origin: SmtpOrigin) -> Sequence[Reply | None]:
        """The first is refused."""
        octets = _octets(content)
        return [_PROGRAM if b"MZ" in octets and not place else None for place in range(len(origin.rcpt_to))]


class Door:
    """All that stays the same from one conversation to the next."""

    def __init__(self, folder: Path, spoken: type[Session]) -> None:
        made = mint(folder)
        users = folder / "users"
        users.touch(mode=0o600)
        users.write_text(f"u:{PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash('p')}\n")
        self._settings = SmtpSettings(
            hostname="door.example",
            max_size=_MOST,
            max_size_for={"@small.example": 100},
            max_line=_LONGEST_LINE,
            tls_certificate=made.certificate,
            tls_key=made.key,
            users_file=users,
            auth_delay=timedelta(),
            max_idle_commands=30,
            max_mails_per_connection=20,
        )
        self._given = Given(
            settings=self._settings,
            may_receive=self._may_receive,
            keep=self._keep,
            incoming=lambda: Incoming(StoreSettings(data=folder, small_body=1000)),
            now=lambda: datetime.now(UTC),
            hostname="door.example",
            pace=Pace.of(self._settings),
            certificate=Certificate.of(self._settings),
            users=Users.of(self._settings),
            rates=Rates(self._settings),
            room=lambda: None,
            sizes=Sizes(self._settings),
            look=_Seen(),
        )
        self._trusting = ssl.create_default_context(cafile=str(made.certificate))
        self._spool = folder / "spool"
        self._spoken = spoken
        self._kept: list[bytes] = []
        self._away = False

    def _may_receive(self, address: str) -> "bool | asyncio.Future[bool]":
        if address.endswith("@away.example"):
            raise Unavailable("the registers are away")
        if address.endswith("@slow.example"):
            told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(told.set_result, True)
            return told
        return address.endswith((".example", "postmaster"))

    async def _keep(self, incoming: Incoming, origin: Origin, at: datetime) -> Kept:
        await asyncio.sleep(0)
        if self._away:
            self._away = False
            raise Unavailable("the disk is away")
        content = incoming.content()
        self._kept.append(_octets(content))
        return Kept(f"mail-{len(self._kept)}", again=False)

    async def serve(self, script: bytes) -> None:
        """One conversation."""
        loop = asyncio.get_running_loop()
        faults: list[object] = []
        loop.set_exception_handler(lambda _, context: faults.append(context.get("exception", context)))
        self._kept, self._away = [], False
        free = _ROOM._free
        roster = Roster(self._settings)
        session = self._spoken(replace(self._given, rates=Rates(self._settings)), roster, loop)
        wire = Wire(loop, session)
        client = Client(wire, self._trusting)
        with capture_logs() as events:
            session.connection_made(wire)
            told = await self._play(script, session, roster, client)
            await asyncio.wait_for(roster.empty.wait(), _ENDS_WITHIN)
            await asyncio.sleep(0)
            client.listen()
        assert [event for event in events if event["log_level"] == "error"] == []
        assert faults == []
        assert _ROOM._free == free, "memory of a mail was not given back"
        assert not self._spool.exists() or list(self._spool.iterdir()) == []
        self._judge(client, told)

    async def _play(self, script: bytes, session: Session, roster: Roster, client: Client) -> bool:
        """Whether everything that was said back was heard, as far as the client can know."""
        told, deaf, wire = True, False, client.wire

        def idle() -> bool:
            return session.stream._waiter is not None

        for found in _EVENTS.finditer(script):
            match event := found[0]:
                case b"\xf8":
                    for _ in range(8):
                        await asyncio.sleep(0)
                case b"\xf9":
                    if not deaf:
                        await client.shake_hands(idle)
                case b"\xfa":
                    told = False
                    session.expire()
                case b"\xfb":
                    told = False
                    wire.lose(ConnectionResetError())
                case b"\xfc":
                    self._away = True
                case b"\xfe":
                    told, deaf = False, not deaf
                    (session.pause_writing if deaf else session.resume_writing)()
                case _:
                    if not (deaf and wire.paused):
                        await client.say(b"y" * 70_000 if event == FLOOD else event)
            if wire.closing:
                return False
        if deaf:
            session.resume_writing()
        await client.until(lambda: idle() or session._closing or session._shaking_hands)
        if not wire.closing:
            session.eof_received()
            if client.over_tls or wire.protocol is not session:
                wire.lose(None)
        await asyncio.sleep(0)
        roster.expire(float("inf"))
        return told

    def _judge(self, client: Client, told: bool) -> None:
        spoken = Conversation(
            [bytes(said) for said in client.said],
            [bytes(heard) for heard in client.heard],
            issubclass(self._spoken, LmtpSession),
        )
        answered = spoken.read()
        if told:
            assert answered == self._kept
        else:  # at most the last one was kept for a peer that did not hear it
            assert answered == self._kept[: len(answered)]
            assert len(self._kept) <= len(answered) + 1
        for content in self._kept:
            assert len(content) <= _MOST
            assert re.search(rb"\r(?!\n)|(?<!\r)\n", content) is None
            assert all(len(line) <= _LONGEST_LINE for line in content.split(b"\r\n"))


@contextmanager
def _door(folder: Path, spoken: type[Session]) -> Iterator[Take]:
    door = Door(folder, spoken)
    with asyncio.Runner() as runner:
        yield lambda script: runner.run(door.serve(script))


@contextmanager
def _smtp(folder: Path) -> Iterator[Take]:
    with _door(folder, Session) as take:
        yield take


@contextmanager
def _lmtp(folder: Path) -> Iterator[Take]:
    with _door(folder, LmtpSession) as take:
        yield take


_MAIL = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
_BODY = b"From: a@b.example\r\n\r\n..stuffed\r\nend\r\n"
_SAID = (
    *(b"EHLO a.example\r\n", b"HELO a\r\n", b"LHLO a.example\r\n", b"RSET\r\n", b"NOOP\r\n", b"QUIT\r\n", b"HELP\r\n"),
    *(b"MAIL FROM:<> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+2Bb\r\n", b"MAIL FROM:<a@b.example>\r\n", _MAIL, _BODY),
    *(b"RCPT TO:<x@small.example>\r\n", b"RCPT TO:<x@away.example>\r\n", b"RCPT TO:<x@slow.example> NOTIFY=NEVER\r\n"),
    *(b"RCPT TO:<nobody@else.test>\r\n", b"DATA\r\n", b"DATA\r\n" + _BODY + b".\r\n", b"DATA\r\n.\r\n", b".\r\n"),
    *(
        b"BDAT 5\r\nabc\r\n",
        b"BDAT 0 LAST\r\n",
        b"BDAT 10 LAST\r\nabcdefgh\r\n",
        b"BDAT 4000\r\n",
        b"bdat 0\r\n",
        b"BDAT\r\n",
    ),
    *("BDAT 2 la\u017ft\r\nab".encode(), "BDAT 2\u00a0LAST\r\nab".encode(), "r\u017fet\r\n".encode()),
    *(b"STARTTLS\r\n", b"STARTTLS\r\n" + TLS + b"EHLO a\r\n", b"AUTH PLAIN\r\n", b"AUTH PLAIN AHUAcA==\r\n", b"*\r\n"),
    *(b"AUTH LOGIN\r\ndQ==\r\ncA==\r\n", b"AUTH PLAIN AHUAeA==\r\n", b"VRFY a\r\n", b"EXPN a\r\n", b"MZ", b"DATA\n"),
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b".",
        b" ",
        b"\x00",
        b"\r\n.\n",
        b"\n.\r\n",
        b"\r\n.\r",
        b"x" * 5000,
        b"x" * 2001 + b"\r\n",
    ),
    *(CUT, TLS, LATE, LOST, AWAY, FLOOD, DEAF),
)


def _conversations(hello: bytes) -> list[bytes]:
    whole = hello + _MAIL + b"DATA\r\n" + _BODY + b".\r\n"
    secret = hello + b"STARTTLS\r\n" + TLS
    return [
        whole + b"QUIT\r\n",
        CUT.join([hello, _MAIL, b"RCPT TO:<e@slow.example>\r\n", b"DATA\r", b"\n", _BODY, b"MZ\r\n.", b"\r\n"]),
        hello + _MAIL + b"BDAT 5\r\nabc\r\nBDAT 0\r\nBDAT 4 LAST\r\nde\r\n" + whole,
        secret + whole,
        secret + hello + b"AUTH PLAIN AHUAcA==\r\n" + _MAIL + b"DATA\r\n.\r\nQUIT\r\n",
        secret + hello + b"AUTH LOGIN\r\ndQ==\r\n*\r\nAUTH PLAIN\r\nAHUAeA==\r\n",
        hello + AWAY + _MAIL + b"RCPT TO:<x@small.example>\r\nDATA\r\n" + _BODY * 4 + b".\r\n" + whole,
        hello + _MAIL + b"DATA\r\n" + b"x\r\n" * 7000 + b".\r\n" + hello + LATE,
        hello + _MAIL + b"DATA\r\nhalf\r\n" + LOST,
        hello + DEAF + _MAIL + DEAF + b"DATA\r\n" + FLOOD + b"\r\n.\r\nQUIT\r\n",
    ]


def _shapes(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """Commands in any order, whole and changed, pieces of bodies, events; or a good conversation that is changed."""
    pieces = st.sampled_from(_SAID) | st.sampled_from(SALT) | st.binary(max_size=20)
    hello, secret = seeds[0][:16], seeds[3][: seeds[3].index(TLS) + 1]
    begun = st.sampled_from([b"", hello, hello + _MAIL, secret + hello])
    spoken = st.builds(lambda first, rest: first + b"".join(rest), begun, st.lists(pieces, max_size=30))
    whole = st.tuples(st.sampled_from(["insert", "replace"]), st.floats(0, 1, exclude_max=True), st.just(1), pieces)
    return spoken | st.builds(changed, st.sampled_from(list(seeds)), st.lists(whole, max_size=6)) | mutations(seeds)


_PROMISE = "exactly the mails answered 250 are kept, whatever a peer says"
DOORS = (
    Target("smtp", _PROMISE, lambda: _conversations(b"EHLO a.example\r\n"), _smtp, _shapes),
    Target("lmtp", f"over LMTP too {_PROMISE}", lambda: _conversations(b"LHLO a.example\r\n"), _lmtp, _shapes),
)
