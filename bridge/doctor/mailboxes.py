"""The mailboxes: every account lets us in, and every mailbox can be opened and marked as the settings say."""

from collections.abc import Iterator

from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings
from imap_poll.credentials import Credentials, credentials_of
from imap_poll.mailbox import Mailbox
from imap_poll.session import LoginRefused, connected
from imap_poll.settings import Account
from store.errors import Unavailable


def mailboxes(settings: Settings) -> Iterator[Checkup]:
    """One look at each mailbox of each account."""
    for account in settings.imap_poll.account:
        credentials = credentials_of(account)
        for name in account.mailboxes:
            yield _mailbox(account, credentials, name)
        if not account.addresses:
            yield warning(
                f"imap {account.name} addresses",
                "nobody is named whose mail lies here: To and Cc decide the route",
                f'set addresses of the [[imap_poll.account]] "{account.name}"',
            )


def _mailbox(account: Account, credentials: Credentials, name: str) -> Checkup:
    check = f"imap {account.name}/{name}"
    try:
        with connected(account, credentials) as session:
            mailbox = Mailbox(session, name, read_only=account.after == "keep")
            told = account.idle and session.has("IDLE")
    except LoginRefused as refused:
        return problem(check, refused.cause, _secret(account))
    except Unavailable as unavailable:
        if unavailable.cause.startswith(("token", "refresh_token", "client_secret", "password_file")):
            return problem(check, unavailable.cause, _secret(account))
        do = "correct host, port, tls, ca_file or mailboxes of the account, or ask whoever runs the server"
        return problem(check, unavailable.cause, do)
    if mailbox.read_only and account.after != "keep":
        do = 'have the rights to change it granted, or set after = "keep"'
        return warning(check, "may only be read: what is taken cannot be marked", do)
    how = "tells of new mail" if told else f"is asked every {account.poll.total_seconds():g} s"
    return ok(check, f"opens; {mailbox.exists} messages; {how}")


def _secret(account: Account) -> str:
    if account.mechanism == "password":
        return "correct user and password_file of the account"
    return "consent anew and put the refresh token into refresh_token_file; correct client_id, scope, token_url"
