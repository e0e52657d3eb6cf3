"""A store and an account of its own for each test of the IMAP door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.audit import audit
from tests.imap.office import Office, account_of, now, opened
from tests.servers.dovecot import Dovecot, ImapUser


@pytest.fixture
def office(dovecot: Dovecot, imap_user: ImapUser, tmp_path: Path) -> Iterator[Office]:
    """The store's books must be in order afterwards."""
    store = opened(tmp_path / "var")
    made = Office(store, dovecot, imap_user, account_of(dovecot, imap_user, tmp_path))
    try:
        yield made
        result = audit(store.db, store.blobs, now(), deep=True)
        assert result.clean, result.differences
    finally:
        for watcher in made.watchers:
            watcher.stop()
        for watcher in made.watchers:
            watcher.cut()
            assert watcher.join(20)
        store.close()
