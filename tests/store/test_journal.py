"""The journal: in order without a gap, and no row can be changed, taken out or put in unseen."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from store.journal import Entry
from store.store import Store
from tests.store.given import MINUTE, NOW, keep, passed

TAMPERING = {
    "another actor": ("UPDATE journal SET actor = 'an' WHERE seq = 3", 3),
    "another detail": ('UPDATE journal SET detail = \'{"size":"2"}\' WHERE seq = 2', 2),
    "another time": ("UPDATE journal SET at = '2026-11-22T03:00:00.000001+00:00' WHERE seq = 4", 4),
    "another mail": ("UPDATE journal SET mail_id = 'x' WHERE seq = 5", 5),
    "another hash": ("UPDATE journal SET hash = 'x' WHERE seq = 1", 1),
    "a row taken out": ("DELETE FROM journal WHERE seq = 2", 2),
    "the first row taken out": ("DELETE FROM journal WHERE seq = 1", 1),
    "the last row taken out": ("DELETE FROM journal WHERE seq = 5", 5),
    "everything taken out": ("DELETE FROM journal", 1),
    "two rows exchanged": ("UPDATE journal SET seq = CASE seq WHEN 2 THEN 102 ELSE seq END", 2),
    "the end replaced": ("UPDATE journal_head SET hash = 'x'", 5),
}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statement", "broken"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_seen(store: Store, statement: str, broken: int) -> None:
    for number in range(5):
        keep(store, b"%d" % number)
    assert store.journal.verify() is None
    with store.db.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert store.journal.verify() == broken


def test_the_last_row_cannot_be_changed_on_either_database(store: Store) -> None:
    for number in range(3):
        keep(store, b"%d" % number)
    assert store.journal.verify() is None
    with store.db.transaction() as connection:
        connection.exec_driver_sql("UPDATE journal SET at = '2026-11-22T03:00:00.000001+00:00' WHERE seq = 3")
    assert store.journal.verify() == 3


def test_an_empty_journal_is_whole(store: Store) -> None:
    assert store.journal.verify() is None
    with store.db.transaction() as connection:
        connection.execute(text("DELETE FROM journal_head"))
    assert store.journal.verify() == 1


def test_writers_at_once_make_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(24):
            pool.submit(keep, store, b"%d" % number)
    assert [row.seq for row in store.journal.list()] == list(range(1, 25))
    assert store.journal.verify() is None


def test_it_is_listed_by_mail_time_and_number(store: Store) -> None:
    mail_id = passed(store)
    store.journal.note(NOW + MINUTE, Entry("lan", "trust.added", detail={"sha256": "0\0"}))
    verbs = [row.entry.verb for row in store.journal.list()]
    assert verbs == ["mail.kept", "mail.judged", "trust.added"]
    assert [row.entry.verb for row in store.journal.list(mail_id)] == ["mail.kept", "mail.judged"]
    assert [row.entry.actor for row in store.journal.list(since=NOW + MINUTE, until=NOW + 2 * MINUTE)] == ["lan"]
    assert [row.seq for row in store.journal.list(limit=2)] == [1, 2]
    assert store.journal.verify() is None
