"""Our side of the bench of letters, a process of its own: `python -m bench.letters_ours PORT SIZE COUNT FOLDER`.

One thread composes and records letter after letter, each in a transaction of its own; the sender of the service, on
its event loop, sends them meanwhile and records what became of each.
"""

import asyncio
import json
import logging
import os
import resource
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
import uvloop

from outbound.letter import Letter, LetterFile, compose
from outbound.sender import Sender
from outbound.settings import OutboundSettings
from outbound.way import smarthost
from store.connection import migrate, open_database
from store.delivery import Done, Queued
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.servers.wait import LOOPBACK


def letter(number: int, size: int) -> Letter:
    """A letter of about `size` octets when it is finished."""
    head = b"%%PDF-1.7\n%%%d\n" % number
    content = head + os.urandom(max(0, int((size - 1500) / 1.3684) - len(head)))
    return Letter(
        sender="vanthu@office.example",
        sender_name="Sở Nội vụ",
        recipient="nguoi@nhan.example",
        subject="[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức",
        text="Kính gửi Quý cơ quan,\n\nSở Nội vụ gửi văn bản điện tử sau đây.\n",
        attachments=(LetterFile("Quyết định số 35.pdf", "application/pdf", content),),
        message_id=f"<{number}.{size}@office.example>",
        date=datetime.now(UTC),
    )


def _record(store: Store, letters: list[Letter], wake: list[Sender]) -> None:
    for one in letters:
        id_, now = new_id(), datetime.now(UTC)
        record = LetterRecord(id_, compose(one), one.message_id, "bounce+x@office.example")
        store.deliveries.add([NewDelivery(new_id(), "letter", id_, one.recipient, now)], now, letter_records=[record])
        for sender in wake:
            sender.wake()


def _settled(store: Store) -> None:
    while any(store.deliveries.list(Queued, limit=1)):
        time.sleep(0.01)


async def _run(store: Store, port: int, letters: list[Letter]) -> float:
    settings = OutboundSettings(
        smarthost=f"{LOOPBACK}:{port}", hostname="office.example", tls="none", poll=timedelta(seconds=0.05)
    )
    sender = Sender(settings, store.outbox, "bench", lambda _: smarthost(settings))
    stop = asyncio.Event()
    sending = asyncio.create_task(sender.run(stop))
    await asyncio.sleep(0)
    begun = time.perf_counter()
    recording = threading.Thread(target=_record, args=(store, letters, [sender]))
    recording.start()
    await asyncio.to_thread(recording.join)
    await asyncio.to_thread(_settled, store)
    took = time.perf_counter() - begun
    stop.set()
    await sending
    return took


def main() -> None:
    """Send, and tell how long it took."""
    port, size, count, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory((folder / "log").open("w")),
    )
    settings = StoreSettings(data=folder / "var")
    db = open_database(settings)
    migrate(db)
    db.close()
    store = open_store(settings)
    letters = [letter(number, size) for number in range(count)]
    before = resource.getrusage(resource.RUSAGE_SELF)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(_run(store, port, letters))
    after = resource.getrusage(resource.RUSAGE_SELF)
    done = sum(1 for _ in store.deliveries.list(Done))
    store.close()
    if done != count:
        raise RuntimeError(f"{done} of {count} letters are done")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(json.dumps({"seconds": took, "cpu": used}))


if __name__ == "__main__":
    main()
