"""Each message is taken exactly once and marked only when it is on disk, on a real Dovecot."""

import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from imap_poll.credentials import credentials_of
from imap_poll.mailbox import Mailbox
from imap_poll.session import connected
from imap_poll.watcher import Watcher
from store.arrival import Kept
from store.errors import Unavailable
from store.incoming import Incoming
from store.mail import ImapOrigin
from tests.imap.office import Office, failed, mail, port_of
from tests.servers.wait import wait_until


@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
def test_every_way_of_protecting_the_connection_reads_the_same(office: Office, tls: str) -> None:
    office.put(mail(1))
    port = office.server.tls_port if tls == "tls" else office.server.port
    assert office.watcher(tls=tls, port=port, ca_file=office.server.certificate.certificate).round() == 1
    assert office.kept() == [mail(1)]


def test_a_certificate_that_nobody_vouches_for_is_no_connection(office: Office) -> None:
    office.put(mail(1))
    with pytest.raises(Unavailable, match="connect: SSLCertVerificationError"):
        office.watcher(tls="tls", port=office.server.tls_port).round()
    with pytest.raises(Unavailable, match="start TLS: SSLCertVerificationError"):
        office.watcher(tls="starttls").round()
    assert office.kept() == []


def test_a_mail_is_taken_once_across_rounds_and_restarts_and_its_origin_is_known(office: Office) -> None:
    office.put(mail(1), mail(2))
    watcher = office.watcher()
    assert [watcher.round(), watcher.round()] == [2, 0]
    assert office.watcher().round() == 0
    office.put(mail(3))
    assert [watcher.round(), office.watcher().round()] == [1, 0]
    assert office.kept() == [mail(1), mail(2), mail(3)]
    origin = office.all()[-1].origin
    assert isinstance(origin, ImapOrigin)
    assert (origin.account, origin.mailbox, origin.uid) == ("vanthu", "INBOX", 1)
    assert origin.uidvalidity > 0
    assert [path.address for path in origin.rcpt_to] == ["vanthu@mau.test"]
    assert origin.internal_date is not None
    assert office.seen() == 3


def test_a_mailbox_made_anew_brings_no_mail_twice(office: Office) -> None:
    office.put(mail(1))
    watcher = office.watcher("Archive")
    for _ in range(2):
        with office.server.login(office.user) as client:
            client.delete("Archive")
            client.create("Archive")
        office.server.append(office.user, mail(7), "Archive")
        watcher.round()
    assert office.kept() == [mail(7)]
    (kept,) = office.all()
    assert len(office.store.mails.arrivals(kept.id)) == 2


def test_more_mails_than_one_listing_holds_are_all_taken_while_they_are_moved_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imap_poll.mailbox._LISTING", 3)
    monkeypatch.setattr("imap_poll.mailbox._WINDOW", 4)
    office.put(*(mail(number) for number in range(11)))
    assert office.watcher(after="move:Done").round() == 11
    assert office.kept() == [mail(number) for number in range(11)]
    assert office.server.mails(office.user) == []
    assert office.server.mails(office.user, "Done") == [mail(number) for number in range(11)]


