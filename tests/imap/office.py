"""One account of a real server, a real store, and the poller between them."""

import hashlib
import os
import signal
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from imap_poll.credentials import credentials_of
from imap_poll.port import StorePort
from imap_poll.settings import Account
from imap_poll.watcher import Watcher
from store.arrival import Kept
from store.connection import migrate, open_database
from store.errors import Unavailable
from store.mail import ReceivedMail
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
    return StorePort(store.incoming, store.intake.submit, store.mails.uids, store.bookmarks.get, store.bookmarks.put)


def failed(cause: str) -> Future[Kept]:
    """What the store answers when it cannot keep."""
    future: Future[Kept] = Future()
    future.set_exception(Unavailable(cause))
    return future


@dataclass
class Office:
    """What the tests of the door work with."""

    store: Store
    server: Dovecot
    user: ImapUser
    account: Account
    watchers: list[Watcher] = field(default_factory=list)

    def watcher(self, mailbox: str = "INBOX", into: StorePort | None = None, **changed: object) -> Watcher:
        """A watcher that knows nothing of earlier ones, as after a restart."""
        account = replace(self.account, **changed)  # type: ignore[arg-type]
        made = Watcher(account, mailbox, credentials_of(account), into or port_of(self.store))
        self.watchers.append(made)
        return made

    @property
    def password(self) -> Path:
        """The file of the account's password."""
        assert self.account.password_file is not None
        return self.account.password_file

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


def kill(server: Dovecot) -> None:
    """End a server of the test at once: master and children, which are a group of their own."""
    file = server.folder / "run" / "master.pid"
    if file.exists():
        os.killpg(os.getpgid(int(file.read_text())), signal.SIGKILL)
        file.unlink()  # the next one would take the dead for the living
