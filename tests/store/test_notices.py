"""Senders are told each event once, and close events in one letter."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from store.judgement import Judgement
from store.mail import MailState
from store.notices import Notice
from store.store import Store
from tests.store.given import MINUTE, NOW, accepted, judge, keep, letter, passed


def test_events_within_a_minute_are_one_letter(store: Store) -> None:
    mail_id = keep(store).mail_id
    judge(store, mail_id, Judgement(MailState.POSTPONED, due=NOW, notices=("arrived", "arrived")))
    judge(store, mail_id, accepted(), NOW + MINUTE / 2)
    young = passed(store, replace(accepted(), notices=()), body=b"without notices")
    assert store.notices.ripe(NOW + MINUTE / 2, MINUTE) == ()
    (group,) = store.notices.ripe(NOW + MINUTE, MINUTE)
    expected = (Notice(mail_id, 1, "arrived", NOW), Notice(mail_id, 2, "accepted", NOW + MINUTE / 2))
    assert group == expected
    record, new = letter()
    assert store.notices.told(group, NOW, letter=record, delivery=new)
    assert store.notices.ripe(NOW + MINUTE, MINUTE) == ()
    assert store.notices.receipts(mail_id) == (record.id,)
    assert store.notices.receipts(young) == ()


def test_many_workers_write_one_letter(store: Store) -> None:
    passed(store)
    (group,) = store.notices.ripe(NOW + MINUTE, MINUTE)

    def tell(_: int) -> bool:
        record, new = letter()
        return store.notices.told(group, NOW, letter=record, delivery=new)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(tell, range(6))) == 1
    assert len(list(store.deliveries.list(kind="letter"))) == 1


def test_a_sender_who_may_not_be_written_to_is_told_nothing(store: Store) -> None:
    mail_id = passed(store)
    (group,) = store.notices.ripe(NOW + MINUTE, MINUTE)
    assert store.notices.told(group, NOW, reason="unauthenticated")
    assert store.notices.ripe(NOW + MINUTE, MINUTE) == ()
    assert store.notices.receipts(mail_id) == ()
    assert not list(store.deliveries.list(kind="letter"))
    assert list(store.journal.list(mail_id))[-1].entry.verb == "notice.closed"
