"""One conversation with the smarthost, over which letters go one after the other.

Promise: `send` answers with exactly one Attempt per letter and never raises for anything the peer or the
network does.  The octets of a letter go out as they are (only dots are doubled): a signature over them
stays whole.  Until the last octet is written nothing was handed over; from then on, silence is Unsure.
"""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import aiosmtplib
from aiosmtplib import SMTPResponse
from aiosmtplib.protocol import SMTPProtocol

from outbound import address
from outbound.outcome import Stage, answered, failed, unfit
from outbound.settings import OutboundSettings
from store.delivery import Attempt, TryLater

_BLOCK = 256 * 1024
_PARTING = 5.0  # seconds for QUIT; its answer changes nothing
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_XTEXT_PLAIN = re.compile(r"[!-*,-<>-~]")  # RFC 3461 section 4: printable, not "+" and not "="


@dataclass(frozen=True, slots=True)
class Handover:
    """A finished letter with its SMTP envelope."""

    id: str  #: the delivery's; goes out as ENVID
    sender: str  #: reverse path; "" = the empty one
    recipient: str
    content: bytes  #: finished message, CR LF


class Conversation:
    """A connection to the smarthost.  Not for two tasks at a time."""

    def __init__(self, settings: OutboundSettings, password: str = "") -> None:
        self._settings = settings
        self._password = password
        self._tls = _tls(settings)
        self._client: aiosmtplib.SMTP | None = None
        self._stage = Stage.CONNECT
        self._sent = 0

    async def send(self, letter: Handover) -> Attempt:
        """Hand the letter over, connecting first where need be."""
        try:
            sender = str(address.read(letter.sender)) if letter.sender else ""
            recipient = str(address.read(letter.recipient))
        except address.UnfitAddressError as bad:
            return unfit("5.1.3", "not a mail address", str(bad))
        if _BARE.search(letter.content) or not letter.content.endswith(b"\r\n"):
            return unfit("5.6.0", "not a finished message", "a line of it does not end in CR LF")
        used = self._client is not None and self._client.is_connected
        attempt = await self._once(letter, sender, recipient)
        # A connection that lay idle may have been closed by the peer: nothing was handed over, so once
        # more.
        if used and self._stage is Stage.MAIL and isinstance(attempt, TryLater) and self._client is None:
            attempt = await self._once(letter, sender, recipient)
        return attempt

    async def end(self) -> None:
        """Part politely."""
        if self._client is not None:
            transport = self._client.transport
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit(timeout=_PARTING)
            _abort(transport)
        self._close()
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next round

    async def _once(self, letter: Handover, sender: str, recipient: str) -> Attempt:
        self._stage = Stage.CONNECT
        try:
            client = await self._connected()
            utf8 = not f"{sender}{recipient}".isascii() or not letter.content.partition(b"\r\n\r\n")[0].isascii()
            refused = _unfit(client, letter.content, utf8)
            if refused is not None:
                return refused
            commands = (
                (Stage.MAIL, (b"MAIL", f"FROM:<{sender}>".encode(), *_mail_options(client, letter, utf8))),
                (
                    Stage.RCPT,
                    (b"RCPT", f"TO:<{recipient}>".encode(), *self._rcpt_options(client, letter, recipient)),
                ),
                (Stage.DATA, (b"DATA",)),
            )
            for self._stage, words in commands:
                wanted = 3 if self._stage is Stage.DATA else 2
                code, text = await client.execute_command(
                    *words, timeout=self._settings.command_timeout.total_seconds()
                )
                if code // 100 != wanted:
                    await self._reset(client)
                    return answered(self._stage, code, text)
            code, text = await self._body(client, letter.content)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._close()
            return failed(self._stage, error)
        self._sent += 1
        if self._stage is not Stage.DOT or code == 421 or self._sent >= self._settings.letters_per_connection:
            await self.end()
        return answered(self._stage, code, text)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        self._close()
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.hostname or None,
            username=settings.user or None,
            password=self._password if settings.user else None,
            timeout=settings.connect_timeout.total_seconds(),
            use_tls=settings.tls == "implicit",
            start_tls={"none": False, "opportunistic": None, "starttls": True, "implicit": False}[settings.tls],
            tls_context=self._tls,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        self._client = client
        return client

    async def _body(self, client: aiosmtplib.SMTP, content: bytes) -> tuple[int, str]:
        """Write the message and the final dot; what the peer said.

        The client library's own `data` has one time-out for all of it and passes every octet through
        three regular expressions; here the final dot has its own, and a peer that answers before the end
        is heard.
        """
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        stuffed = content.replace(b"\r\n.", b"\r\n..")  # RFC 5321 section 4.5.2
        if content.startswith(b"."):
            stuffed = b"." + stuffed
        blocks = [stuffed[at : at + _BLOCK] for at in range(0, len(stuffed), _BLOCK)]
        blocks[-1] += b".\r\n"
        hearing = asyncio.ensure_future(protocol.read_response())
        # The library drops what arrives while nobody reads.  A task reads only from its first turn on: without this
        # turn a peer on the same machine answers the dot before anybody listens, and the letter ends as Unsure.
        await asyncio.sleep(0)
        try:
            for number, block in enumerate(blocks, start=1):
                if number == len(blocks):
                    self._stage = Stage.DOT
                protocol.write(block)
                if self._stage is not Stage.DOT and not await _taken(protocol, hearing, self._settings.data_timeout):
                    break
            await asyncio.wait({hearing}, timeout=self._settings.final_timeout.total_seconds())
            if not hearing.done():
                raise TimeoutError("no answer")
            reply = hearing.result()
            return reply.code, reply.message
        finally:
            _drop(hearing)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.rset(timeout=self._settings.connect_timeout.total_seconds())
        except (aiosmtplib.SMTPException, OSError):
            self._close()

    def _rcpt_options(self, client: aiosmtplib.SMTP, letter: Handover, recipient: str) -> list[bytes]:
        if not client.supports_extension("dsn"):
            return []
        # A receipt has the empty reverse path and no one to report to (RFC 3461 section 4.1, NEVER).
        options = [f"NOTIFY={','.join(self._settings.notify) if letter.sender and self._settings.notify else 'NEVER'}"]
        if recipient.isascii():
            options.append(f"ORCPT=rfc822;{_xtext(recipient)}")
        return [option.encode("ascii") for option in options]

    def _close(self) -> None:
        if self._client is not None:
            _abort(self._client.transport)
            self._client.close()
        self._client = None
        self._sent = 0


