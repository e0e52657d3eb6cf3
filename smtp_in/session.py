"""The verbs: what a peer may say, in which order, and what each does (RFC 5321 section 4.1).

Promise: 250 to a mail is said only after `keep` has returned; in every other case nothing of the mail stays.
"""

import asyncio
from collections.abc import Sequence

from smtp_in import parameters, replies
from smtp_in.body import Body
from smtp_in.connection import Ended, log
from smtp_in.data import DataScanner
from smtp_in.introduction import Introduction
from smtp_in.transaction import Transaction
from store.errors import Unavailable
from store.mail import SmtpOrigin
from store.reply import Reply

_ANSWER_WITHIN = 5.0  # seconds for `may_receive`


class Session(Introduction):
    """A conversation in SMTP. Each `smtp_*` method is one verb; aiosmtpd finds them by their names."""

    no_recipients = replies.NO_RECIPIENTS
    #: Whether a mail may be taken for some of its recipients and refused for others, once it has been sent.
    answers_each = False
    _mails = 0
    _recipients = 0  # of all mails

    # A mail.

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """MAIL FROM:<path> parameters."""
        if not self.helo:
            return await self.say(replies.HELO_FIRST)
        if self.mail is not None:
            return await self.say(replies.MAIL_NESTED)
        settings = self.given.settings
        if (
            self._mails >= settings.max_mails_per_connection
            or self._recipients >= settings.max_recipients_per_connection
        ):
            await self.end(replies.TOO_MANY_MAILS)
        sender = parameters.read_mail(arg or "", self.extended, self.offers_auth)
        if isinstance(sender, Reply):
            return await self.say(sender)
        if sender.size > settings.max_size:
            return await self.say(replies.TOO_LARGE)
        refusal = self.given.room() or self.given.rates.begin(sender.address, self.peer, self.loop.time())
        if refusal is not None:
            log.info("smtp.put_off", peer=self.peer, code=refusal.code, cause=refusal.cause)
            return await self.say(refusal)
        self.mail = Transaction(sender)
        return await self.say(replies.SENDER_OK)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """RCPT TO:<path> parameters: asked of whoever knows our addresses, at once."""
        mail = self.mail
        if mail is None:
            return await self.say(replies.MAIL_FIRST)
        if mail.body is not None:
            return await self.say(replies.CHUNKS_BEGUN)
        recipient = parameters.read_rcpt(arg or "", self.extended, mail.sender.smtputf8)
        if isinstance(recipient, Reply):
            return await self.say(recipient)
        settings = self.given.settings
        if (
            len(mail.recipients) >= settings.max_recipients
            or self._recipients >= settings.max_recipients_per_connection
        ):
            return await self.say(replies.TOO_MANY_RECIPIENTS)
        if mail.sender.size > self.given.sizes.of(recipient.address):
            return await self.say(replies.TOO_LARGE_FOR_RECIPIENT)
        try:
            ours = self.given.may_receive(recipient.address)
            if not isinstance(ours, bool):
                ours = await asyncio.wait_for(_answer(ours), _ANSWER_WITHIN)
        except (Unavailable, TimeoutError):
            return await self.say(replies.TRY_LATER)
        if not ours:
            return await self.say(replies.NO_SUCH_RECIPIENT)
        mail.recipients.append(recipient)
        self._recipients += 1
        return await self.say(replies.RECIPIENT_OK)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """DATA: the mail, up to CR LF . CR LF."""
        mail, refusal = self._ready_for_body()
        if arg or refusal is not None or mail is None:
            return await self.say(replies.NO_ARGUMENTS if arg else refusal or replies.MAIL_FIRST)
        if mail.body is not None:
            return await self.say(replies.CHUNKS_BEGUN)
        body = mail.body = self._new_body(mail)
        await self.push(replies.SEND_DATA.line)
        scanner = DataScanner()
        self.arriving = True
        while not scanner.ended:
            await self._bound(body)
            body.write(scanner.feed(await self.stream.block()))
            if body.heavy and not scanner.ended:
                await body.relieve()
        self.arriving = False
        self.stream.unread(scanner.rest)
        return await self._finish(mail, body)

    async def smtp_BDAT(self, arg: str) -> None:  # noqa: N802
        """BDAT octets [LAST]: a piece of the mail, counted instead of marked (RFC 3030 section 2)."""
        # ASCII alone: str.split() parts at other blanks too, str.upper() makes an S of U+017F, and whoever stands in
        # front of us would see no LAST there.
        words = arg.upper().split() if arg.isascii() else []
        if not (0 < len(words) <= 2 and words[0].isdigit() and words[1:] in ([], ["LAST"])):
            await self.end(replies.BAD_CHUNK)
        octets, last = int(words[0]), len(words) == 2
        mail, refusal = self._ready_for_body()
        if refusal is not None or mail is None:
            # The octets are on their way: they are read, never obeyed.
            await self._swallow(octets)
            return await self.say(refusal or replies.MAIL_FIRST)
        body = mail.body = mail.body or self._new_body(mail)
        await self._take(body, octets)
        if last:
            return await self._finish(mail, body)
        if body.refusal is not None:
            self.drop()
            return await self.say(body.refusal)
        return await self.say(replies.chunk_taken(octets))

    def _ready_for_body(self) -> tuple[Transaction | None, Reply | None]:
        if not self.helo:
            return None, replies.HELO_FIRST
        if self.mail is None:
            return None, replies.MAIL_FIRST
        return self.mail, None if self.mail.recipients else self.no_recipients

    def _new_body(self, mail: Transaction | None) -> Body:
        """For the octets of a mail, or for those of none."""
        sizes, addresses = self.given.sizes, [path.address for path in mail.recipients] if mail else []
        most = sizes.largest(addresses) if self.answers_each else sizes.least(addresses)
        glance = self.given.look.glance() if self.given.look is not None else None
        max_line = self.given.settings.max_line
        return Body(self.given.incoming(), most, sizes.most, max_line, self.loop.time(), glance)

    async def _take(self, body: Body, octets: int) -> None:
        """Read exactly so many octets of the mail."""
        self.arriving = True
        while octets:
            await self._bound(body)
            block = await self.stream.block(octets)
            octets -= len(block)
            body.write(block)
            if body.heavy and octets:
                await body.relieve()
        self.arriving = False

    async def _swallow(self, octets: int) -> None:
        """Read a chunk for which there is no mail."""
        body = self._new_body(None)
        body.refuse(replies.MAIL_FIRST)
        await self._take(body, octets)

    async def _bound(self, body: Body) -> None:
        """Set the deadline of the next block. Who goes on and on beyond the size limit is no longer listened to."""
        if body.endless:
            await self.end(replies.TOO_LARGE)
        self.deadline = self.given.pace.next_block(self.loop.time(), body.begun, body.received)

    async def _finish(self, mail: Transaction, body: Body) -> None:
        """All octets are here: keep the mail, and only then say so."""
        self._mails += 1
        self.moved_on()
        refusal = body.close()
        if refusal is not None:
            self.drop()
            return await self.answer([refusal] * len(mail.recipients))
        self.deadline = float("inf")  # now it is the peer who waits for us
        refusals = await self._refusals(mail, body)
        if all(refusals):
            self.drop()
            return await self.answer([refused for refused in refusals if refused is not None])
        mail.recipients = [path for path, refused in zip(mail.recipients, refusals, strict=True) if refused is None]
        try:
            kept = await self.given.keep(body.incoming, self._origin(mail), self.given.now())
        except Unavailable as away:
            log.warning("smtp.not_kept", peer=self.peer, cause=away.cause)
            self.drop()
            return await self.answer([refused or replies.TRY_LATER for refused in refusals])
        self.mail = None
        body.discard()  # what is kept is elsewhere now; this frees the spool's file handle
        log.info("smtp.kept", mail=kept.mail_id, again=kept.again, peer=self.peer, size=body.received)
        taken = replies.kept(kept.mail_id)
        return await self.answer([refused or taken for refused in refusals])

    def _origin(self, mail: Transaction) -> SmtpOrigin:
        return mail.origin(self.peer, self.helo, self.tls, self.user)

    async def _refusals(self, mail: Transaction, body: Body) -> list[Reply | None]:
        """For each recipient, None or why the mail is not for it. In SMTP the strictest speaks for all."""
        refusals = [
            replies.TOO_LARGE_FOR_RECIPIENT if body.received > self.given.sizes.of(path.address) else None
            for path in mail.recipients
        ]
        look = self.given.look
        if look is not None and body.suspect:
            try:
                # To the disk, perhaps: off the loop, and to its end, as two threads must not write to one body.
                content = await asyncio.to_thread(body.incoming.content)
                async with asyncio.timeout(self.given.settings.look_timeout.total_seconds()):
                    seen = await look(content, self._origin(mail))
            except (Unavailable, TimeoutError) as away:
                log.info("smtp.not_looked", peer=self.peer, cause=type(away).__name__)
            else:
                refusals = [large or refused for large, refused in zip(refusals, seen, strict=True)]
        strictest = next((refused for refused in refusals if refused is not None), None)
        return refusals if self.answers_each else [strictest] * len(refusals)

    async def answer(self, said: Sequence[Reply]) -> None:
        """Say what became of the mail: a reply for each recipient, which in SMTP are all the same."""
        await self.say(said[0])

    # The rest.

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        """RSET: forget the mail under way."""
        await self.count_idle()
        if not arg:
            self.drop()
        await self.say(replies.NO_ARGUMENTS if arg else replies.OK)

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: N802
        """NOOP: so many, and no more."""
        await self.count_idle()
        await self.say(replies.OK)

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: N802
        """VRFY: says nothing about who is here (RFC 5321 section 7.3)."""
        await self.count_idle()
        await self.say(replies.CANNOT_VERIFY if arg else replies.BAD_SYNTAX)

    async def smtp_EXPN(self, arg: str) -> None:  # noqa: N802
        """EXPN: there are no lists."""
        await self.say(replies.NOT_IMPLEMENTED)

    async def smtp_HELP(self, arg: str) -> None:  # noqa: N802
        """HELP."""
        await self.count_idle()
        await self.say(replies.HELP)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        """QUIT: goodbye."""
        if arg:
            return await self.say(replies.NO_ARGUMENTS)
        self.drop()
        await self.say(replies.BYE)
        raise Ended


async def _answer(asked: object) -> bool:
    """Await whatever awaitable it is, as a coroutine that `wait_for` can bound."""
    return bool(await asked)  # type: ignore[misc]
