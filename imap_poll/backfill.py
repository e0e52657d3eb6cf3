"""Takes in what came into a mailbox between two moments, however long ago; what is on disk is not fetched again.

A poller may be at work in the same mailbox meanwhile: the store keeps each mail once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from imap_poll.credentials import credentials_of
from imap_poll.mailbox import Listed, Mailbox, Span
from imap_poll.port import StorePort
from imap_poll.session import connected
from imap_poll.settings import Account
from imap_poll.taking import Memory, Taking


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What became of the messages of one mailbox."""

    mailbox: str
    found: int  #: in the range of dates
    there: int  #: of them on disk before
    taken: int  #: on disk now by this; in a dry run: would be
    octets: int  #: what those weigh, as the server says
    left: int  #: too large
    open: int  #: could not be read, or not be marked; a poller tries again
    trouble: str  #: why; "" = nothing is open


def backfill(
    account: Account,
    name: str,
    since: datetime,
    until: datetime,
    into: StorePort,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, found: None,
) -> Backfilled:
    """Goes through one mailbox: `since` included, `until` not, by the moment when a message came into it.

    Raises:
        Unavailable: server, disk or database cannot; what was kept so far is kept, and a second call goes on.
    """
    with connected(account, credentials_of(account)) as session:
        mailbox = Mailbox(session, name, read_only=dry_run or account.after == "keep")
        # SEARCH knows days alone, in a time zone of the server's (RFC 3501 section 6.4.4): a day more on either side.
        span = Span(0, (since - timedelta(days=1)).date(), (until + timedelta(days=2)).date())
        messages = [one for one in mailbox.listing(span) if _within(one, since, until)]
        memory = Memory()
        taking = Taking(account, mailbox, into, memory, lambda: False)
        taking.knows(into.taken(account.name, name, mailbox.uidvalidity, 0))
        new = [one for one in messages if not taking.is_kept(one)]
        fits = [one for one in new if one.size <= account.max_size]
        if not dry_run:
            try:
                for number, listed in enumerate(messages):
                    progress(number, len(messages))
                    taking.consider(listed)
                taking.finish()
                progress(len(messages), len(messages))
            finally:
                taking.abandon()
    there = len(messages) - len(new)
    octets = sum(one.size for one in fits)
    taken = len(fits) if dry_run else taking.taken
    left = len(new) - len(fits) if dry_run else len(memory.left)
    return Backfilled(name, len(messages), there, taken, octets, left, len(memory.open), taking.trouble)


def _within(listed: Listed, since: datetime, until: datetime) -> bool:
    """A message without a date is taken: it was searched by day at least."""
    return listed.internal_date is None or since <= listed.internal_date < until
