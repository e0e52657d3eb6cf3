"""What receivers report of envelopes is kept word by word, found by what they call the document, and told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.delivery import Delivered, RetryPolicy, TryLater, Unsure
from store.reply import Reply
from store.statuses import Said
from store.store import Store
from tests.store.given import DAY, LATER, MINUTE, NOW, TAKEN, accepted, judge, keep

AT_ONCE = RetryPolicy((timedelta(),), DAY)
NOT_REACHED = Reply(451, "4.4.1", "cannot be reached")


def sent(store: Store, name: str = "H99.12,2026/11/20,35/VP", receivers: str = "H99.5, H99.6") -> tuple[str, str]:
    """A mail whose envelope went to the axis under that document id; the ids of both."""
    mail_id = keep(store, f"Subject: {name}\r\n\r\n{receivers}\r\n".encode()).mail_id
    judgement = accepted()
    envelope = replace(judgement.envelopes[0], known_as=name, summary={"axis": "tinh", "receivers": receivers})
    judge(store, mail_id, replace(judgement, envelopes=(envelope,), notices=()))
    return mail_id, envelope.id


def test_an_envelope_is_found_by_the_documents_id_whatever_its_case(store: Store) -> None:
    mail_id, envelope = sent(store)
    said = Said(("some-guid", "h99.12,2026/11/20,35/vp"), "H99.5", "01")
    meant = store.statuses.meant(said, "tinh")
    assert meant is not None
    assert (meant.envelope_id, meant.mail_id, meant.receivers) == (envelope, mail_id, "H99.5, H99.6")
    assert store.statuses.meant(said, "another axis") is None
    assert store.statuses.meant(replace(said, names=("some-guid", " ")), "tinh") is None


def test_of_several_envelopes_the_speakers_own_is_meant(store: Store) -> None:
    _, first = sent(store, receivers="H99.5")
    _, second = sent(store, receivers="H99.6")
    names = ("H99.12,2026/11/20,35/VP",)
    for organ, envelope in (("h99.5", first), ("H99.6", second), ("H00", second)):
        meant = store.statuses.meant(Said(names, organ, "01"), "tinh")
        assert meant is not None
        assert meant.envelope_id == envelope


def test_every_word_is_kept_each_packet_once_and_told_once_for_each_receiver(store: Store) -> None:
    mail_id, envelope = sent(store)
    said = Said(("x",), "H99.5", "03", "Vào sổ số 5", NOW + MINUTE)
    for packet, organ, fresh in (
        ("p1", "H99.5", True),
        ("p1", "H99.5", False),
        ("p2", "H99.5", True),
        ("p3", "H99.6", True),
    ):
        one = replace(said, organ_id=organ)
        assert store.statuses.note(envelope, one, NOW, packet=packet, notice=f"status-03 {organ}") is fresh
    rows = store.statuses.of(envelope)
    assert [(row.number, row.organ_id, row.mail_id) for row in rows] == [
        (1, "H99.5", "p1"),
        (2, "H99.5", "p2"),
        (3, "H99.6", "p3"),
    ]
    assert (rows[0].said_at, rows[0].says) == (NOW + MINUTE, "Vào sổ số 5")
    (group,) = store.notices.ripe(NOW + DAY, MINUTE)
    assert {(one.mail_id, one.event) for one in group} == {(mail_id, "status-03 H99.5"), (mail_id, "status-03 H99.6")}


@pytest.mark.parametrize(
    ("attempts", "doubtful"),
    [
        pytest.param((), False, id="not tried"),
        pytest.param((Unsure(LATER),), True, id="its answer was lost"),
        pytest.param((Unsure(LATER), TryLater(NOT_REACHED)), True, id="and the axis could not be reached since"),
        pytest.param((Unsure(LATER), TryLater(LATER)), False, id="the axis has said that it has it not"),
        pytest.param((TryLater(NOT_REACHED),), False, id="it never left"),
        pytest.param((Unsure(LATER), Delivered(TAKEN)), False, id="it is there"),
    ],
)
def test_what_an_axis_may_have_taken_is_doubtful(
    store: Store, attempts: "tuple[Unsure | TryLater | Delivered, ...]", doubtful: bool
) -> None:
    sent(store)
    delivery = ""
    for number, attempt in enumerate(attempts):
        at = NOW + number * MINUTE
        (claimed,) = store.deliveries.claim("envelope", "exchange", MINUTE, at, recipient="tinh")
        delivery = claimed.id
        store.deliveries.record(delivery, claimed.token, attempt, AT_ONCE, at)
    assert store.deliveries.doubtful("envelope", "tinh", NOW + DAY) == (((delivery, False),) if doubtful else ())
    assert store.deliveries.doubtful("envelope", "another", NOW + DAY) == ()


def test_what_a_sender_that_died_held_is_doubtful_and_is_claimed_by_its_id(store: Store) -> None:
    sent(store, "one")
    sent(store, "two")
    (held,) = store.deliveries.claim("envelope", "exchange", MINUTE, NOW, recipient="tinh")
    assert store.deliveries.doubtful("envelope", "tinh", NOW) == ()
    assert store.deliveries.doubtful("envelope", "tinh", NOW + DAY) == ((held.id, True),)
    (again,) = store.deliveries.claim("envelope", "e", MINUTE, NOW + DAY, 20, recipient="tinh", among=[held.id])
    assert again.id == held.id
    store.deliveries.give_back([again], NOW + DAY)
    assert len(store.deliveries.claim("envelope", "e", MINUTE, NOW + DAY, 20, recipient="tinh")) == 2
    store.deliveries.give_back([again], NOW + DAY)  # its lease is another's now: nothing happens
    assert store.deliveries.claim("envelope", "e", MINUTE, NOW + DAY, 20, recipient="tinh") == ()
