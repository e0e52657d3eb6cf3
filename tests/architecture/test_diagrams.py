"""The drawings of docs/architecture.md have the arrows of the code, no more and no fewer."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import mail
from store.connection import migrate, open_database
from store.deliveries import NotNowError
from store.delivery import (
    DELIVERY_WORDS,
    Attempt,
    Delivered,
    DeliveryState,
    Done,
    Queued,
    Refused,
    RetryPolicy,
    TryLater,
    Unsure,
    after,
    bounced,
)
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.reply import Reply
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.architecture.checkout import ROOT

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RETRY = RetryPolicy((timedelta(minutes=1),), timedelta(days=1))
SAID = Reply(250, "2.0.0", "said")
ATTEMPTS: tuple[Attempt, ...] = (Delivered(SAID), Refused(SAID), TryLater(SAID), Unsure(SAID))

Arrow = tuple[str, str, str]  #: from, to, one word of the label
_ARROW = re.compile(r"^ +(\S+) --> (\S+?)(?:: (.*))?$", re.MULTILINE)


def drawings() -> list[list[tuple[str, str, str]]]:
    """The arrows of each mermaid drawing, in the order of the page."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    return [_ARROW.findall(drawing) for drawing in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)]


def words(label: str) -> list[str]:
    """What moves along an arrow: the label's words up to its first bracket."""
    return [word.strip() for word in label.partition(" (")[0].split(",")]


def test_the_drawing_of_a_mail_is_its_table() -> None:
    arrows = drawings()[0]
    drawn = {(start, end) for start, end, _ in arrows if "[*]" not in (start, end)}
    table = {(start, end) for start, ends in mail._MOVES.items() for end in ends}
    assert drawn == table
    assert {start for start, end, _ in arrows if end == "[*]"} == {
        start for start, ends in mail._MOVES.items() if not ends
    }
    assert [end for start, end, _ in arrows if start == "[*]"] == [mail.MailState.RECEIVED]


def _word(state: DeliveryState) -> str:
    return DELIVERY_WORDS[type(state)]


def by_attempts() -> Iterator[Arrow]:
    """Every attempt, with patience left and without; and the bounce."""
    for attempt in ATTEMPTS:
        for born in (NOW, NOW - timedelta(days=2)):
            end = after(Queued(NOW), attempt, RETRY, born, NOW)
            yield "queued", _word(end), type(attempt).__name__
    yield "done", _word(bounced(Done(SAID), SAID)), "bounce"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of our own."""
    settings = StoreSettings(data=tmp_path)
    database = open_database(settings)
    migrate(database)
    database.close()
    with_letters = open_store(settings)
    yield with_letters
    with_letters.close()


def delivery_in(store: Store, state: str) -> str:
    """The id of a fresh delivery in that state."""
    letter, deliveries = new_id(), store.deliveries
    record = LetterRecord(letter, b"Subject: a\r\n\r\nb\r\n", f"<{letter}@mau.example>", "", "t0ken")
    id_ = new_id()
    deliveries.add([NewDelivery(id_, "letter", letter, "so@mau.example", NOW)], NOW, letter_records=[record])
    if state == "cancelled":
        deliveries.cancel(id_, "no", NOW)
    elif state != "queued":
        (claimed,) = deliveries.claim("letter", "test", timedelta(minutes=1), NOW, 1)
        deliveries.record(id_, claimed.token, Delivered(SAID) if state == "done" else Refused(SAID), RETRY, NOW)
    return id_


def by_persons(store: Store) -> Iterator[Arrow]:
    """What `deliveries retry` and `deliveries cancel` do in each state."""
    for state in DELIVERY_WORDS.values():
        for verb in ("retry", "cancel"):
            id_ = delivery_in(store, state)
            try:
                if verb == "retry":
                    store.deliveries.retry(id_, NOW)
                else:
                    store.deliveries.cancel(id_, "no", NOW)
            except NotNowError:
                continue
            found = store.deliveries.get(id_)
            assert found is not None
            yield state, _word(found.state), verb
            if isinstance(found.state, Queued):
                store.deliveries.cancel(id_, "out of the way", NOW)


def test_the_drawing_of_a_delivery_is_what_the_code_does(store: Store) -> None:
    arrows = drawings()[1]
    drawn = {(start, end, word) for start, end, label in arrows if start != "[*]" for word in words(label)}
    assert drawn == {*by_attempts(), *by_persons(store)}
    assert [end for start, end, _ in arrows if start == "[*]"] == ["queued"]
