"""The sender on a real store, with a real Postfix: who gets what, what is recorded, and how it stops."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from outbound.letter import Letter, LetterFile, compose
from outbound.sender import Sender
from outbound.settings import OutboundSettings
from outbound.way import smarthost
from store.connection import migrate, open_database
from store.delivery import Delivery, Done, Failed, Queued
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.outbound.scripted import HANG_UP, scripted
from tests.servers.postfix import PostfixSink
from tests.servers.wait import LOOPBACK, free_port, wait_until

_PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(StoreSettings(data=tmp_path / "var"))
    yield made
    made.close()


def opened(settings: StoreSettings) -> Store:
    """A store with its schema."""
    db = open_database(settings)
    migrate(db)
    db.close()
    return open_store(settings)


def settings(port: int, **changes: object) -> OutboundSettings:
    base = OutboundSettings(
        smarthost=f"{LOOPBACK}:{port}",
        hostname="office.example",
        tls="none",
        poll=timedelta(seconds=0.1),
        retry_waits=(timedelta(hours=1),),
        notify=("FAILURE",),  # a report of success would be one more letter at the same server
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def queue(store: Store, *recipients: str, sender: str = "bounce+t@office.example") -> list[str]:
    """One finished letter to each; the deliveries' ids."""
    now = datetime.now(UTC)
    ids = []
    for recipient in recipients:
        letter_id, delivery_id = new_id(), new_id()
        message_id = f"<{letter_id}@office.example>"
        letter = Letter(
            sender="vanthu@office.example",
            sender_name="Sở Nội vụ",
            recipient=recipient,
            subject="[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức",
            text="Kính gửi Quý cơ quan,\n",
            attachments=(LetterFile("Quyết định số 35.pdf", "application/pdf", _PDF),),
            message_id=message_id,
            date=now,
        )
        store.deliveries.add(
            [NewDelivery(delivery_id, "letter", letter_id, recipient, now)],
            now,
            letter_records=[LetterRecord(letter_id, compose(letter), message_id, sender)],
        )
        ids.append(delivery_id)
    return ids


