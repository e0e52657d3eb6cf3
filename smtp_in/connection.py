"""One connection: aiosmtpd's SMTP protocol with a read loop of our own. The verbs are in `session`.

What stays aiosmtpd's: the protocol class, its session object, its `smtp_*` methods as verbs. What is ours, because of
what its loop does: blocks instead of lines in DATA, memory that stays flat, time-outs that know progress, 451 and not
500 for our own faults, and nothing cut off while a mail is being kept.

Promise: the task of a connection is never cancelled; it ends at its next read or write once the peer is gone.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import ClassVar, cast

import structlog
from aiosmtpd.smtp import SMTP

from smtp_in import replies, tls
from smtp_in.given import Given
from smtp_in.roster import Roster
from smtp_in.stream import LineTooLongError, Stream, TimedOutError
from smtp_in.transaction import Transaction
from store.errors import place_of
from store.reply import Reply

log = structlog.get_logger("docbridge.smtp_in")

_MAX_COMMAND = 4096  # RFC 5321 section 4.5.3.1.4 asks for 512, and extensions add: ORCPT alone may hold 500
_MAX_ANSWER = 12_288  # RFC 4954 section 4
_LINGER = 1.0  # seconds a peer gets to read our last words
_NEVER = float("inf")
# RFC 5321 section 2.3.8: CR LF and nothing else ends a line. A line that ends otherwise is no command, but perhaps
# the text of a mail whose end some server in between misjudged.
_COMMAND = re.compile(rb"([^\x00-\x1f\x7f]*)\r\n")


class Ended(Exception):  # noqa: N818  how a verb says that the conversation is over
    """The last reply has been said."""


class Connection(SMTP):
    """One peer, from greeting to goodbye."""

    #: The methods `smtp_VERB` of the class, by verb: aiosmtpd's naming, looked up once for all connections.
    verbs: ClassVar[dict[str, Callable[..., Awaitable[None]]]]

    #: Of these, the ones that this class does not obey.
    unspoken: ClassVar[frozenset[str]] = frozenset({"LHLO"})
    #: As greeted with.
    protocol: ClassVar[str] = "ESMTP"

    def __init_subclass__(cls) -> None:
        named = {name.removeprefix("smtp_"): name for name in dir(cls) if name.startswith("smtp_")}
        cls.verbs = {verb: getattr(cls, name) for verb, name in named.items() if verb not in cls.unspoken}

    def __init__(
        self,
        given: Given,
        roster: Roster,
        loop: asyncio.AbstractEventLoop,
        peer: str = "",
        takes_over: Callable[[], None] | None = None,
    ) -> None:
        """`peer`: who it is, where the transport does not know. `takes_over` is called when the transport is there."""
        # Not aiosmtpd's constructor: it reflects over all its members for each connection and each handler, which
        # takes as long as a small mail. Of what it sets, this is what is used here.
        asyncio.StreamReaderProtocol.__init__(self, asyncio.StreamReader(loop=loop), loop=loop)
        self.loop = loop
        self.deadline = _NEVER  #: loop time at which the peer has kept us waiting too long
        self.given = given
        self.stream = Stream(loop)
        self.peer = peer  #: the peer's address
        self.mail: Transaction | None = None  #: under way
        self.arriving = False  #: octets of a mail are being read: what comes next is no command
        self.tls = ""  #: what the TLS is, in words; "" = in the clear
        self._roster = roster
        self._takes_over = takes_over
        self._refusal: Reply | None = None  # said instead of the greeting
        self._shaking_hands = False
        self._out: asyncio.Transport | None = None
        self._half_closes = True  # over TLS there is no half-closed connection
        self._room: asyncio.Future[None] | None = None  # waited for while the peer does not read
        self._gone: asyncio.Future[None] = loop.create_future()
        self._closing = False
        self._errors = 0

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer came in; its one task begins."""
        self.session = self._create_session()
        if not self.peer:
            peer = transport.get_extra_info("peername")
            self.peer = str(peer[0]) if peer else "-"
        self.session.peer = self.peer
        self.tls = tls.words(transport)
        self.attach(transport, half_closes=not self.tls)
        if self._takes_over is not None:
            self._takes_over()
        self._refusal = self._roster.enter(self, self.peer)
        self._handler_coroutine = self.loop.create_task(self._handle_client())

    def attach(self, transport: asyncio.BaseTransport, half_closes: bool = True) -> None:
        """Speak over this transport from now on."""
        self._out = cast(asyncio.Transport, transport)
        self._half_closes = half_closes
        self.transport = transport
        self.stream.attach(self._out)

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        self.stream.feed(data)

    def eof_received(self) -> bool:
        """The peer will say no more, but may listen. (aiosmtpd cancels here, even while a mail is being kept.)"""
        self.stream.end()
        return self._half_closes

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._out = self.transport = None
        self.stream.end()
        self.resume_writing()
        if not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        """The peer does not read what we say."""
        self._room = self.loop.create_future()

    def resume_writing(self) -> None:
        """It reads again, or is gone."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    # The roster's side.

    def expire(self) -> None:
        """The deadline has passed."""
        self.deadline = _NEVER
        if self._out is not None and (self._closing or self._shaking_hands or self._room is not None):
            self._out.abort()  # it does not even read: there is nobody to tell
        self.stream.expire()

    def wind_up(self) -> None:
        """The service stops: end now, unless a mail is in hand."""
        if self.mail is None:
            self.expire()

    # The conversation.

    @property
    def open_transport(self) -> asyncio.Transport:
        """What we speak over.

        Raises:
            Ended: the peer is gone, or going.
        """
        if self._out is None or self._out.is_closing():
            raise Ended
        return self._out

    async def push(self, status: str | bytes) -> None:
        """Say one line (aiosmtpd's name for it). Replies to commands sent ahead leave together: the loop collects."""
        out = self._out
        if out is None or out.is_closing():
            raise Ended
        out.write((status.encode() if isinstance(status, str) else status) + b"\r\n")
        if self._room is not None:
            self.deadline = self.given.pace.next_command(self.loop.time())
            await self._room

    async def say(self, reply: Reply) -> None:
        """Answer a command. Who is refused too often is shown out."""
        if reply.code >= 500:
            self._errors += 1
            log.info("smtp.refused", peer=self.peer, code=reply.code, enhanced=reply.enhanced, cause=reply.cause)
            if self._errors >= self.given.settings.max_errors:
                await self.push(reply.line)
                await self.end(replies.TOO_MANY_ERRORS)
        await self.push(reply.line)

    async def end(self, reply: Reply) -> None:
        """Say the last words and close.

        Raises:
            Ended: always.
        """
        log.info("smtp.ended", peer=self.peer, code=reply.code, enhanced=reply.enhanced, cause=reply.text)
        out = self.open_transport
        out.write(reply.line.encode() + b"\r\n")
        if self._half_closes and out.can_write_eof():
            # A socket closed with octets unread is reset, and a reset overtakes our last words: let the peer read.
            out.write_eof()
            self._closing = True
            self.deadline = self.loop.time() + _LINGER
            try:
                while True:
                    await self.stream.block()
            except (EOFError, TimedOutError):
                pass
        raise Ended

    @property
    def midway(self) -> bool:
        """The peer is not waiting for exactly one reply: after a fault of ours only parting is left."""
        return self.arriving

    async def ask(self, challenge: Reply) -> str | Reply:
        """A question in the middle of a command: what the peer answers, or why that cannot be read."""
        await self.push(challenge.line)
        self.deadline = self.given.pace.next_command(self.loop.time())
        try:
            return _text(await self.stream.line(_MAX_ANSWER))
        except LineTooLongError:
            return replies.AUTH_LINE_TOO_LONG

    async def linger(self, seconds: float) -> None:
        """Let the peer wait, unless it goes."""
        self.deadline = _NEVER
        await asyncio.wait([self._gone], timeout=seconds)

    def drop(self) -> None:
        """Forget the mail under way; nothing of it stays."""
        mail, self.mail = self.mail, None
        self.arriving = False
        if mail is not None:
            mail.discard()

    async def shake_hands(self) -> None:
        """TLS from here on; what was sent ahead in the clear is forgotten.

        Raises:
            Ended: it failed.
        """
        certificate = self.given.certificate
        assert certificate is not None, "TLS is offered only where there is a certificate"
        self.deadline = _NEVER  # the handshake has its own
        self._shaking_hands = True
        # From here to the new protocol nothing is awaited, so that not an octet slips in between (CVE-2024-34083).
        self.stream.clear()
        try:
            secured = await self.loop.start_tls(
                self.open_transport,
                self,
                certificate.context,
                server_side=True,
                ssl_handshake_timeout=self.given.settings.handshake_timeout.total_seconds(),
            )
        except OSError as failed:  # ssl.SSLError and the time-out are such
            log.info("smtp.tls_failed", peer=self.peer, cause=type(failed).__name__)
            self.connection_lost(failed)  # nobody else says so when the line is cut within the handshake
            raise Ended from failed
        finally:
            self._shaking_hands = False
        if secured is None:
            self.connection_lost(None)
            raise Ended
        self.attach(secured, half_closes=False)
        self.tls = tls.words(secured)

    async def _handle_client(self) -> None:
        try:
            if self._refusal is not None:
                await self.push(self._refusal.line)
            else:
                await self.push(replies.greeting(self.given.hostname, self.protocol).line)
                await self._converse()
        except (Ended, EOFError, ConnectionError):
            pass
        finally:
            self.drop()
            self._closing = True
            self.deadline = self.loop.time() + _LINGER
            if self._out is not None:
                self._out.close()
            await self._gone
            self._roster.leave(self)

    async def _converse(self) -> None:
        while True:
            if self._roster.stopping and self.mail is None:
                await self.end(replies.STOPPING)
            try:
                await self._turn()
            except (Ended, EOFError, ConnectionError):
                raise
            except TimedOutError:
                slow = replies.TOO_SLOW if self.arriving else replies.TOO_LATE
                self.stream.forgive()
                await self.end(replies.STOPPING if self._roster.stopping else slow)
            except Exception as fault:  # noqa: BLE001  the border: a bug of ours must not cost the peer its mail
                await self._confess(fault)

    async def _turn(self) -> None:
        """One command and its answer."""
        self.deadline = self.given.pace.next_command(self.loop.time())
        try:
            line = await self.stream.line(_MAX_COMMAND)
        except LineTooLongError:
            await self.say(replies.LINE_TOO_LONG)
            return
        text = _text(line)
        if isinstance(text, Reply):
            await self.say(text)
            return
        verb, _, argument = text.partition(" ")
        # U+017F is an S in capitals, and no server in front of us obeys "R\u017fET".
        method = self.verbs.get(verb) or (self.verbs.get(verb.upper()) if verb.isascii() else None)
        if method is None:
            await self.say(replies.UNKNOWN_COMMAND)
        else:
            await method(self, argument.strip(" "))

    async def _confess(self, fault: Exception) -> None:
        """451 for a bug of ours (aiosmtpd says 500, which bounces the mail)."""
        name = secrets.token_hex(4)
        log.error("smtp.fault", fault=name, error=type(fault).__name__, where=place_of(fault), peer=self.peer)
        midway = self.midway
        self.drop()
        if midway:  # the rest of the mail must not be read as commands
            await self.end(replies.local_fault_ends(name))
        await self.say(replies.local_fault(name))


def _text(line: bytes) -> str | Reply:
    """What a line says, or what is wrong with it."""
    command = _COMMAND.fullmatch(line)
    if command is None:
        return replies.BAD_LINE
    try:
        return command[1].decode()
    except UnicodeDecodeError:
        return replies.NOT_UTF8
