"""What goes out: claimed by one, every attempt a row, told once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.deliveries import NotNowError
from store.delivery import Cancelled, Delivered, Delivery, Done, Failed, Learnt, Queued, Refused, TryLater, Word
from store.errors import LeaseLostError
from store.ids import new_id
from store.judgement import EnvelopeRecord, NewDelivery
from store.store import Store
from tests.store.given import DAY, LATER, MINUTE, NEVER, NOW, RETRY, TAKEN, letter, letters_only, packet, passed


def one(store: Store) -> Delivery:
    """A claimed envelope delivery."""
    passed(store)
    (claimed,) = store.deliveries.claim("envelope", "sender", MINUTE, NOW)
    return claimed


def test_each_delivery_is_claimed_by_one_alone(store: Store) -> None:
    passed(store, letters_only(*(f"{number}@example.org" for number in range(40))))
    queued = {delivery.id for delivery in store.deliveries.list(Queued)}

    def send(owner: str) -> list[str]:
        taken: list[str] = []
        while claimed := store.deliveries.claim("letter", owner, MINUTE, NOW, limit=3):
            taken.extend(delivery.id for delivery in claimed)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [delivery_id for taken in pool.map(send, map(str, range(6))) for delivery_id in taken]
    assert Counter(taken) == Counter(queued)
    assert not store.deliveries.claim("envelope", "sender", MINUTE, NOW)


def test_attempts_are_rows_and_the_state_follows(store: Store) -> None:
    claimed = one(store)
    later = store.deliveries.record(claimed.id, claimed.token, TryLater(LATER), RETRY, NOW)
    assert later == Queued(NOW + MINUTE, 1)
    assert not store.deliveries.claim("envelope", "sender", MINUTE, NOW)
    (again,) = store.deliveries.claim("envelope", "sender", MINUTE, NOW + MINUTE)
    assert store.deliveries.record(again.id, again.token, Delivered(TAKEN), RETRY, NOW + MINUTE) == Done(TAKEN)
    rows = [(row.number, row.word, row.reply) for row in store.deliveries.attempts(claimed.id)]
    assert rows == [(1, "try-later", LATER), (2, "delivered", TAKEN)]
    found = store.deliveries.get(claimed.id)
    assert found is not None
    assert (found.state, found.token) == (Done(TAKEN), 0)


def test_who_lost_the_lease_records_nothing(store: Store) -> None:
    slow = one(store)
    (quick,) = store.deliveries.claim("envelope", "quick", MINUTE, NOW + 2 * MINUTE)
    for act in (
        lambda: store.deliveries.record(slow.id, slow.token, Delivered(TAKEN), RETRY, NOW),
        lambda: store.deliveries.renew(slow.id, slow.token, NOW + DAY),
        lambda: store.deliveries.release(slow.id, slow.token, NOW),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert store.deliveries.attempts(slow.id) == ()
    assert [event.kind for event in store.deliveries.events(slow.id)] == ["taken-over"]
    store.deliveries.record(quick.id, quick.token, Delivered(TAKEN), RETRY, NOW)
    with pytest.raises(LeaseLostError):
        store.deliveries.record(quick.id, quick.token, Delivered(TAKEN), RETRY, NOW)


def test_a_person_queues_anew_with_new_patience(store: Store) -> None:
    claimed = one(store)
    store.deliveries.record(claimed.id, claimed.token, Refused(NEVER), RETRY, NOW)
    late = NOW + 9 * DAY
    store.deliveries.retry(claimed.id, late, "lan", "address mended")
    (again,) = store.deliveries.claim("envelope", "sender", MINUTE, late)
    state = store.deliveries.record(again.id, again.token, TryLater(LATER), RETRY, late)
    assert state == Queued(late + MINUTE, 1)
    assert [row.number for row in store.deliveries.attempts(claimed.id)] == [1, 2]


def test_nobody_meddles_with_what_is_being_tried_or_done(store: Store) -> None:
    claimed = one(store)
    for act in (store.deliveries.retry, lambda id_, now: store.deliveries.cancel(id_, "", now)):
        with pytest.raises(NotNowError):
            act(claimed.id, NOW)
    store.deliveries.record(claimed.id, claimed.token, Delivered(TAKEN), RETRY, NOW)
    for act in (store.deliveries.retry, lambda id_, now: store.deliveries.cancel(id_, "", now)):
        with pytest.raises(NotNowError):
            act(claimed.id, NOW)


def test_what_a_person_cancels_is_not_sent(store: Store) -> None:
    claimed = one(store)
    store.deliveries.release(claimed.id, claimed.token, NOW)
    store.deliveries.cancel(claimed.id, "withdrawn", NOW, "lan")
    found = store.deliveries.get(claimed.id)
    assert found is not None
    assert found.state == Cancelled("withdrawn")
    assert not store.deliveries.claim("envelope", "sender", MINUTE, NOW + DAY)
    last = list(store.journal.list())[-1].entry
    assert (last.actor, last.verb, last.detail) == ("lan", "delivery.cancelled", {"reason": "withdrawn"})


def test_events_leave_the_state_alone(store: Store) -> None:
    claimed = one(store)
    store.deliveries.event(claimed.id, "displayed", NOW, {"by": "mdn"})
    (event,) = store.deliveries.events(claimed.id)
    assert (event.number, event.kind, event.detail) == (1, "displayed", {"by": "mdn"})
    store.deliveries.record(claimed.id, claimed.token, Delivered(TAKEN), RETRY, NOW)


def report(store: Store, delivery: Delivery) -> bool:
    """Report one end to the axis."""
    envelope = EnvelopeRecord(new_id(), "", b"<status/>", "status")
    new = NewDelivery(new_id(), "envelope", envelope.id, "tinh", NOW)
    return store.deliveries.mark_reported([delivery.id], NOW, envelope=envelope, delivery=new)


def test_what_became_of_a_letter_is_reported_once_and_again_when_it_bounced(store: Store) -> None:
    passed(store, letters_only("a@example.org", "b@example.org"), packet())
    passed(store, letters_only("receipt@example.org"), body=b"not from the axis")
    for claimed in store.deliveries.claim("letter", "sender", MINUTE, NOW, limit=9):
        if claimed.recipient != "b@example.org":
            store.deliveries.record(claimed.id, claimed.token, Delivered(TAKEN), RETRY, NOW)
    (settled,) = store.deliveries.settled_unreported()
    assert settled.recipient == "a@example.org"
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: report(store, settled), range(4))) == [False, False, False, True]
    assert store.deliveries.settled_unreported() == ()
    (status,) = store.envelopes.list(settled.mail_id)
    assert (status.kind, store.envelopes.content(status.id)) == ("status", b"<status/>")
    store.tracking.learn(Learnt(settled.id, Word.BOUNCED, proof=NEVER), NOW)
    (failed,) = store.deliveries.settled_unreported()
    assert failed.state == Failed(NEVER)


def test_letters_of_no_mail_are_sent_and_found_again(store: Store) -> None:
    record, new = letter()
    store.deliveries.add([new], NOW, letter_records=[record], actor="lan")
    (claimed,) = store.deliveries.claim("letter", "sender", MINUTE, NOW)
    assert (claimed.mail_id, store.deliveries.content(claimed)) == ("", record.content)
    assert [found.id for found in store.letters.with_message_id(record.message_id)] == [record.id]
    assert [found.id for found in store.letters.with_reply_token("t0ken")] == [record.id]
    assert store.letters.with_reply_token("") == ()
