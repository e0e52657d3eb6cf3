"""One conversation with one mail server, over which letters go one after the other.

Promise: `send` answers with exactly one Attempt per letter and never raises for anything the peer or the network does.
The octets of a letter go out as they are (only dots are doubled): a signature over them stays whole.  Until the last
octet is written nothing was handed over; from then on, silence is Unsure.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace

import aiosmtplib

from outbound.content import BadMessageError, Message, on_the_wire
from outbound.handover import Handover, Needs, needs
from outbound.hop import Hop
from outbound.outcome import Stage, answered, failed, unfit
from outbound.settings import OutboundSettings
from outbound.wire import NotUnderstoodError, Said, Wire, abort, taken_over
from store.delivery import Attempt, TryLater, Unsure
from store.reply import Reply

_PARTING = 5.0  # seconds for QUIT; its answer changes nothing
_IN_MEMORY = 1_000_000  # octets; the next block of a larger message is fetched beside the event loop


class _NotEncryptedError(Exception):
    """The connection was to be encrypted if possible, and could not be."""


class Conversation:
    """A connection to a server.  Not for two tasks at a time."""

    def __init__(self, settings: OutboundSettings, hop: Hop) -> None:
        self._settings = settings
        self._hop = hop
        self._wire: Wire | None = None
        self._offer: dict[str, str] = {}
        self._sent = 0
        self.stage = Stage.CONNECT  #: how far the last letter came

    @property
    def open(self) -> bool:
        """Is there a connection over which a letter may go?"""
        return self._wire is not None and self._wire.open

    async def send(self, letter: Handover) -> Attempt:
        """Hand the letter over, connecting first where need be."""
        self.stage = Stage.CONNECT
        large = letter.message.size > _IN_MEMORY
        wanted = await asyncio.to_thread(needs, letter) if large else needs(letter)
        if not isinstance(wanted, Needs):
            return wanted
        used = self.open
        attempt = await self._in_time(wanted, letter.message)
        # A connection that lay idle may have been closed by the peer: nothing was handed over, so once more.
        if used and self.stage in (Stage.CONNECT, Stage.MAIL) and isinstance(attempt, TryLater) and not self.open:
            attempt = await self._in_time(wanted, letter.message)
        return attempt

    async def end(self) -> None:
        """Part politely."""
        wire = self._wire
        if wire is not None and wire.open:
            with contextlib.suppress(NotUnderstoodError, OSError):
                wire.write(b"QUIT\r\n")
                await wire.reply(_PARTING)
        self._close()
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next round

    async def _in_time(self, wanted: Needs, message: Message) -> Attempt:
        """Within its lease, whatever the peer does: a letter that takes longer would be sent by another as well."""
        try:
            async with asyncio.timeout(self._settings.patience.total_seconds()):
                return await self._once(wanted, message)
        except TimeoutError as late:
            self._close()
            return failed(self.stage, late)

    async def _once(self, wanted: Needs, message: Message) -> Attempt:
        try:
            wire = await self._connected()
            refused = wanted.lacking(self._offer)
            if refused is not None:
                return refused
            attempt = await self._envelope(wire, wanted)
            if attempt is not None:
                # RFC 5321 section 3.8: 421 is the peer's last word, whatever it answers.
                if attempt.reply.code == 421:
                    self._close()
                return attempt
            said = await self._body(wire, message, wanted.size)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._close()
            return failed(self.stage, error)
        except NotUnderstoodError as error:
            self._close()
            reply = Reply(451, "4.5.0", "answer not understood", f"{self.stage}: {error}")
            return Unsure(reply) if self.stage is Stage.DOT else TryLater(reply)
        except BadMessageError as bad:
            self._close()
            return unfit("5.6.0", "not a finished message", str(bad))
        self._sent += 1
        # An outcome waits for nothing, not even a polite end: until it is on record, a kill would double the letter.
        if self.stage is not Stage.DOT or said.code == 421:
            self._close()
        return answered(self.stage, said.code, said.text)

    async def _envelope(self, wire: Wire, wanted: Needs) -> Attempt | None:
        """MAIL, RCPT and DATA, together where the peer takes them so; None = it waits for the message."""
        limit = self._settings.command_timeout.total_seconds()
        commands = (
            (Stage.MAIL, wanted.mail(self._offer) + b"\r\n"),
            (Stage.RCPT, wanted.rcpt(self._offer, self._settings.notify) + b"\r\n"),
            (Stage.DATA, b"DATA\r\n"),
        )
        together = "pipelining" in self._offer
        self.stage = Stage.MAIL
        if together:
            wire.write(b"".join(command for _, command in commands))
        refused: Attempt | None = None
        said = Said(0, "")
        for self.stage, command in commands:
            if not together:
                wire.write(command)
            said = await wire.reply(limit)
            if said.code // 100 != (3 if self.stage is Stage.DATA else 2):
                refused = refused or answered(self.stage, said.code, said.text)
                if not together:
                    await self._reset(wire, limit)
                    return refused
                if said.code == 421:
                    return refused
        if refused is None:
            return None
        if said.code // 100 == 3:
            # RFC 2920 section 3.1: a peer that refused every recipient and still says 354 is given an empty message.
            wire.write(b".\r\n")
            await wire.reply(limit)
        else:
            await self._reset(wire, limit)
        return refused

    async def _body(self, wire: Wire, message: Message, size: int) -> Said:
        """Write the message and the final dot; what the peer said, before the end or after it."""
        blocks = on_the_wire(message)
        block = await _next(blocks, size)
        while block is not None:
            following = await _next(blocks, size)
            if following is None and wire.open:
                self.stage = Stage.DOT
            wire.write(block)
            block = following
            if block is not None:
                async with asyncio.timeout(self._settings.data_timeout.total_seconds()):
                    await wire.drained()
                if wire.spoken:
                    break
        return await wire.reply(self._settings.final_timeout.total_seconds())

    async def _reset(self, wire: Wire, limit: float) -> None:
        try:
            wire.write(b"RSET\r\n")
            said = await wire.reply(limit)
            if said.code // 100 != 2:
                self._close()
        except (OSError, NotUnderstoodError):
            self._close()

    async def _connected(self) -> Wire:
        if self._sent >= self._settings.letters_per_connection:
            await self.end()
        if self._wire is not None and not self._wire.spoken:
            return self._wire
        self._close()
        try:
            client = await self._client(self._hop)
        except _NotEncryptedError:
            # RFC 7435 section 4.2: where encryption is only hoped for, its failure is no reason not to send.
            client = await self._client(replace(self._hop, tls="none"))
        self._wire = taken_over(client.transport)
        self._offer = {name.lower(): value for name, value in client.esmtp_extensions.items()}
        return self._wire

    async def _client(self, hop: Hop) -> aiosmtplib.SMTP:
        """A connection greeted, encrypted and logged in."""
        client = aiosmtplib.SMTP(
            hostname=hop.host if hop.tls != "implicit" else hop.name,
            port=hop.port,
            local_hostname=self._settings.hostname or None,
            timeout=self._settings.connect_timeout.total_seconds(),
            use_tls=hop.tls == "implicit",
            start_tls=False,
            tls_context=hop.context,
        )
        try:
            await client.connect()
            await _greet(client)
            if hop.tls == "starttls" or (hop.tls == "opportunistic" and client.supports_extension("starttls")):
                await _encrypt(client, hop)
                await _greet(client)
            if hop.user:
                await client.login(hop.user, hop.password)
        except BaseException:
            abort(client.transport)
            client.close()
            raise
        return client

    def _close(self) -> None:
        if self._wire is not None:
            self._wire.abort()
        self._wire = None
        self._sent = 0


async def _next(blocks: Iterator[bytes], size: int) -> bytes | None:
    if size <= _IN_MEMORY:
        return next(blocks, None)
    return await asyncio.to_thread(next, blocks, None)


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as refused:
        # RFC 5321 section 3.2: a server that knows no EHLO is greeted as in 1982.
        if refused.code // 100 != 5 or not client.is_connected:
            raise
        await client.helo()


async def _encrypt(client: aiosmtplib.SMTP, hop: Hop) -> None:
    try:
        await client.starttls(server_hostname=hop.name, tls_context=hop.context)
    except (aiosmtplib.SMTPException, OSError) as error:  # ssl.SSLError is an OSError
        if hop.tls == "opportunistic":
            raise _NotEncryptedError from error
        raise
