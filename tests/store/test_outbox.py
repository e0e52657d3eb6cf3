"""The letters' queue as senders see it: outcomes in, letters out, urgent ones first, each under its lease."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from store.delivery import Attempt, Delivered, Done, Failed, Queued, Refused, TryLater
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.outbox import Claimed, Outcome
from store.store import Store
from tests.store.given import DAY, LATER, MINUTE, NEVER, NOW, RETRY, TAKEN


def queue(store: Store, *recipients: str, rank: int = 4, content: bytes = b"Subject: a\r\n\r\nb\r\n") -> list[str]:
    """A letter to each; the deliveries' ids."""
    letters = [LetterRecord(new_id(), content, f"<{new_id()}@x>", "bounce@x.example") for _ in recipients]
    made = [
        NewDelivery(new_id(), "letter", letter.id, recipient, NOW, rank)
        for letter, recipient in zip(letters, recipients, strict=True)
    ]
    store.deliveries.add(made, NOW, letter_records=letters)
    return [one.id for one in made]


def outcome(claimed: Claimed, attempt: Attempt) -> Outcome:
    return Outcome(claimed.delivery_id, claimed.token, attempt, RETRY, NOW)


def test_outcomes_go_in_and_letters_come_out_together(store: Store) -> None:
    ids = queue(store, "a@x.example", "b@x.example", "c@x.example", "d@x.example")
    first = store.outbox.turn("sender", [], 3, MINUTE, NOW)
    assert [one.delivery_id for one in first.claimed] == ids[:3]
    assert first.claimed[0].small == b"Subject: a\r\n\r\nb\r\n"
    assert (first.claimed[0].sender, first.claimed[0].recipient) == ("bounce@x.example", "a@x.example")
    attempts: tuple[Attempt, ...] = (Delivered(TAKEN), Refused(NEVER), TryLater(LATER))
    outcomes = [outcome(one, attempt) for one, attempt in zip(first.claimed, attempts, strict=True)]
    second = store.outbox.turn("sender", outcomes, 3, MINUTE, NOW)
    assert second.states == (Done(TAKEN), Failed(NEVER), Queued(NOW + MINUTE, 1))
    assert [one.delivery_id for one in second.claimed] == ids[3:]
    for id_, state in zip(ids, second.states, strict=False):
        found = store.deliveries.get(id_)
        assert found is not None
        assert found.state == state
        assert [row.reply for row in store.deliveries.attempts(id_)] == [outcomes[ids.index(id_)].attempt.reply]
    assert store.journal.verify() is None
    assert [row.entry.verb for row in store.journal.list()][-3:] == ["delivery.attempted"] * 3


def test_what_is_urgent_goes_first_though_it_came_last(store: Store) -> None:
    normal = queue(store, "a@x.example")
    khan = queue(store, "b@x.example", rank=3)
    hoa_toc = queue(store, "c@x.example", rank=1)
    claimed = store.outbox.turn("sender", [], 9, MINUTE, NOW).claimed
    assert [one.delivery_id for one in claimed] == [*hoa_toc, *khan, *normal]


def test_a_destination_that_is_full_is_passed_over(store: Store) -> None:
    queue(store, "a@Full.example", "b@full.example")
    other = queue(store, "c@sub.full.example")
    claimed = store.outbox.turn("sender", [], 9, MINUTE, NOW, ("full.example",)).claimed
    assert [one.delivery_id for one in claimed] == other
    assert store.outbox.turn("sender", [], 9, MINUTE, NOW, ("full.example",)).claimed == ()


def test_who_lost_the_lease_records_nothing_and_the_others_do(store: Store) -> None:
    queue(store, "a@x.example", "b@x.example")
    slow, other = store.outbox.turn("slow", [], 2, MINUTE, NOW).claimed
    later = NOW + 2 * MINUTE
    again = store.outbox.turn("quick", [], 1, DAY, later).claimed[0]
    assert again.delivery_id == slow.delivery_id
    assert [event.kind for event in store.deliveries.events(slow.delivery_id)] == ["taken-over"]
    turn = store.outbox.turn(
        "slow", [outcome(slow, Delivered(TAKEN)), outcome(other, Delivered(TAKEN))], 0, MINUTE, NOW
    )
    assert turn.states == (None, Done(TAKEN))
    assert store.deliveries.attempts(slow.delivery_id) == ()


def test_a_letter_given_back_is_due_at_once_and_untried(store: Store) -> None:
    queue(store, "a@x.example")
    (claimed,) = store.outbox.turn("sender", [], 1, DAY, NOW).claimed
    store.outbox.release(claimed, NOW)
    (again,) = store.outbox.turn("other", [], 1, DAY, NOW).claimed
    assert again.token == claimed.token + 1
    store.outbox.release(claimed, NOW)  # it is another's now
    assert store.outbox.turn("third", [], 1, DAY, NOW).claimed == ()
    assert store.deliveries.events(claimed.delivery_id) == ()


def test_a_large_letter_comes_as_a_stream(store: Store) -> None:
    content = b"Subject: a\r\n\r\n" + b"x" * 300_000 + b"\r\n"
    queue(store, "a@x.example", content=content)
    (claimed,) = store.outbox.turn("sender", [], 1, DAY, NOW).claimed
    assert (claimed.small, claimed.size) == (None, len(content))
    with store.outbox.open(claimed) as stream:
        assert stream.read() == content


def test_many_senders_share_the_queue_and_each_letter_is_one_senders(store: Store) -> None:
    ids = queue(store, *(f"{number}@x.example" for number in range(60)))

    def send(owner: str) -> list[str]:
        taken: list[str] = []
        outcomes: list[Outcome] = []
        while True:
            turn = store.outbox.turn(owner, outcomes, 4, DAY, NOW)
            outcomes = [outcome(one, Delivered(TAKEN)) for one in turn.claimed]
            taken += [one.delivery_id for one in turn.claimed]
            if not turn.claimed:
                return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [one for some in pool.map(send, "abcd") for one in some]
    assert Counter(taken) == Counter(ids)
    assert sum(1 for _ in store.deliveries.list(Done)) == 60
    assert store.journal.verify() is None
