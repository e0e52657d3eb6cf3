"""One mail under way: what MAIL and RCPT said, and the octets so far when they come by BDAT."""

from dataclasses import dataclass, field

from smtp_in.body import Body
from smtp_in.parameters import ReversePath
from store.mail import ForwardPath, SmtpOrigin


@dataclass(slots=True)
class Transaction:
    """From MAIL until the mail is kept, refused or dropped."""

    sender: ReversePath
    recipients: list[ForwardPath] = field(default_factory=list)
    body: Body | None = None  #: set while octets are kept back

    def origin(self, peer: str, helo: str, tls: str, user: str) -> SmtpOrigin:
        """Where the mail came from, for the store. The mail itself gets no Received line: its bytes stay exact."""
        return SmtpOrigin(
            mail_from=self.sender.address,
            rcpt_to=tuple(self.recipients),
            peer=peer,
            helo=helo,
            tls=tls,
            user=user,
            body=self.sender.body,
            smtputf8=self.sender.smtputf8,
            ret=self.sender.ret,
            envid=self.sender.envid,
        )

    def discard(self) -> None:
        """Keep nothing of it."""
        if self.body is not None:
            self.body.discard()
