"""One timed look of our IMAP door over a new SQLite store, in a process of its own; prints the seconds it took.

`python -m bench.imap_ours FOLDER HOST PORT USER PASSWORD_FILE COUNT`.
"""

import sys
import time
from pathlib import Path

from imap_poll.credentials import credentials_of
from imap_poll.port import StorePort
from imap_poll.settings import Account
from imap_poll.watcher import Watcher
from store.connection import migrate, open_database
from store.settings import StoreSettings
from store.store import Store, open_store


def opened(data: Path) -> Store:
    """A new store in `data`."""
    settings = StoreSettings(data=data)
    data.mkdir(parents=True)
    database = open_database(settings)
    migrate(database)
    database.close()
    store = open_store(settings)
    store.intake.start()
    return store


def main() -> None:
    """Look, tell, check."""
    folder, host, port, user, password, count = sys.argv[1:]
    store = opened(Path(folder))
    account = Account("bench", host, user, Path(password), int(port), "none")
    marks = store.bookmarks
    into = StorePort(store.incoming, store.intake.submit, store.mails.uids, marks.get, marks.put)
    watcher = Watcher(account, "INBOX", credentials_of(account), into)
    begun = time.perf_counter()
    taken = watcher.round()
    took = time.perf_counter() - begun
    if taken != int(count):
        raise SystemExit(f"took {taken} of {count}")
    print(took)  # noqa: T201  the answer
    store.close()


if __name__ == "__main__":
    main()
