"""What is learnt of a letter beside its attempts: kept once, told once, and late words to nobody."""

from datetime import datetime, timedelta

import pytest

from store.delivery import (
    Delivered,
    Delivery,
    DeliveryState,
    Done,
    Failed,
    Learnt,
    Queued,
    TryLater,
    Word,
    news,
)
from store.store import Store
from tests.store.given import DAY, LATER, MINUTE, NEVER, NOW, RETRY, TAKEN, letters_only, packet, passed

_QUEUED, _DONE, _FAILED = Queued(NOW), Done(TAKEN), Failed(NEVER)


@pytest.mark.parametrize(
    ("word", "known", "state", "told"),
    [
        pytest.param(Word.DELAYED, (), _QUEUED, True, id="a delay of what is tried"),
        pytest.param(Word.DELAYED, (), _DONE, True, id="a delay behind the next hop"),
        pytest.param(Word.DELAYED, (), _FAILED, False, id="a delay of what has failed"),
        pytest.param(Word.DELAYED, (Word.DELAYED,), _QUEUED, False, id="a second delay"),
        pytest.param(Word.DELAYED, (Word.DELIVERED,), _DONE, False, id="a delay of what is delivered"),
        pytest.param(Word.DELIVERED, (Word.DELAYED,), _DONE, True, id="delivered after a delay"),
        pytest.param(Word.DELIVERED, (Word.DISPLAYED,), _DONE, False, id="delivered after it was displayed"),
        pytest.param(Word.DISPLAYED, (Word.DELIVERED,), _DONE, True, id="displayed after it was delivered"),
        pytest.param(Word.DISPLAYED, (Word.ANSWERED,), _DONE, False, id="displayed after the answer"),
        pytest.param(Word.BOUNCED, (Word.DELIVERED,), _DONE, True, id="a bounce of what a relay called delivered"),
        pytest.param(Word.BOUNCED, (Word.ANSWERED,), _DONE, False, id="a bounce of what was answered"),
        pytest.param(Word.BOUNCED, (Word.BOUNCED,), _FAILED, False, id="a second bounce"),
        pytest.param(Word.BOUNCED, (Word.BOUNCED,), _DONE, True, id="a bounce of the attempt after one that bounced"),
        pytest.param(Word.ANSWERED, (Word.BOUNCED,), _FAILED, True, id="an answer to what bounced"),
    ],
)
def test_what_is_news(word: Word, known: tuple[Word, ...], state: DeliveryState, told: bool) -> None:
    assert news(word, frozenset(known), state) is told


def sent(store: Store, *, axis: bool = True) -> Delivery:
    """A letter that the next hop took; `axis`: that came from one."""
    passed(store, letters_only("a@example.org"), *((packet(),) if axis else ()))
    (claimed,) = store.deliveries.claim("letter", "sender", MINUTE, NOW)
    store.deliveries.record(claimed.id, claimed.token, Delivered(TAKEN), RETRY, NOW)
    return claimed


def learn(store: Store, delivery: Delivery, word: Word, at: datetime = NOW) -> bool:
    """One word of that delivery."""
    proof = NEVER if word is Word.BOUNCED else None
    return store.tracking.learn(Learnt(delivery.id, word, {"status": "5.1.1"}, proof), at)


def kinds(store: Store, delivery: Delivery) -> list[str]:
    """What was written down of it, late words marked."""
    events = store.deliveries.events(delivery.id)
    return [f"{event.kind}{' late' if event.detail.get('late') else ''}" for event in events]


def test_each_word_is_kept_once_and_a_late_one_is_marked(store: Store) -> None:
    delivery = sent(store)
    words = (Word.DELIVERED, Word.DELIVERED, Word.ANSWERED, Word.DISPLAYED, Word.ANSWERED)
    assert [learn(store, delivery, word) for word in words] == [True, False, True, False, False]
    assert kinds(store, delivery) == ["delivered", "answered", "displayed late"]
    with pytest.raises(KeyError):
        store.tracking.learn(Learnt("none", Word.DELAYED), NOW)


def test_a_bounce_moves_what_was_done_and_queued_anew_it_may_bounce_again(store: Store) -> None:
    delivery = sent(store)
    assert learn(store, delivery, Word.BOUNCED)
    assert not learn(store, delivery, Word.BOUNCED)
    found = store.deliveries.get(delivery.id)
    assert found is not None
    assert found.state == Failed(NEVER)
    later = NOW + MINUTE
    store.deliveries.retry(delivery.id, later)
    (claimed,) = store.deliveries.claim("letter", "sender", MINUTE, later)
    store.deliveries.record(claimed.id, claimed.token, Delivered(TAKEN), RETRY, later)
    assert learn(store, delivery, Word.BOUNCED, later + MINUTE)
    assert kinds(store, delivery) == ["bounced", "bounced"]


def test_news_is_told_once_and_only_where_an_axis_waits(store: Store) -> None:
    delivery = sent(store)
    for word in (Word.DELIVERED, Word.DISPLAYED, Word.BOUNCED):
        learn(store, delivery, word)
    untold = store.tracking.untold()
    assert [one.word for one in untold] == [Word.DELIVERED, Word.DISPLAYED]
    assert [store.tracking.told(one, NOW) for one in (*untold, *untold)] == [True, True, False, False]
    assert store.tracking.untold() == ()


def test_of_a_letter_to_a_sender_nobody_waits_for_news(store: Store) -> None:
    delivery = sent(store, axis=False)
    assert learn(store, delivery, Word.DISPLAYED)
    assert store.tracking.untold() == ()


def test_a_letter_that_is_tried_for_long_is_slow_until_somebody_was_told(store: Store) -> None:
    passed(store, letters_only("a@example.org"), packet())
    (claimed,) = store.deliveries.claim("letter", "sender", MINUTE, NOW)
    store.deliveries.record(claimed.id, claimed.token, TryLater(LATER), RETRY, NOW)
    hours = NOW + timedelta(hours=4)
    assert store.tracking.slow(NOW - MINUTE) == ()
    (slow,) = store.tracking.slow(hours)
    assert learn(store, slow, Word.DELAYED, hours)
    assert store.tracking.slow(hours + DAY) == ()