def test_two_watchers_at_once_keep_each_mail_once(office: Office) -> None:
    office.put(*(mail(number) for number in range(20)))
    gate = threading.Barrier(2)
    troubles: list[Unavailable] = []

    def run(watcher: Watcher) -> None:
        gate.wait()
        try:
            watcher.round()
        except Unavailable as trouble:  # the other one was faster at moving
            troubles.append(trouble)

    threads = [threading.Thread(target=run, args=(office.watcher(after="move:Done"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    office.watcher(after="move:Done").round()
    assert sorted(office.kept()) == sorted(mail(number) for number in range(20))
    assert office.server.mails(office.user) == []


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from imap_poll.credentials import credentials_of
from imap_poll.settings import Account
from imap_poll.watcher import Watcher
from tests.imap.office import opened, port_of

data, user, password, port, after, moment = sys.argv[1:]
store = opened(Path(data))
real = port_of(store)

def keep(incoming, origin, at):
    if moment == "before":
        print("reached", flush=True)
        sys.stdin.read()
    real.keep(incoming, origin, at).result()
    print("reached", flush=True)
    sys.stdin.read()

account = Account("vanthu", "127.0.0.1", user, Path(password), int(port), "none", after=after)
Watcher(account, "INBOX", credentials_of(account), replace(real, keep=keep)).round()
"""


@pytest.mark.parametrize("after", ["flag", "move:Done"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_before_or_after_keeping_it_takes_the_mail_once_and_marks_it_at_last(
    office: Office, after: str, moment: str
) -> None:
    office.put(mail(1))
    account = office.account
    arguments = [str(office.store.settings.data), account.user, str(account.password_file), str(account.port)]
    command = [sys.executable, "-c", KILLED, *arguments, after, moment]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "reached\n"
        watcher.send_signal(signal.SIGKILL)
    assert office.seen() == 0
    assert office.server.mails(office.user) == [mail(1)]
    assert len(office.all()) == (0 if moment == "before" else 1)
    again = office.watcher(after=after)
    assert again.round() == (1 if moment == "before" else 0)
    assert office.kept() == [mail(1)]
    assert office.seen() == (1 if after == "flag" else 0)
    assert len(office.server.mails(office.user, "Done")) == (1 if after != "flag" else 0)


@pytest.mark.parametrize("after", ["flag", "move:Done", "keep"])
def test_nothing_is_marked_while_the_store_cannot_keep(office: Office, after: str) -> None:
    office.put(mail(1))
    real = port_of(office.store)

    def broken(incoming: Incoming, origin: ImapOrigin, at: datetime) -> Future[Kept]:
        return failed("the disk is full")

    watcher = office.watcher(into=replace(real, keep=broken), after=after)
    with pytest.raises(Unavailable, match="the disk is full"):
        watcher.round()
    assert office.seen() == 0
    assert office.server.mails(office.user) == [mail(1)]
    assert office.watcher(after=after).round() == 1
    assert office.kept() == [mail(1)]


def test_a_large_mail_comes_in_bounded_pieces(office: Office) -> None:
    large = mail(1, 50_000_000)
    office.put(large)
    watcher = office.watcher(after="keep")
    tracemalloc.start()
    try:
        assert watcher.round() == 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000
    assert office.kept() == [large]


def test_what_is_kept_where_it_is_is_not_fetched_again(office: Office) -> None:
    office.put(mail(1))
    watcher = office.watcher(after="keep")
    watcher.round()
    assert office.seen() == 0
    fetched = _fetched(office)
    watcher.round()
    office.watcher(after="keep").round()
    assert _fetched(office) == fetched
    assert office.server.mails(office.user) == [mail(1)]


def _fetched(office: Office) -> int:
    return len(office.all()) + sum(len(office.store.mails.arrivals(one.id)) for one in office.all())


def test_a_mail_that_is_too_large_stays_and_is_counted(office: Office) -> None:
    office.put(mail(1, 5000), mail(2))
    watcher = office.watcher(max_size=1000)
    assert [watcher.round(), watcher.round()] == [1, 0]
    assert watcher.health.left == 1
    assert office.kept() == [mail(2)]
    assert len(office.server.mails(office.user)) == 2


def test_reading_marks_nothing_by_itself(office: Office) -> None:
    office.put(mail(1))
    with connected(office.account, credentials_of(office.account)) as session:
        assert Mailbox(session, "INBOX").piece(1, 0, 1000) == mail(1)
    assert office.seen() == 0


def test_an_account_that_fails_is_alone_with_it_and_comes_back(office: Office) -> None:
    office.put(mail(1))
    wrong = office.password.with_name("wrong")
    wrong.write_text("not the password")
    bad, good = office.watcher(name="bad", password_file=wrong), office.watcher()
    bad.start()
    good.start()
    wait_until(lambda: office.kept() == [mail(1)], what="the mail of the good account")
    wait_until(lambda: bad.health.failures > 0, what="the failure")
    assert good.health.problem == ""
    assert "log in" in bad.health.problem
    good.stop()
    good.join(10)
    wrong.write_text(office.user.password)
    wait_until(lambda: bad.health.last_success is not None, 30, "the account being back")
    assert bad.health.failures == 0
