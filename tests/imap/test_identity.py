"""Every mail exactly once: whatever happens to UIDs, mailboxes, servers, lines and processes."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imap_poll.mailbox import Mailbox
from store.errors import Unavailable
from store.incoming import Incoming
from tests.imap.office import Office, account_of, kill, mail, port_of
from tests.imap.wire import wired
from tests.servers.dovecot import dovecot
from tests.servers.wait import wait_until

_FIRST_DAY = datetime(2026, 11, 1, 1, tzinfo=UTC).timestamp()


def _maildir(office: Office) -> Path:
    return office.server.folder / "mail" / office.user.name


def _forget_uids(office: Office) -> None:
    """What a restore of bare messages does: every UID is given anew, under another UIDVALIDITY."""
    uids = _maildir(office) / "dovecot-uidlist"
    version, validity, *_ = uids.read_text().splitlines()[0].split()
    uids.write_text(f"{version} V{int(validity[1:]) + 1000} N1\n")
    for file in _maildir(office).glob("dovecot.index*"):
        file.unlink()


def _mails(count: int) -> list[bytes]:
    return [mail(number) for number in range(count)]


@pytest.mark.parametrize("after", ["flag", "keep"])
def test_another_uidvalidity_brings_no_mail_twice_and_loses_none(office: Office, after: str) -> None:
    office.put(*_mails(3))
    assert office.watcher(after=after).round() == 3
    before = office.store.bookmarks.get("vanthu", "INBOX")
    _forget_uids(office)
    office.put(mail(3))
    office.watcher(after=after).round()
    assert sorted(office.kept()) == _mails(4)
    now = office.store.bookmarks.get("vanthu", "INBOX")
    assert before is not None
    assert now is not None
    assert now.uidvalidity == before.uidvalidity + 1000


def test_a_mailbox_made_anew_under_a_watcher_at_work_costs_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imap_poll.watcher._SELECT_ANEW", 0.3)
    for number in range(3):
        office.server.append(office.user, mail(number), "Archive")
    office.watcher("Archive").start()
    wait_until(lambda: len(office.all()) == 3, what="the mails")
    with office.server.login(office.user) as client:
        client.delete("Archive")
        client.create("Archive")
    for number in range(4):
        office.server.append(office.user, mail(number), "Archive")
    wait_until(lambda: len(office.all()) == 4, 30, what="the new mail")
    assert sorted(office.kept()) == _mails(4)


@pytest.mark.parametrize("after", ["flag", "keep", "move:Done"])
def test_a_server_set_back_under_the_same_uidvalidity_loses_no_new_mail(office: Office, after: str) -> None:
    _put_at(office, 1, *_mails(2))
    before = _folders(office)
    _put_at(office, 2, mail(2), mail(3))
    assert office.watcher(after=after).round() == 4
    _set_back(office, before)
    _put_at(office, 3, mail(10), mail(11), mail(12))  # UIDs 3, 4 and 5: two of them were other mails'
    office.watcher(after=after).round()
    assert sorted(office.kept()) == sorted([*_mails(4), mail(10), mail(11), mail(12)])


def _put_at(office: Office, day: int, *mails: bytes) -> None:
    with office.server.login(office.user) as client:
        for content in mails:
            assert client.append("INBOX", "", f'"{day:2}-Nov-2026 08:00:00 +0700"', content)[0] == "OK"


def _folders(office: Office) -> dict[Path, bytes]:
    root = _maildir(office)
    return {file: file.read_bytes() for file in root.rglob("*") if file.is_file() and "/." not in str(file)}


def _set_back(office: Office, before: dict[Path, bytes]) -> None:
    owner = _maildir(office).stat()
    for file in [file for file in _maildir(office).rglob("*") if file.is_file()]:
        file.unlink()
    for file, content in before.items():
        if not file.name.startswith("dovecot.index"):
            file.write_bytes(content)
            os.chown(file, owner.st_uid, owner.st_gid)
            if not file.name.startswith("dovecot"):  # a maildir keeps INTERNALDATE as the file's time
                os.utime(file, (_FIRST_DAY, _FIRST_DAY))


def test_a_mailbox_that_was_renamed_brings_no_mail_twice(office: Office) -> None:
    for number in range(3):
        office.server.append(office.user, mail(number), "Den")
    assert office.watcher("Den").round() == 3
    with office.server.login(office.user) as client:
        client.rename("Den", "Moi")
    office.server.append(office.user, mail(3), "Moi")
    office.watcher("Moi").round()
    assert sorted(office.kept()) == _mails(4)


def test_the_same_mail_in_two_mailboxes_of_an_account_is_one(office: Office) -> None:
    office.put(mail(1))
    office.server.append(office.user, mail(1), "All Mail")
    office.watcher().round()
    office.watcher("All Mail").round()
    assert office.kept() == [mail(1)]


def test_the_server_killed_within_a_mail_costs_one_round(office: Office, tmp_path: Path) -> None:
    log = tmp_path / "dovecot.log"
    with dovecot(log) as first:
        user = first.add_user()
        first.append(user, mail(1, 300_000))
        first.append(user, mail(2))
        office.server, office.user = first, user
        office.account = replace(account_of(first, user, tmp_path), piece=50_000)

        class Killing(Incoming):
            def write(self, chunk: bytes | bytearray | memoryview) -> None:
                super().write(chunk)
                if self.size > 100_000:
                    kill(first)

        into = replace(port_of(office.store), incoming=lambda: Killing(office.store.settings))
        with pytest.raises(Unavailable):
            office.watcher(into=into).round()
        assert office.all() == []
        again = office.watcher()
        with pytest.raises(Unavailable, match="connect"):
            again.round()
        with dovecot(log, port=first.port, folder=first.folder):
            assert again.round() == 2
            assert again.round() == 0
    assert sorted(office.kept()) == sorted([mail(1, 300_000), mail(2)])


@pytest.mark.parametrize("after", ["flag", "move:Done"])
def test_lines_cut_at_any_place_lose_and_double_nothing(office: Office, after: str) -> None:
    mails = [mail(number, 20_000 if number % 3 else 200) for number in range(12)]
    office.put(*mails)
    with wired(office.server.port) as wire:
        for cut in range(200, 200_000, 9_001):
            wire.octets, wire.cut_after = 0, cut
            watcher = office.watcher(port=wire.port, after=after, piece=8_000)
            try:
                watcher.round()
            except Unavailable:
                continue
            break
        wire.cut_after = None
        office.watcher(port=wire.port, after=after, piece=8_000).round()
    assert sorted(office.kept()) == sorted(mails)
    assert len(office.server.mails(office.user)) == (0 if after != "flag" else 12)
    assert after != "flag" or office.seen() == 12


def test_a_mail_that_vanishes_between_list_and_fetch_is_no_trouble(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(*_mails(3))
    real = Mailbox.first_pieces

    def late(self: Mailbox, uids: list[int], octets: int) -> dict[int, bytes]:
        with office.server.login(office.user) as client:
            client.select("INBOX")
            client.store("2", "+FLAGS", "\\Deleted")
            client.expunge()
        return real(self, uids, octets)

    monkeypatch.setattr(Mailbox, "first_pieces", late)
    watcher = office.watcher()
    assert watcher.round() == 2
    assert watcher.health.says == "ok"
    assert sorted(office.kept()) == [mail(0), mail(2)]