@contextlib.contextmanager
def sending(store: Store, config: OutboundSettings, owner: str = "sender-1") -> Iterator[Sender]:
    """A sender in a thread of its own, until the block ends; it must end by itself when asked to."""
    sender = Sender(config, store.outbox, owner, lambda _: smarthost(config))
    ready = threading.Event()
    stops: list[Callable[[], object]] = []

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await sender.run(stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(10)
    try:
        yield sender
    finally:
        stops[0]()
        thread.join(20)
        assert not thread.is_alive()


def state(store: Store, delivery_id: str) -> Delivery:
    found = store.deliveries.get(delivery_id)
    assert found is not None
    return found


def attempted(store: Store, ids: list[str]) -> list[Delivery]:
    """The deliveries once each has an attempt on record."""
    wait_until(lambda: all(store.deliveries.attempts(one) for one in ids), 30, "an attempt at each letter")
    return [state(store, one) for one in ids]


def test_each_recipient_gets_a_letter_of_his_own_and_each_outcome_is_recorded(
    store: Store, postfix_sink: PostfixSink
) -> None:
    postfix_sink.refuse("gone@example.org")
    postfix_sink.defer("busy@example.org")
    ids = queue(store, "a@example.org", "gone@example.org", "busy@example.org", "b@example.org")
    with sending(store, settings(postfix_sink.port)):
        first, gone, busy, other = attempted(store, ids)
        # Others may write to the same server meanwhile.
        letters = postfix_sink.wait_for(count=2, where=lambda letter: letter.recipient.endswith("@example.org"))
    assert isinstance(first.state, Done)
    assert isinstance(other.state, Done)
    assert isinstance(gone.state, Failed)
    assert gone.state.reply.enhanced == "5.1.1"
    assert isinstance(busy.state, Queued)
    assert busy.state.attempts == 1
    assert busy.state.due > datetime.now(UTC) + timedelta(minutes=50)
    assert sorted(letter.recipient for letter in letters) == ["a@example.org", "b@example.org"]
    for letter in letters:
        assert letter.return_path == "bounce+t@office.example"
        others = {"a@example.org", "b@example.org"} - {letter.recipient}
        assert others.pop().encode() not in letter.raw
        files = [part.get_payload(decode=True) for part in letter.message.walk() if part.get_filename()]
        assert files == [_PDF]


def test_a_receipt_goes_out_under_the_empty_reverse_path(store: Store, postfix_sink: PostfixSink) -> None:
    ids = queue(store, "a@example.org", sender="")
    with sending(store, settings(postfix_sink.port)):
        attempted(store, ids)
        (letter,) = postfix_sink.wait_for("a@example.org")
    assert letter.return_path == ""


def test_a_call_wakes_the_sender_long_before_its_next_look(store: Store, postfix_sink: PostfixSink) -> None:
    with sending(store, settings(postfix_sink.port, poll=timedelta(minutes=10))) as sender:
        ids = queue(store, "a@example.org")
        sender.wake()
        attempted(store, ids)


def test_many_letters_over_few_connections_each_once(store: Store, postfix_sink: PostfixSink) -> None:
    names = [f"n{number}@example.org" for number in range(20)]
    ids = queue(store, *names)
    with (
        sending(store, settings(postfix_sink.port, concurrency=3)),
        sending(store, settings(postfix_sink.port, concurrency=3), "sender-2"),
    ):
        done = attempted(store, ids)
        letters = postfix_sink.wait_for(count=20)
    assert all(isinstance(delivery.state, Done) for delivery in done)
    assert sorted(letter.recipient for letter in letters) == sorted(names)
    assert len({letter.message["Message-ID"] for letter in letters}) == 20


def test_an_unsure_letter_is_tried_again_under_the_same_message_id(store: Store) -> None:
    with scripted({".": [HANG_UP, "250 2.0.0 ok"]}) as server:
        ids = queue(store, "a@example.org")
        with sending(store, settings(server.port, retry_waits=(timedelta(seconds=0.2),))):
            wait_until(lambda: isinstance(state(store, ids[0]).state, Done), 20, "the second attempt")
    assert [attempt.word for attempt in store.deliveries.attempts(ids[0])] == ["unsure", "delivered"]
    first, second = server.messages
    assert first == second


def test_a_stop_finishes_the_letter_in_hand_and_takes_no_other(store: Store) -> None:
    answers = {"RCPT": "250 2.1.5 ok"}
    with scripted(answers) as server:
        ids = queue(store, *(f"n{number}@example.org" for number in range(30)))
        with sending(store, settings(server.port, concurrency=1)):
            wait_until(lambda: server.messages, 20, "the first letter")
    after = [state(store, one) for one in ids]
    done = [delivery for delivery in after if isinstance(delivery.state, Done)]
    assert len(done) == len(server.messages)
    # Nothing is left under a lease: another sender would get all the rest at once.
    claimed = store.deliveries.claim("letter", "another", timedelta(minutes=1), datetime.now(UTC), 100)
    assert len(claimed) == len(ids) - len(done)


def test_a_smarthost_that_is_away_costs_an_attempt_and_nothing_else(store: Store) -> None:
    ids = queue(store, "a@example.org")
    with sending(store, settings(free_port())):
        (delivery,) = attempted(store, ids)
    assert isinstance(delivery.state, Queued)
    (attempt,) = store.deliveries.attempts(ids[0])
    assert (attempt.word, attempt.reply.enhanced) == ("try-later", "4.4.1")


def test_a_database_that_is_locked_for_a_while_loses_no_outcome(tmp_path: Path) -> None:
    store = opened(StoreSettings(data=tmp_path / "var", lock_wait=timedelta(seconds=0.1)))
    gate = threading.Event()
    try:
        (delivery_id,) = queue(store, "a@example.org")
        with capture_logs() as told, scripted({}, gate=gate) as server, sending(store, settings(server.port)):
            wait_until(lambda: server.messages, 20, "the message")
            with contextlib.closing(sqlite3.connect(tmp_path / "var" / "docbridge.sqlite3")) as another:
                another.execute("BEGIN IMMEDIATE")
                gate.set()
                wait_until(lambda: [line for line in told if line.get("outcomes")], 20, "the first vain try")
            wait_until(lambda: [line for line in told if line["event"] == "attempted"], 20, "the outcome")
        assert "store unavailable" in {line["event"] for line in told}
        assert isinstance(state(store, delivery_id).state, Done)
        assert len(server.messages) == 1
    finally:
        store.close()


def test_an_idle_sender_stops_at_once(store: Store) -> None:
    started = time.monotonic()
    with sending(store, settings(free_port(), poll=timedelta(minutes=10))):
        pass
    assert time.monotonic() - started < 5


def test_a_letter_that_a_dead_sender_had_in_hand_goes_out_and_the_doubt_is_on_record(
    store: Store, postfix_sink: PostfixSink
) -> None:
    ids = queue(store, "a@example.org")
    store.deliveries.claim("letter", "dead", timedelta(seconds=0.3), datetime.now(UTC), 10)
    with sending(store, settings(postfix_sink.port)):
        attempted(store, ids)
        postfix_sink.wait_for("a@example.org")
    assert isinstance(state(store, ids[0]).state, Done)
    assert [event.kind for event in store.deliveries.events(ids[0])] == ["taken-over"]
