"""How far a mailbox is settled is remembered by account and mailbox, and replaced as a whole."""

from dataclasses import replace

from store.bookmarks import Bookmark
from store.store import Store
from tests.store.given import NOW

MARK = Bookmark("vanthu", "INBOX", 7, 40_000, NOW, "flag", 2)


def test_the_last_one_counts_and_each_mailbox_has_its_own(store: Store) -> None:
    assert store.bookmarks.get("vanthu", "INBOX") is None
    store.bookmarks.put(MARK)
    store.bookmarks.put(replace(MARK, mailbox="Công văn", uid=3, internal_date=None))
    store.bookmarks.put(replace(MARK, uidvalidity=8, uid=1))
    assert store.bookmarks.get("vanthu", "INBOX") == replace(MARK, uidvalidity=8, uid=1)
    assert store.bookmarks.get("vanthu", "Công văn") == replace(MARK, mailbox="Công văn", uid=3, internal_date=None)
    assert store.bookmarks.get("other", "INBOX") is None
