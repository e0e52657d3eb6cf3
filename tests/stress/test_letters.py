"""Five thousand letters through kills of the sender, kills of a real Postfix, and cuts of the wire between them.

None is lost, and none comes twice but by a kill or a cut (`make stress`).
"""

import os
import random
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outbound.letter import Letter, LetterFile, compose
from store.delivery import Done, Queued
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from tests.journeys.house import DOOR, House
from tests.servers.postfix import PostfixSink, postfix
from tests.servers.process import binary, running
from tests.servers.wait import answers, wait_until
from tests.stress.wires import CutWire, cut_wire

LETTERS = int(os.environ.get("STRESS_LETTERS", "5000"))
FAULTS = max(6, LETTERS // 60)


def queue(house: House, dice: random.Random) -> dict[str, str]:
    """The letters; Message-ID -> recipient."""
    made: dict[str, str] = {}
    for number in range(LETTERS):
        letter_id, recipient, now = new_id(), f"n{number}@nhan.example", datetime.now(UTC)
        message_id = f"<{letter_id}@mau.test>"
        content = dice.randbytes(dice.choice((500, 500, 500, 20_000, 400_000)))
        letter = Letter(
            sender=DOOR,
            recipient=recipient,
            subject=f"Thư số {number}",
            text="Kính gửi Quý cơ quan,\n",
            attachments=(LetterFile("35.pdf", "application/pdf", content),),
            message_id=message_id,
            date=now,
        )
        record = LetterRecord(letter_id, compose(letter), message_id, "bounce@mau.test")
        house.store.deliveries.add(
            [NewDelivery(new_id(), "letter", letter_id, recipient, now)], now, letter_records=[record]
        )
        made[message_id] = recipient
    return made


class Server:
    """The Postfix, and its lives after its first."""

    def __init__(self, sink: PostfixSink, log: Path, stack: ExitStack) -> None:
        self._sink, self._log, self._stack = sink, log, stack

    def kill(self) -> None:
        """SIGKILL to all of its processes; then it is started again on the same queue."""
        leader = int((self._sink.folder / "spool" / "pid" / "master.pid").read_text())
        os.killpg(leader, signal.SIGKILL)
        wait_until(lambda: not answers(self._sink.port), 20, "Postfix being gone")
        command = [binary("master", "/usr/lib/postfix/sbin"), "-c", str(self._sink.folder / "etc"), "-d"]
        ready: Callable[[], bool] = lambda: answers(self._sink.port, b"220 ")  # noqa: E731  given to what waits
        self._stack.enter_context(running("postfix", command, self._log, ready))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[PostfixSink, Server]]:
    with postfix(tmp_path / "postfix.log") as sink, ExitStack() as stack:
        yield sink, Server(sink, tmp_path / "again.log", stack)


@pytest.mark.timeout(3600)
def test_no_letter_is_lost_and_none_doubled_but_by_a_kill(
    build: Callable[..., House], server: tuple[PostfixSink, Server], tmp_path: Path
) -> None:
    seed = secrets.randbelow(10**9)
    dice = random.Random(seed)
    sink, mail_server = server
    kills = Counter[str]()
    with cut_wire(sink.port) as wire:
        given = {"CONCURRENCY": "1", "TLS": "opportunistic", "NOTIFY": '["FAILURE"]'}
        house = build({f"OUTBOUND__{key}": value for key, value in given.items()}, smarthost=wire.port)
        wanted = queue(house, dice)
        house.start()
        for _ in range(FAULTS):
            _later(dice, house)
            fault = dice.choice(("sender", "server", "wire", "wire"))
            if fault == "sender":
                house.stop(signal.SIGKILL)
                house.start()
            elif fault == "server":
                mail_server.kill()
            else:
                wire.cut()
            kills[fault] += 1
        wait_until(lambda: not any(house.store.deliveries.list(Queued, limit=1)), 1800, "every letter being settled")
        _reckon(house, sink, wanted, kills, wire, seed)


def _later(dice: random.Random, house: House) -> None:
    """A while of work, or the end of it."""
    over = threading.Event()
    for _ in range(dice.randrange(2, 40)):
        if not any(house.store.deliveries.list(Queued, limit=1)):
            return
        over.wait(0.02)


def _pending(sink: PostfixSink) -> bool:
    """Has Postfix letters left?  A file that is not executable was being written when it was killed, before any 250."""
    places = (sink.folder / "spool" / name for name in ("incoming", "active", "deferred"))
    return any(file.is_file() and file.stat().st_mode & 0o100 for place in places for file in place.rglob("*"))


def _reckon(
    house: House, sink: PostfixSink, wanted: dict[str, str], kills: Counter[str], wire: CutWire, seed: int
) -> None:
    deliveries = list(house.store.deliveries.list(kind="letter"))
    assert {type(one.state) for one in deliveries} == {Done}
    wait_until(lambda: not _pending(sink), 300, "Postfix having delivered all")
    taken: Counter[str] = Counter()
    for letter in sink.letters():
        message_id = str(letter.message["Message-ID"])
        assert wanted[message_id] == letter.recipient
        taken[message_id] += 1
    assert set(taken) == set(wanted), "a letter was lost"
    doubles = sum(taken.values()) - len(taken)
    unsure = sum(row.word == "unsure" for one in deliveries for row in house.store.deliveries.attempts(one.id))
    taken_over = sum(
        event.kind == "taken-over" for one in deliveries for event in house.store.deliveries.events(one.id)
    )
    print(f"seed {seed}: {len(wanted)} letters, {dict(kills)}, {wire.cuts} connections cut, {doubles} doubles")
    print(f"{unsure} attempts unsure, {taken_over} letters taken over from a dead sender")
    assert doubles <= kills["sender"] + kills["server"] + wire.cuts
    # Whatever came twice, the records say that it may have.
    assert doubles <= unsure + taken_over + kills["server"]
