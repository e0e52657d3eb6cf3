"""What the IMAP door needs of the store, as functions: so that whoever wires it can listen in."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from store.arrival import Kept
from store.bookmarks import Bookmark
from store.incoming import Incoming
from store.mail import ImapOrigin


@dataclass(frozen=True, slots=True)
class StorePort:
    """The way into the store, and what it remembers of mailboxes."""

    incoming: Callable[[], Incoming]
    keep: Callable[[Incoming, ImapOrigin, datetime], Future[Kept]]  #: resolved when on disk, or with Unavailable
    #: account, mailbox, UIDVALIDITY, UID -> the greater UIDs that are on disk, with their internal dates
    taken: Callable[[str, str, int, int], dict[int, datetime | None]]
    bookmark: Callable[[str, str], Bookmark | None]  #: account, mailbox -> how far it is settled
    remember: Callable[[Bookmark], None]
