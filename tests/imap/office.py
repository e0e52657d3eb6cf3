"""One account of a real server, a real store, and the poller between them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from imap_poll.door import AccountPoller, Incoming, StorePort
from imap_poll.settings import Account
from store.connection import migrate, open_database
from store.incoming import Incoming as StoreIncoming
from store.mail import ImapOrigin, Origin, ReceivedMail
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.servers.dovecot import Dovecot, ImapUser


def opened(data: Path) -> Store:
    """A store in `data`, its schema made when it is new, ready to keep."""
    settings = StoreSettings(data=data)
    data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings)
    migrate(database)
    database.close()
    store = open_store(settings)
    store.intake.start()
    return store


def port_of(store: Store) -> StorePort:
    """The store as the door wants it."""

    def keep(incoming: Incoming, origin: ImapOrigin, at: datetime) -> object:
        assert isinstance(incoming, StoreIncoming)
        kept: Origin = origin
        return store.intake.keep(incoming, kept, at)

    return StorePort(store.incoming, keep, store.mails.uids)


@dataclass
class Office:
    """What the tests of the door work with."""

    store: Store
    server: Dovecot
    user: ImapUser
    account: Account
    pollers: list[AccountPoller] = field(default_factory=list)

    def poller(self, **changed: object) -> AccountPoller:
        """A poller that knows nothing of earlier ones, as after a restart."""
        made = AccountPoller(replace(self.account, **changed), port_of(self.store))  # type: ignore[arg-type]
        self.pollers.append(made)
        return made

    def put(self, *mails: bytes) -> None:
        """Delivers mails into INBOX."""
        for mail in mails:
            self.server.append(self.user, mail)

    def kept(self) -> list[bytes]:
        """The bodies that are on disk, oldest first."""
        return [self.store.mails.body(mail.id) for mail in reversed(self.all())]

    def all(self) -> list[ReceivedMail]:
        """The mails that are on disk, newest first."""
        return list(self.store.mails.list())

    def seen(self) -> int:
        """How many messages of INBOX bear the mark of having been read."""
        with self.server.login(self.user) as client:
            client.select("INBOX", readonly=True)
            return len(client.search(None, "SEEN")[1][0].split())


def account_of(server: Dovecot, user: ImapUser, folder: Path) -> Account:
    """The account's settings: plain on loopback, short time-outs."""
    password = folder / f"{user.name}.password"
    password.write_text(user.password)
    return Account(
        name="vanthu",
        host="127.0.0.1",
        user=user.name,
        password_file=password,
        port=server.port,
        tls="none",
        addresses=("vanthu@mau.test",),
        poll=timedelta(milliseconds=50),
        timeout=timedelta(seconds=2),
    )


def mail(number: int, size: int = 0) -> bytes:
    """A mail that no other is like, of `size` octets at least."""
    head = f"From: a@b.example\r\nSubject: mail {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\n"
    line = hashlib.sha256(str(number).encode()).hexdigest() + "\r\n"
    return head.encode() + line.encode() * (1 + size // len(line))


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


Keep = Callable[[Incoming, ImapOrigin, datetime], object]
