"""What the IMAP door wants to know.  One table an account; each account lives and fails on its own."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal


@dataclass(frozen=True, slots=True)
class Account:
    """One mail account and the mailboxes in it that are taken in."""

    name: Annotated[str, "how the account is called here; part of each mail's identity"]
    host: Annotated[str, "the server"]
    user: Annotated[str, "the login name"]
    password_file: Annotated[Path, "a file that holds the password"]
    port: Annotated[int, "its port; 0 = 993 with tls, else 143"] = 0
    tls: Annotated[Literal["tls", "starttls", "none"], "how the connection is protected; none only to loopback"] = "tls"
    ca_file: Annotated[Path | None, "certificates that the server's may be signed by; empty = the system's"] = None
    mailboxes: Annotated[tuple[str, ...], "which to read"] = ("INBOX",)
    addresses: Annotated[tuple[str, ...], "whose mail lies here: the recipients of what is taken in"] = ()
    after: Annotated[str, '"move:MAILBOX", "flag" (\\Seen) or "keep"; done only when the mail is on disk'] = "flag"
    poll: Annotated[timedelta, "how often to look"] = timedelta(seconds=30)
    timeout: Annotated[timedelta, "for any answer of the server"] = timedelta(seconds=60)
    piece: Annotated[int, "octets asked for at a time"] = 1_000_000
    max_size: Annotated[int, "a larger mail stays where it is and is told"] = 200_000_000

    def __post_init__(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: an unknown `after`, or an unprotected connection that leaves the machine.
        """
        if self.after not in ("flag", "keep") and not (self.after.startswith("move:") and self.after[5:]):
            raise ValueError('after must be "move:MAILBOX", "flag" or "keep"')
        if self.tls == "none" and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("tls = none would send the password in the clear; only loopback may")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """All accounts."""

    account: Annotated[tuple[Account, ...], "one table an account"] = ()
