"""The sender without a smarthost: each destination by itself, and large letters without memory."""

import asyncio
import contextlib
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.asyncresolver
import pytest

from outbound.letter import Letter, LetterFile, compose
from outbound.names import Names
from outbound.sender import Sender
from outbound.settings import OutboundSettings
from outbound.way import Direct, Way, atlas_of
from store.connection import migrate, open_database
from store.delivery import Done, Queued
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.outbound.scripted import OFFER, SILENCE, Scripted, scripted
from tests.servers.clients import smtp_sink
from tests.servers.dns import NameServer, name_server
from tests.servers.wait import LOOPBACK, free_port, wait_until

SLOW, GOOD = "127.0.0.20", "127.0.0.21"
ZONE = {
    "slow.example": {"MX": ["10 mx.slow.example."]},
    "mx.slow.example": {"A": [SLOW]},
    "good.example": {"MX": ["10 mx.good.example."]},
    "mx.good.example": {"A": [GOOD]},
    "sink.example": {"A": [LOOPBACK]},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    settings = StoreSettings(data=tmp_path / "var")
    db = open_database(settings)
    migrate(db)
    db.close()
    made = open_store(settings)
    yield made
    made.close()


def settings(port: int, **changes: object) -> OutboundSettings:
    base = OutboundSettings(
        smarthost="",
        hostname="office.example",
        mx_port=port,
        poll=timedelta(seconds=0.1),
        connect_timeout=timedelta(seconds=20),
        retry_waits=(timedelta(hours=1),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def queue(store: Store, *recipients: str, rank: int = 4, content: bytes = b"%PDF-1.7\n") -> list[str]:
    ids = []
    for recipient in recipients:
        letter_id, delivery_id, now = new_id(), new_id(), datetime.now(UTC)
        letter = Letter(
            sender="vanthu@office.example",
            recipient=recipient,
            subject="Thư",
            text="Kính gửi\n",
            attachments=(LetterFile("35.pdf", "application/pdf", content),),
            message_id=f"<{letter_id}@office.example>",
            date=now,
        )
        record = LetterRecord(letter_id, compose(letter), letter.message_id, "bounce@office.example")
        store.deliveries.add(
            [NewDelivery(delivery_id, "letter", letter_id, recipient, now, rank)], now, letter_records=[record]
        )
        ids.append(delivery_id)
    return ids


@contextlib.contextmanager
def sending(store: Store, config: OutboundSettings, names: NameServer) -> Iterator[None]:
    """A sender in a thread of its own, until the block ends."""
    ready = threading.Event()
    stops: list[Callable[[], object]] = []

    async def main() -> None:
        made = dns.asyncresolver.Resolver(configure=False)
        made.nameservers, made.port, made.lifetime = [LOOPBACK], names.port, 5.0
        atlas = atlas_of(config, Names(made), None, lambda: 0.5)

        def make(domain: str) -> Way:
            return Direct(config, domain, atlas)

        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await Sender(config, store.outbox, "sender", make).run(stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        stops[0]()
        thread.join(30)
        assert not thread.is_alive()


def done(store: Store, ids: list[str]) -> bool:
    found = [store.deliveries.get(one) for one in ids]
    return all(one is not None and isinstance(one.state, Done) for one in found)


def recipients(server: Scripted) -> list[str]:
    return [line.split("<")[1].split(">")[0] for line in server.commands if line.startswith("RCPT")]


def test_a_domain_that_keeps_us_waiting_delays_no_other(store: Store) -> None:
    port = free_port()
    with (
        name_server(ZONE) as names,
        scripted({"GREETING": SILENCE}, place=(SLOW, port)) as slow,
        scripted({}, place=(GOOD, port)) as good,
    ):
        waits = queue(store, *(f"{number}@slow.example" for number in range(10)))
        goes = queue(store, *(f"{number}@good.example" for number in range(6)))
        config = settings(port, concurrency=2, conversations=3, connect_timeout=timedelta(seconds=4))
        with sending(store, config, names):
            wait_until(lambda: done(store, goes), 3.5, "the letters to the other domain")
            assert slow.connections == 2
        assert sorted(recipients(good)) == [f"{number}@good.example" for number in range(6)]
        assert good.connections <= 2
    states = [one.state for one in store.deliveries.list() if one.id in waits]
    assert all(isinstance(state, Queued) for state in states)
    # Only what was in hand was tried; the others are still due.
    assert sum(len(store.deliveries.attempts(one)) for one in waits) == 2


def test_no_more_than_so_many_letters_a_minute_go_to_one_domain(store: Store) -> None:
    port = free_port()
    with name_server(ZONE) as names, scripted({}, [*OFFER, "PIPELINING"], place=(GOOD, port)) as good:
        queue(store, *(f"{number}@good.example" for number in range(5)))
        with sending(store, settings(port, rate=3), names):
            wait_until(lambda: len(good.messages) == 3, 10, "the first three")
            begun = time.monotonic()
            wait_until(lambda: time.monotonic() > begun + 0.5 or len(good.messages) > 3, 5, "a while")
        assert len(good.messages) == 3


def test_what_is_urgent_goes_before_what_came_earlier(store: Store) -> None:
    port = free_port()
    with name_server(ZONE) as names, scripted({}, place=(GOOD, port)) as good:
        ids = queue(store, "a@good.example", "b@good.example")
        ids += queue(store, "hoatoc@good.example", rank=1)
        with sending(store, settings(port, concurrency=1, conversations=1), names):
            wait_until(lambda: done(store, ids), 10, "all three")
        assert recipients(good) == ["hoatoc@good.example", "a@good.example", "b@good.example"]


def test_a_large_letter_is_not_held_in_memory(store: Store, tmp_path: Path) -> None:
    with name_server(ZONE) as names, smtp_sink(tmp_path / "sink.log") as sink:
        (id_,) = queue(store, "large@sink.example", content=os.urandom(24_000_000))
        tracemalloc.start()
        try:
            with sending(store, settings(sink.port), names):
                wait_until(lambda: store.deliveries.attempts(id_), 30, "the attempt")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        (taken,) = sink.wait_for()
    assert done(store, [id_])
    assert len(taken.raw) > 32_000_000
    assert peak < 8_000_000
