"""A large mailbox costs bounded memory, what is settled no traffic again; what cannot be settled holds up nothing."""

import contextlib
import os
import pwd
import re
from datetime import timedelta
from pathlib import Path

import pytest

from imap_poll.session import Refused
from imap_poll.watcher import Watcher
from store.errors import Unavailable
from tests.imap.office import Office, mail
from tests.imap.wire import wired
from tests.servers.wait import wait_until

_COUNT = 4_000


def _fill(office: Office, count: int) -> None:
    """Files of a maildir, laid as a delivering agent lays them: APPEND would take minutes."""
    office.put(mail(0))
    new = office.server.folder / "mail" / office.user.name / "new"
    owner = pwd.getpwnam("mail") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    for number in range(1, count):
        file = new / f"{1_700_000_000 + number}.M{number}P1.host"
        file.write_bytes(mail(number))
        os.chown(file, owner.pw_uid, owner.pw_gid)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _stopped(watcher: Watcher) -> None:
    watcher.stop()
    assert watcher.join(20)


def test_thousands_of_mails_that_are_settled_cost_little_traffic_also_after_a_restart(office: Office) -> None:
    _fill(office, _COUNT)
    long = timedelta(minutes=5)
    with wired(office.server.port) as wire:

        def begun() -> Watcher:
            watcher = office.watcher(
                port=wire.port, after="keep", poll=long, max_size=100, timeout=timedelta(seconds=60)
            )
            watcher.start()
            return watcher

        before = _resident()
        first = begun()
        wait_until(lambda: first.health.doing == "idle", 100, "the first look")
        assert first.health.left == _COUNT
        assert _resident() - before < 40_000_000
        _stopped(first)
        spent = wire.octets
        second = begun()
        wait_until(lambda: second.health.doing == "idle", 60, "the second look")
        assert wire.octets - spent < 20_000
        assert second.health.left == _COUNT


def test_a_look_that_finds_nothing_costs_next_to_nothing(office: Office) -> None:
    office.put(*(mail(number) for number in range(30)))
    with wired(office.server.port) as wire:
        watcher = office.watcher(port=wire.port, after="keep", idle=False, poll=timedelta(milliseconds=10))
        watcher.start()
        wait_until(lambda: len(office.all()) == 30, what="the mails")
        wait_until(lambda: watcher.health.doing == "polling", what="rest")
        spent, looks = wire.octets, wire.said.count(b"SEARCH")
        wait_until(lambda: wire.said.count(b"SEARCH") > looks + 10, what="ten more looks")
        assert (wire.octets - spent) / (wire.said.count(b"SEARCH") - looks) < 1000
        assert wire.said.count(b"BODY.PEEK") == 1


@pytest.mark.parametrize("after", ["flag", "move:Done"])
def test_small_mails_are_fetched_and_marked_together(office: Office, after: str) -> None:
    office.put(*(mail(number) for number in range(120)))
    with wired(office.server.port) as wire:
        assert office.watcher(port=wire.port, after=after).round() == 120
        assert wire.said.count(b"BODY.PEEK") == 3
        assert len(re.findall(rb"UID (STORE|MOVE)", wire.said)) == 3
    assert office.store.intake.commits < 40


def test_mails_of_every_size_around_the_limits_arrive_whole(office: Office) -> None:
    sizes = (0, 900, 999, 1000, 1001, 1999, 2000, 2001, 65_536, 70_000, 140_000, 300_000, 0)
    mails = [mail(number, size)[: max(size, 150)] for number, size in enumerate(sizes)]
    mails = [content if content.endswith(b"\r\n") else content[:-2] + b"\r\n" for content in mails]
    office.put(*mails)
    assert office.watcher(piece=1000).round() == len(sizes)
    assert sorted(office.kept()) == sorted(mails)


def test_settings_that_change_have_the_mailbox_gone_through_again(office: Office) -> None:
    office.put(mail(1), mail(2, 3000))
    first = office.watcher(after="keep", max_size=1000)
    assert first.round() == 1
    assert office.watcher(after="keep", max_size=10_000).round() == 1
    assert office.seen() == 0
    assert office.watcher(after="flag", max_size=10_000).round() == 0
    assert office.seen() == 2


def test_mail_from_before_the_day_is_left_alone(office: Office) -> None:
    with office.server.login(office.user) as client:
        for day in (1, 5, 6, 7):
            client.append("INBOX", "", f'"{day:2}-Nov-2026 12:00:00 +0000"', mail(day))
    assert office.watcher(since="2026-11-06").round() == 2
    assert sorted(office.kept()) == [mail(6), mail(7)]
    assert office.seen() == 2


def test_a_mark_that_is_refused_holds_up_nobody_and_is_set_at_last(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imap_poll.reading._FIRST_RETRY", 0.1)
    monkeypatch.setattr("imap_poll.taking._TOGETHER", 1)
    office.put(*(mail(number) for number in range(4)))
    home = office.server.folder / "mail" / office.user.name
    _make(office, "Done")
    (home / ".Done").chmod(0o500)
    (home / ".Done" / "tmp").chmod(0)
    (home / ".Done" / "cur").chmod(0)
    (home / ".Done" / "new").chmod(0)
    watcher = office.watcher(after="move:Done")
    watcher.start()
    wait_until(lambda: len(office.all()) == 4, what="the mails")
    office.put(mail(4))
    wait_until(lambda: len(office.all()) == 5, what="one more")
    wait_until(lambda: watcher.health.open == 5, what="the open ones")
    assert watcher.health.says.startswith("move: refused")
    assert len(office.server.mails(office.user)) == 5
    for folder in (home / ".Done", *(home / ".Done" / name for name in ("tmp", "cur", "new"))):
        folder.chmod(0o700)
    wait_until(lambda: office.server.mails(office.user) == [], what="the mailbox being empty")
    wait_until(lambda: watcher.health.says == "ok", what="health")
    assert sorted(office.server.mails(office.user, "Done")) == [mail(number) for number in range(5)]


def _make(office: Office, name: str) -> None:
    with office.server.login(office.user) as client:
        client.create(name)


def test_a_mailbox_that_may_only_be_read_is_read_and_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.put(mail(1), mail(2))

    def refuses(*_: object) -> None:
        raise Refused("flag: the mailbox may only be read")

    monkeypatch.setattr("imap_poll.mailbox.Mailbox._may_be_changed", refuses)
    watcher = office.watcher()
    assert watcher.round() == 2
    assert watcher.health.says == "flag: the mailbox may only be read"
    assert watcher.health.open == 2


def test_a_mail_that_the_server_cannot_read_holds_up_nobody(office: Office) -> None:
    office.put(*(mail(number) for number in range(5)))
    bad = _file_of(office, b"Message-ID: <2@b.example>")
    bad.chmod(0)
    watcher = office.watcher()
    for _ in range(4):
        _try(watcher)
    assert sorted(office.kept()) == [mail(number) for number in (0, 1, 3, 4)]
    next(file for file in bad.parents[1].glob(f"*/{bad.name}*")).chmod(0o600)  # Dovecot has moved it to cur
    _try(watcher)
    assert sorted(office.kept()) == [mail(number) for number in range(5)]


def _try(watcher: Watcher) -> None:
    with contextlib.suppress(Unavailable):
        watcher.round()


def _file_of(office: Office, content: bytes) -> Path:
    root = office.server.folder / "mail" / office.user.name
    return next(file for file in root.glob("*/*") if file.is_file() and content in file.read_bytes())
