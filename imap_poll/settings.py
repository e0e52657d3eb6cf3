"""What the IMAP door wants to know.  One table an account; each mailbox of it lives and fails on its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Account:
    """One mail account and the mailboxes in it that are taken in."""

    name: Annotated[str, "how the account is called here; part of each mail's identity"]
    host: Annotated[str, "the server"]
    user: Annotated[str, "the login name"]
    password_file: Annotated[Path | None, "a file that holds the password; empty with OAuth2"] = None
    port: Annotated[int, "its port; 0 = 993 with tls, else 143"] = 0
    tls: Annotated[Literal["tls", "starttls", "none"], "how the connection is protected; none only to loopback"] = "tls"
    ca_file: Annotated[Path | None, "certificates that the server's may be signed by; empty = the system's"] = None
    mailboxes: Annotated[tuple[str, ...], "which to read, each on a connection of its own"] = ("INBOX",)
    addresses: Annotated[tuple[str, ...], "whose mail lies here: the recipients of what is taken in"] = ()
    authserv: Annotated[
        str,
        "the name under which the server writes Authentication-Results on top of every mail (RFC 8601); what they say "
        "of SPF, DKIM and DMARC is believed; empty = nothing is",
    ] = ""
    after: Annotated[str, '"move:MAILBOX", "flag" (\\Seen) or "keep"; done only when the mail is on disk'] = "flag"
    poll: Annotated[timedelta, "how often to look, also while the server is to tell of new mail"] = timedelta(
        seconds=30
    )
    idle: Annotated[bool, "let the server tell of new mail at once (IDLE), where it can"] = True
    timeout: Annotated[timedelta, "for any answer of the server"] = timedelta(seconds=60)
    piece: Annotated[int, "octets of a mail asked for at a time"] = 1_000_000
    max_size: Annotated[int, "a larger mail stays where it is and is told"] = 200_000_000
    since: Annotated[str, "a date: what came into the mailbox before it is left to `imap backfill`; empty = all"] = ""
    mechanism: Annotated[
        Literal["password", "xoauth2", "oauthbearer"], "how to log in; Microsoft 365 wants xoauth2, Google takes either"
    ] = "password"
    token_url: Annotated[str, "OAuth2: where access tokens are had"] = ""
    client_id: Annotated[str, "OAuth2: who we are there"] = ""
    client_secret_file: Annotated[Path | None, "OAuth2: a file that holds our secret there; empty = none"] = None
    refresh_token_file: Annotated[
        Path | None, "OAuth2: a file that holds the refresh token, rewritten when a new one comes; empty = by secret"
    ] = None
    scope: Annotated[str, "OAuth2: what is asked for; empty = what was consented to"] = ""

    def __post_init__(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: an unknown `after`, no secret, or one that would leave the machine unprotected.
        """
        if self.after not in ("flag", "keep") and not (self.after.startswith("move:") and self.after[5:]):
            raise ValueError('after must be "move:MAILBOX", "flag" or "keep"')
        if self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("tls = none would send the password in the clear; only loopback may")
        if self.piece < 1:
            raise ValueError("piece must be at least 1")
        if self.since:
            date.fromisoformat(self.since)
        if self.mechanism == "password":
            if self.password_file is None:
                raise ValueError("password_file is missing; or set mechanism to xoauth2 or oauthbearer")
            return
        url = urlsplit(self.token_url)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
            raise ValueError("token_url must begin with https://")
        if not self.client_id:
            raise ValueError("client_id is missing")
        if self.refresh_token_file is None and self.client_secret_file is None:
            raise ValueError("refresh_token_file or client_secret_file is missing")

    @property
    def terms(self) -> str:
        """The settings under which a message is settled; under others it is looked at again."""
        return f"{self.after} {self.max_size} {self.since}".strip()

    @property
    def first_day(self) -> date | None:
        """The day from which mail is taken; None = all."""
        return date.fromisoformat(self.since) if self.since else None


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """All accounts."""

    account: Annotated[tuple[Account, ...], "one table an account"] = ()
