"""What an account logs in with: a password from its file, or an OAuth2 access token that is refreshed in time."""

from typing import Protocol

from imap_poll.oauth import Tokens
from imap_poll.secret import read_secret
from imap_poll.settings import Account


class Credentials(Protocol):
    """Of one account; shared by all its mailboxes."""

    def secret(self) -> str:
        """Password or access token.

        Raises:
            Unavailable: it cannot be had now.
        """

    def refused(self, secret: str) -> None:
        """The server did not take it."""


class Password:
    """Read anew for every login, so that a new one needs no restart."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def secret(self) -> str:
        """As `Credentials`."""
        assert self._account.password_file is not None, "the settings have seen to it"
        return read_secret(self._account.password_file, "password_file")

    def refused(self, secret: str) -> None:
        """Nothing is remembered of it."""


def credentials_of(account: Account) -> Credentials:
    """As the account's settings say."""
    return Password(account) if account.mechanism == "password" else Tokens(account)