def _abort(transport: asyncio.BaseTransport | None) -> None:
    """Close now: `close` waits for a peer who may never read what is still to be written, or end TLS in form."""
    if transport is not None:
        # Not asked by isinstance: uvloop's transports have asyncio's methods, not its classes.
        cast("asyncio.WriteTransport", transport).abort()


async def _taken(protocol: SMTPProtocol, hearing: asyncio.Future[SMTPResponse], wait: timedelta) -> bool:
    """Wait until the peer has taken what was written; False when it spoke before the end."""
    # The library keeps this for asyncio.StreamWriter.drain; nothing public waits for its flow control.
    room = asyncio.ensure_future(protocol._drain_helper())
    tasks: set[asyncio.Future[object]] = {cast("asyncio.Future[object]", task) for task in (room, hearing)}
    done, _ = await asyncio.wait(tasks, timeout=wait.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    if hearing.done() or not done:
        _drop(room)
    if not done:
        raise TimeoutError("the peer takes no more")
    if hearing.done():
        return False
    room.result()
    return True


def _drop(task: "asyncio.Future[Any]") -> None:
    """Nobody asks for its end any more; asyncio complains of an error that nobody looked at."""
    if not task.cancel() and not task.cancelled():
        task.exception()


def _unfit(client: aiosmtplib.SMTP, content: bytes, utf8: bool) -> Attempt | None:
    """What the peer's offer rules out before MAIL."""
    if utf8 and not client.supports_extension("smtputf8"):
        return unfit("5.6.7", "the next hop takes no addresses beyond ASCII", "SMTPUTF8 is not offered")
    if not content.isascii() and not client.supports_extension("8bitmime"):
        return unfit("5.6.3", "the next hop takes no 8-bit content", "8BITMIME is not offered")
    offer = client.esmtp_extensions.get("size", "").strip()
    # RFC 1870 section 4: no number, or 0, is no fixed limit.
    if offer.isascii() and offer.isdigit() and 0 < int(offer) < len(content):
        return unfit("5.3.4", f"too large for the next hop: {len(content)} octets, it takes {offer}", "SIZE")
    return None


def _mail_options(client: aiosmtplib.SMTP, letter: Handover, utf8: bool) -> list[bytes]:
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(letter.content)}")
    if not letter.content.isascii():
        options.append("BODY=8BITMIME")
    if utf8:
        options.append("SMTPUTF8")
    if client.supports_extension("dsn"):
        options += ["RET=HDRS", f"ENVID={_xtext(letter.id)}"]
    return [option.encode("ascii") for option in options]


def _xtext(text: str) -> str:
    return "".join(letter if _XTEXT_PLAIN.fullmatch(letter) else f"+{ord(letter):02X}" for letter in text)


def _tls(settings: OutboundSettings) -> ssl.SSLContext | None:
    if settings.tls == "none":
        return None
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    if settings.tls == "opportunistic":
        # RFC 7435: better encrypted for somebody than readable for everybody.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
