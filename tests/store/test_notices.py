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


def test_some_events_wait_for_no_others(store: Store) -> None:
    mail_id = keep(store).mail_id
    judge(store, mail_id, Judgement(MailState.FILED, notices=("checked-accepted",)))
    passed(store, body=b"another")
    (group,) = store.notices.ripe(NOW, MINUTE, at_once="checked-")
    assert [notice.mail_id for notice in group] == [mail_id]


def test_a_mail_that_waits_is_overdue_until_its_sender_was_told(store: Store) -> None:
    mail_id = keep(store).mail_id
    judge(store, mail_id, Judgement(MailState.HELD))
    passed(store, body=b"accepted long ago")
    assert store.notices.overdue("overdue", NOW) == ()
    assert store.notices.overdue("overdue", NOW + MINUTE) == (mail_id,)
    assert [store.notices.add(mail_id, "overdue", NOW) for _ in range(2)] == [True, False]
    assert store.notices.overdue("overdue", NOW + MINUTE) == ()
    assert not store.notices.add("none", "overdue", NOW)


def test_automatic_letters_are_those_under_the_empty_reverse_path(store: Store) -> None:
    for address in ("a@example.org", "a@example.org", "b@example.org"):
        automatic, new = letter(address)
        store.deliveries.add([new], NOW, letter_records=[automatic])
    written, new = letter("a@example.org")
    store.deliveries.add([new], NOW, letter_records=[replace(written, sender="bounce+x@example.net")])
    before = NOW - MINUTE
    assert (store.notices.automatic(before), store.notices.automatic(before, "a@example.org")) == (3, 2)
    assert store.notices.automatic(NOW) == 0
