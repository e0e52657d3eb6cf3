"""250 means on disk; anything else means that nothing is there."""

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from store.arrival import Kept
from store.incoming import Incoming
from store.mail import Origin
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS, Served
from tests.wire.talk import Peer, talk

_ENVELOPE = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
    C: MAIL FROM:<a@b.example>
    S: 250 *
    C: RCPT TO:<x@ours.example>
    S: 250 *
    C: DATA
    S: 354 *
"""
_BIG = r"x" * 60_000 + r"\r\n" + "y" * 60_000 + r"\r\n.\r\n"


class Gate:
    """A `keep` that waits until the test opens it, in front of the real one."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.door: Served | None = None

    async def keep(self, incoming: Incoming, origin: Origin, received_at: datetime) -> Kept:
        self.reached.set()
        await asyncio.get_running_loop().run_in_executor(None, self.open.wait, 20)
        assert self.door is not None
        return await self.door.store.intake.keep_async(incoming, origin, received_at)


@pytest.mark.parametrize("body", [pytest.param(r"small\r\n.\r\n", id="small"), pytest.param(_BIG, id="large")])
def test_when_the_database_is_away_the_mail_is_put_off_and_taken_later(door: Served, body: str) -> None:
    with door.store.db.transaction() as connection:
        connection.execute(text("ALTER TABLE mails RENAME TO away"))
    with Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nR: {body}\nS: 451 4.3.0 *")
        assert door.store.spooled() == []
        with door.store.db.transaction() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO mails"))
        assert door.store.mails() == []
        again = _ENVELOPE.partition("S: 250-*")[2]
        peer.talk(f"{again}\nR: {body}\nS: 250 2.0.0 *")
    assert len(door.store.mails()) == 1


def test_when_the_disk_is_away_a_large_mail_is_read_to_its_end_and_put_off(door: Served) -> None:
    blobs = door.store.settings.data / "blobs"
    away = blobs.rename(blobs.with_name("away"))
    blobs.write_text("a file where the folder should be")
    talk(door.port, f"{_ENVELOPE}\nR: {_BIG}\nS: 451 4.3.0 *\nC: NOOP\nS: 250 *")
    blobs.unlink()
    away.rename(blobs)
    assert door.store.spooled() == []
    assert door.store.mails() == []


@pytest.mark.parametrize(
    "body", ["Subject: half", "x" * 100_000, r"all but the last\r\n.\r"], ids=["small", "large", "one"]
)
def test_a_connection_cut_within_the_mail_leaves_nothing(door: Served, body: str) -> None:
    with Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nR: {body}")
    wait_until(lambda: door.connections() == 0, what="the end of the connection")
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_nothing_is_said_before_the_mail_is_on_disk(open_door: OpenDoor) -> None:
    gate = Gate()
    gate.door = door = open_door(keep=gate.keep)
    with Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nC: .")
        assert gate.reached.wait(10)
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.reply()
        peer.socket.settimeout(20)
        gate.open.set()
        peer.expect("250 2.0.0 Kept as *")


def test_a_peer_that_leaves_while_its_mail_is_kept_does_not_undo_it(open_door: OpenDoor) -> None:
    gate = Gate()
    gate.door = door = open_door(keep=gate.keep)
    with Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nC: .")
        assert gate.reached.wait(10)
    gate.open.set()
    assert len(wait_until(door.store.mails, what="the mail")) == 1


def test_a_peer_that_half_closes_still_hears_its_answer(door: Served) -> None:
    with Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nC: .")
        peer.socket.shutdown(1)
        peer.talk("S: 250 2.0.0 *\nEOF")


def test_a_fault_of_ours_is_451_with_a_name_in_the_log_and_no_word_of_the_mail(open_door: OpenDoor) -> None:
    async def broken(incoming: Incoming, origin: Origin, received_at: datetime) -> Kept:
        raise ValueError("Subject: secret")

    door = open_door(keep=broken)
    with capture_logs() as logs, Peer(door.port) as peer:
        peer.talk(f"{_ENVELOPE}\nC: Subject: secret\nC: .")
        heard = peer.expect("451 4.3.0 A fault of ours (*), try again later")
        peer.talk("C: NOOP\nS: 250 *")
    (fault,) = [entry for entry in logs if entry["event"] == "smtp.fault"]
    assert fault["fault"] in heard
    assert "secret" not in str(logs)


def test_a_fault_of_ours_within_the_mail_ends_the_connection(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the mail must not be read as commands."""

    def broken(incoming: Incoming, chunk: bytes) -> None:
        raise ValueError(len(chunk))

    door = open_door()
    monkeypatch.setattr(Incoming, "write", broken)
    talk(door.port, f"{_ENVELOPE}\nC: Subject: x\nS: 421 4.3.0 *\nEOF")


def test_stopping_lets_a_mail_in_hand_arrive_and_takes_no_more(open_door: OpenDoor) -> None:
    door = open_door()
    with Peer(door.port) as idle, Peer(door.port) as busy:
        idle.expect("220 *")
        busy.talk(_ENVELOPE)
        stopper = threading.Thread(target=door.stop)
        stopper.start()
        idle.talk("S: 421 4.3.2 *\nEOF")
        busy.talk("C: Subject: in hand\nC: .\nS: 250 2.0.0 *\nS: 421 4.3.2 *\nEOF")
        stopper.join(20)
        with pytest.raises(ConnectionRefusedError):
            Peer(door.port)
    assert [mail.content for mail in door.store.mails()] == [b"Subject: in hand\r\n"]


def test_stopping_does_not_wait_for_ever(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, stop_timeout=timedelta(seconds=0.2)))
    with Peer(door.port) as peer:
        peer.talk(_ENVELOPE)
        stopper = threading.Thread(target=door.stop)
        stopper.start()
        peer.talk("S: 421 4.3.2 *\nEOF")
        stopper.join(20)
    assert door.store.mails() == []


def test_the_same_mail_again_is_answered_250_and_kept_once(door: Served) -> None:
    for _ in range(2):
        talk(door.port, f"{_ENVELOPE}\nC: Subject: twice\nC: .\nS: 250 2.0.0 *")
    assert len(door.store.mails()) == 1
