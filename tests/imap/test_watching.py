"""New mail is in hand at once, dead peers are noticed, stops are prompt, and one that fails delays no other."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from imap_poll.door import Door
from imap_poll.settings import Account
from imap_poll.watcher import pause
from tests.imap.office import Office, account_of, kill, mail, port_of
from tests.imap.wire import wired
from tests.servers.dovecot import dovecot
from tests.servers.wait import wait_until

_LONG = timedelta(minutes=5)


def test_in_idle_new_mail_comes_at_once(office: Office) -> None:
    watcher = office.watcher(poll=_LONG)
    watcher.start()
    for number in range(3):
        wait_until(lambda: watcher.health.doing == "idle", what="IDLE")
        office.put(mail(number))
        wait_until(lambda due=number: len(office.all()) > due, 5, "the mail")  # type: ignore[misc]
    assert office.kept() == [mail(number) for number in range(3)]


def test_the_safety_poll_finds_what_idle_does_not_tell(office: Office) -> None:
    with wired(office.server.port) as wire:
        wire.untold = True
        watcher = office.watcher(port=wire.port, poll=timedelta(milliseconds=300))
        watcher.start()
        wait_until(lambda: wire.said.endswith(b" IDLE\r\n"), what="IDLE")
        office.put(mail(1))
        wait_until(lambda: office.kept() == [mail(1)], 5, "the mail")
        watcher.stop()
        assert watcher.join(10)


def test_without_idle_it_polls_on_the_same_connection(office: Office) -> None:
    with wired(office.server.port) as wire:
        watcher = office.watcher(port=wire.port, idle=False)
        watcher.start()
        for number in range(3):
            wait_until(lambda: watcher.health.doing == "polling", what="polling")
            office.put(mail(number))
            wait_until(lambda due=number: len(office.all()) > due, 5, "the mail")  # type: ignore[misc]
        assert wire.connections == 1
        assert b"IDLE" not in wire.said
        assert b"NOOP" in wire.said


def test_a_peer_that_died_without_a_word_is_noticed_and_left(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imap_poll.mailbox._IDLE_ANSWER", 0.3)
    with wired(office.server.port) as wire:
        watcher = office.watcher(port=wire.port, poll=timedelta(milliseconds=200), timeout=timedelta(seconds=10))
        watcher.start()
        wait_until(lambda: watcher.health.doing == "idle", what="IDLE")
        wire.dead = True
        wait_until(lambda: watcher.health.failures > 0, 5, "the dead peer being noticed")
        assert "TimeoutError" in watcher.health.problem
        wire.dead = False
        office.put(mail(1))
        wait_until(lambda: office.kept() == [mail(1)], what="the mail")


def test_a_server_that_was_away_is_found_again(office: Office, tmp_path: Path) -> None:
    log = tmp_path / "second.log"
    with dovecot(log) as away:
        user = away.add_user()
        office.server, office.user = away, user
        office.account = account_of(away, user, tmp_path)
        watcher = office.watcher()
        home, port = away.folder, away.port
        office.put(mail(1))
        kill(away)
        watcher.start()
        wait_until(lambda: watcher.health.failures >= 2, what="the failures")
        with dovecot(log, port=port, folder=home):
            wait_until(lambda: office.kept() == [mail(1)], 30, "the mail")
            wait_until(lambda: watcher.health.says == "ok", what="health")


@pytest.mark.parametrize(
    ("failures", "refused", "most"), [(1, False, 1), (2, False, 2), (5, False, 16), (99, False, 60), (99, True, 300)]
)
def test_pauses_double_up_to_a_minute_and_to_five_where_a_password_is_wrong(
    failures: int, refused: bool, most: float
) -> None:
    found = {pause(failures, refused=refused) for _ in range(50)}
    assert all(most / 2 <= seconds <= most for seconds in found)
    assert len(found) > 40  # jitter: many accounts do not come back together


@pytest.mark.parametrize("idle", [True, False])
def test_a_stop_is_prompt_while_it_waits(office: Office, idle: bool) -> None:
    door = Door((replace(office.account, poll=_LONG, idle=idle, mailboxes=("INBOX", "INBOX")),), port_of(office.store))
    door.start()
    (watcher,) = door.watchers
    wait_until(lambda: watcher.health.doing in ("idle", "polling"), what="waiting")
    began = time.monotonic()
    door.stop()
    assert time.monotonic() - began < 2
    assert watcher.health.doing == "ended"


def test_a_stop_does_not_wait_for_a_silent_server(office: Office) -> None:
    with wired(office.server.port) as wire:
        account = replace(office.account, port=wire.port, timeout=timedelta(minutes=5), poll=timedelta(seconds=0))
        door = Door((replace(account, idle=False),), port_of(office.store))
        door.start()
        wait_until(lambda: door.watchers[0].health.last_success is not None, what="a look")
        wire.dead = True
        began = time.monotonic()
        door.stop()
        assert time.monotonic() - began < 5
        assert door.watchers[0].join(0)


def test_each_mailbox_is_on_its_own(office: Office, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password")
    with wired(office.server.port) as silent:
        silent.dead = True
        good = replace(office.account, mailboxes=("Missing", "INBOX"), poll=_LONG)
        accounts: tuple[Account, ...] = (
            replace(good, name="wrong password", password_file=wrong),
            replace(good, name="away", port=9),
            replace(good, name="no TLS there", tls="tls"),
            replace(good, name="unknown certificate", tls="starttls"),
            replace(good, name="silent", port=silent.port),
            good,
        )
        office.put(mail(1))
        door = Door(accounts, port_of(office.store))
        door.start()
        try:
            wait_until(lambda: office.kept() == [mail(1)], 10, "the mail of the good one")
            wait_until(lambda: all(watcher.health.failures for watcher in door.watchers[:-1]), what="the failures")
            assert door.watchers[-1].health.says == "ok"
            said = {watcher.name: watcher.health.says for watcher in door.watchers}
            assert said["wrong password/INBOX"] == "log in: [AUTHENTICATIONFAILED]"
            assert said["vanthu/Missing"] == "select: refused"
            assert said["away/INBOX"] == "connect: ConnectionRefusedError"
            assert said["unknown certificate/INBOX"] == "start TLS: SSLCertVerificationError"
        finally:
            door.stop()


def test_many_watchers_share_one_store(office: Office) -> None:
    names = [f"Box{number}" for number in range(8)]
    for number, name in enumerate(names):
        office.server.append(office.user, mail(number), name)
    door = Door((replace(office.account, mailboxes=tuple(names)),), port_of(office.store))
    door.start()
    try:
        wait_until(lambda: len(office.all()) == 8, what="the mails")
    finally:
        door.stop()
    assert threading.active_count() < 40
