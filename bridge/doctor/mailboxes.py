"""The mailboxes: every account lets us in, and every mailbox can be opened."""

from collections.abc import Iterator

from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings
from imap_poll.mailbox import connected, selected
from imap_poll.settings import Account
from store.errors import Unavailable


def mailboxes(settings: Settings) -> Iterator[Checkup]:
    """One look at each account."""
    for account in settings.imap_poll.account:
        yield _account(account)
        if not account.addresses:
            yield warning(
                f"imap {account.name} addresses",
                "nobody is named whose mail lies here: To and Cc decide the route",
                f'set addresses of the [[imap_poll.account]] "{account.name}"',
            )


def _account(account: Account) -> Checkup:
    check = f"imap {account.name}"
    do = "correct host, port, tls, user and password_file of the account, or ask whoever runs the server"
    try:
        password = account.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        return problem(check, f"password_file cannot be read: {type(error).__name__}", do)
    try:
        with connected(account, password) as client:
            for name in account.mailboxes:
                selected(client, name)
    except Unavailable as unavailable:
        return problem(check, unavailable.cause, do)
    return ok(check, f"lets us in; opens {', '.join(account.mailboxes)}")
