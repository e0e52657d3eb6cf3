"""LMTP (RFC 2033): SMTP's verbs for a mail server that hands mails over, with an answer for each recipient.

A mail is kept once, for those of its recipients for whom it is not refused; the client may rely on getting as many
answers as it had recipients accepted, in their order, and nothing else.
"""

from collections.abc import Sequence
from typing import ClassVar

from smtp_in import replies
from smtp_in.session import Session
from store.reply import Reply


class LmtpSession(Session):
    """A conversation in LMTP."""

    unspoken: ClassVar[frozenset[str]] = frozenset({"HELO", "EHLO"})  # section 4.1
    protocol: ClassVar[str] = "LMTP"
    no_recipients = replies.NO_LMTP_RECIPIENTS
    answers_each = True

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802
        """LHLO name: EHLO by another name, so that nobody takes this for SMTP (section 4.1)."""
        await self.hello(hostname)

    @property
    def midway(self) -> bool:
        """Also while a mail is being kept: the peer waits for as many replies as there are recipients."""
        return self.arriving or (self.mail is not None and self.mail.body is not None)

    async def answer(self, said: Sequence[Reply]) -> None:
        """One for each recipient, in the order of RCPT (section 4.2); one error, however many hear of it."""
        worst = max(range(len(said)), key=lambda place: said[place].code)
        for place, reply in enumerate(said):
            await (self.say(reply) if place == worst else self.push(reply.line))
