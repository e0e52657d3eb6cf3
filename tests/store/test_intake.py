"""What `keep` promises: on disk when it returns, exactly once, and nothing half-kept when it fails."""

import asyncio
import shutil
import sqlite3
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from store.arrival import Kept
from store.audit import audit
from store.connection import migrate, open_database
from store.errors import ForbiddenRowError, Unavailable
from store.mail import FileOrigin, ForwardPath, Origin
from store.schema import contents, journal_head
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.servers.postgres import Postgres
from tests.servers.wait import wait_until
from tests.store.given import DAY, MINUTE, NOW, imap, keep, packet, smtp


@contextmanager
def busy(store: Store) -> Iterator[None]:
    """Nobody else can commit meanwhile."""
    with store.db.transaction() as connection:
        connection.execute(select(journal_head).with_for_update())
        yield


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 3_000_000], ids="{} octets".format)
def test_a_kept_mail_is_there_byte_for_byte(store: Store, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"\0" * (size % 256)
    kept = keep(store, body)
    assert not kept.again
    assert store.mails.body(kept.mail_id) == body
    with store.mails.open_body(kept.mail_id) as stream:
        assert stream.read() == body
    mail = store.mails.get(kept.mail_id)
    assert mail is not None
    assert (mail.size, mail.origin, mail.received_at, mail.state) == (size, smtp(), NOW, "received")
    assert store.blobs.path(mail.sha256).exists() == (size > 65536)
    assert not list((store.settings.data / "spool").glob("*"))


SAME = {
    "the same envelope a minute later": (smtp(), smtp(), MINUTE, True),
    "recipients in another order": (smtp("a@x.vn", "b@x.vn"), smtp("b@x.vn", "a@x.vn"), MINUTE, True),
    "the same envelope after the window": (smtp(), smtp(), 8 * DAY, False),
    "another recipient": (smtp(), smtp("other@example.net"), MINUTE, False),
    "another reverse path": (smtp(), smtp(sender=""), MINUTE, False),
    "handed in as a file with the same envelope": (
        smtp(),
        FileOrigin("a.eml", "so.noivu@example.org", (ForwardPath("vanthu@example.net"),)),
        MINUTE,
        True,
    ),
    "the same message of a mailbox after years": (imap(1), imap(1), 900 * DAY, True),
    "a copy in another mailbox of the account": (imap(1), imap(9, "Archive"), MINUTE, True),
    "a copy in the mailbox after years": (imap(1), imap(9), 900 * DAY, True),
    "a copy in another account": (imap(1), imap(1, account="other"), MINUTE, False),
    "by SMTP and by IMAP": (smtp(), imap(1), MINUTE, False),
    "the same packet after years": (packet(), packet(), 900 * DAY, True),
    "the same bytes in another packet": (packet(), packet("b.edxml"), MINUTE, False),
}


@pytest.mark.parametrize(("first", "second", "apart", "again"), SAME.values(), ids=SAME.keys())
def test_the_same_mail_is_kept_once(store: Store, first: Origin, second: Origin, apart: timedelta, again: bool) -> None:
    one = keep(store, b"body", first)
    two = keep(store, b"body", second, NOW + apart)
    assert two.again is again
    assert (two.mail_id == one.mail_id) is again
    assert len(list(store.mails.list())) == (1 if again else 2)
    assert [row.entry.verb for row in store.journal.list()] == ["mail.kept", "mail.again" if again else "mail.kept"]


def test_other_bytes_under_a_known_uid_are_another_mail(store: Store) -> None:
    keep(store, b"one", imap(1))
    assert not keep(store, b"two", imap(1)).again
    assert store.mails.uids("vanthu", "INBOX", 7, 0) == {1: None}
    assert store.mails.uids("vanthu", "INBOX", 7, 1) == {}
    assert store.mails.uids("vanthu", "INBOX", 8, 0) == {}


def test_text_that_no_database_can_hold_does_not_stop_a_mail(store: Store) -> None:
    kept = keep(store, b"x", replace(smtp(), helo="a\0b", mail_from="x\udc80\0@example.org"))
    mail = store.mails.get(kept.mail_id)
    assert mail is not None
    assert mail.origin.mail_from == "x?\0@example.org"


def test_arrivals_are_counted(store: Store) -> None:
    ids = {keep(store, at=NOW + minutes * MINUTE).mail_id for minutes in range(3)}
    (mail_id,) = ids
    assert store.mails.arrivals(mail_id) == (NOW, NOW + MINUTE, NOW + 2 * MINUTE)


@pytest.mark.parametrize("grouped", [False, True], ids=["each by itself", "in groups"])
def test_many_peers_with_the_same_mail_make_one(store: Store, grouped: bool) -> None:
    if grouped:
        store.intake.start()
    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(lambda _: keep(store, b"same"), range(40)))
    assert len({one.mail_id for one in kept}) == 1
    assert sum(not one.again for one in kept) == 1


def test_two_services_with_the_same_mail_make_one(store: Store, settings: StoreSettings) -> None:
    other = open_store(settings)
    try:
        start = threading.Barrier(2)

        def one(which: Store) -> list[Kept]:
            start.wait(10)
            return [keep(which, b"same %d" % number) for number in range(15)]

        with ThreadPoolExecutor(2) as pool:
            futures: list[Future[list[Kept]]] = [pool.submit(one, which) for which in (store, other)]
            pairs = zip(*(future.result() for future in futures), strict=True)
        for first, second in pairs:
            assert first.mail_id == second.mail_id
            assert first.again is not second.again
    finally:
        other.close()


def test_waiting_callers_share_a_commit(store: Store) -> None:
    store.intake.start()
    with ThreadPoolExecutor(50) as pool:
        with busy(store):
            futures = [pool.submit(keep, store, b"mail %d" % number) for number in range(50)]
            wait_until(lambda: store.intake.waiting == 50, what="callers in the queue")
        kept = [future.result(20) for future in futures]
    assert len({one.mail_id for one in kept}) == 50
    assert store.intake.commits <= 6
    for number, one in enumerate(kept):
        assert store.mails.body(one.mail_id) == b"mail %d" % number


def test_a_bad_row_fails_alone(store: Store) -> None:
    store.intake.start()
    naive = datetime(2026, 11, 22)  # noqa: DTZ001  our own bug, made on purpose
    with ThreadPoolExecutor(10) as pool:
        with busy(store):
            good = [pool.submit(keep, store, b"good %d" % number) for number in range(8)]
            bad = pool.submit(keep, store, b"bad", None, naive)
            wait_until(lambda: store.intake.waiting == 9, what="callers in the queue")
        assert {future.result(20).again for future in good} == {False}
        with pytest.raises(Unavailable):
            bad.result(20)
    assert len(list(store.mails.list())) == 8
    assert store.journal.verify() is None


def test_the_event_loop_is_answered_too(store: Store) -> None:
    async def one(number: int) -> Kept:
        with store.incoming() as incoming:
            incoming.write(b"%d " % number * (1 if number % 2 else 100_000))
            return await store.intake.keep_async(incoming, smtp(), NOW)

    async def all_of_them() -> list[Kept]:
        return await asyncio.gather(*(one(number) for number in range(20)))

    before = asyncio.run(all_of_them())
    store.intake.start()
    after = asyncio.run(all_of_them())
    assert len({kept.mail_id for kept in before}) == 20
    assert [kept.again for kept in after] == [True] * 20


def test_stop_commits_what_waits(store: Store) -> None:
    store.intake.start()
    with ThreadPoolExecutor(6) as pool:
        with busy(store):
            futures = [pool.submit(keep, store, b"mail %d" % number) for number in range(5)]
            wait_until(lambda: store.intake.waiting == 5, what="callers in the queue")
            stopped = pool.submit(store.intake.stop)
        stopped.result(20)
        assert len({future.result(20).mail_id for future in futures}) == 5
    assert not keep(store, b"after the stop").again


@contextmanager
def database_away(settings: StoreSettings, request: pytest.FixtureRequest) -> Iterator[None]:
    """SQLite: another program holds the lock.  PostgreSQL: sessions are cut and no new one is let in."""
    if not settings.database:
        with sqlite3.connect(settings.data / "docbridge.sqlite3") as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.rollback()
        other.close()
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name = make_url(settings.database).database
    with server.connect() as maintenance:
        maintenance.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        maintenance.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@pytest.mark.parametrize("grouped", [False, True], ids=["each by itself", "in groups"])
def test_everyone_is_told_when_the_database_is_away(
    store: Store, settings: StoreSettings, request: pytest.FixtureRequest, grouped: bool
) -> None:
    impatient = open_store(replace(settings, lock_wait=timedelta(seconds=0.2)))
    try:
        keep(impatient, b"before")
        if grouped:
            impatient.intake.start()
        with ThreadPoolExecutor(8) as pool, database_away(settings, request):
            futures = [pool.submit(keep, impatient, b"%d" % number) for number in range(8)]
            errors = [future.exception(20) for future in futures]
        assert [type(error) for error in errors] == [Unavailable] * 8
        assert not keep(impatient, b"after").again
        assert len(list(impatient.mails.list())) == 2
        assert impatient.journal.verify() is None
    finally:
        impatient.close()


def test_a_caller_who_goes_away_leaves_no_waste(store: Store) -> None:
    async def gone() -> None:
        with store.incoming() as incoming:
            incoming.write(b"x" * 3_000_000)
            keeping = asyncio.ensure_future(store.intake.keep_async(incoming, smtp(), NOW))
            await asyncio.sleep(0)  # it has begun
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping

    store.intake.start()
    asyncio.run(gone())
    assert not list((store.settings.data / "spool").glob("*"))
    assert not keep(store, b"x" * 3_000_000).again


def test_an_error_never_quotes_a_body(store: Store) -> None:
    with pytest.raises(ForbiddenRowError, match=r"(?i)null") as error, store.db.transaction() as connection:
        connection.execute(contents.insert().values(id=None, content=b"the secret body"))
    told = "".join(traceback.format_exception(error.value))
    assert "secret" not in told
    assert b"secret".hex() not in told


def test_what_is_submitted_together_shares_its_commits(store: Store) -> None:
    store.intake.start()
    before = store.intake.commits
    bodies = [str(number).encode() * (1 if number % 10 else 200_000) for number in range(100)]
    incoming = [store.incoming() for _ in bodies]
    for one, body in zip(incoming, bodies, strict=True):
        one.write(body)
    futures = [store.intake.submit(one, imap(uid), NOW) for uid, one in enumerate(incoming, 1)]
    assert [store.mails.body(future.result(20).mail_id) for future in futures] == bodies
    assert store.intake.commits - before < 50


def test_what_is_submitted_and_cannot_be_kept_is_told_by_its_future(store: Store) -> None:
    store.db.close()
    blobs = store.settings.data / "blobs"
    blobs.rmdir()
    blobs.write_text("in the way")
    large = store.incoming()
    large.write(b"x" * 300_000)
    with pytest.raises(Unavailable):
        store.intake.submit(large, imap(1), NOW).result(20)
    large.discard()


def test_the_log_has_its_whole_length_from_the_start_and_holds_only_what_was_kept(tmp_path: Path) -> None:
    db = open_database(StoreSettings(data=tmp_path / "var"))
    migrate(db)
    db.close()
    store = open_store(StoreSettings(data=tmp_path / "var"))
    before = keep(store, b"Subject: before")
    store.intake.start(ahead=True)
    log = tmp_path / "var" / "docbridge.sqlite3-wal"
    wait_until(lambda: log.stat().st_size > 60_000_000, 20, "the log")
    during = keep(store, b"Subject: during")
    # As a power cut would leave it.
    shutil.copytree(tmp_path / "var", tmp_path / "cut")
    store.intake.stop()
    store.close()
    again = open_store(StoreSettings(data=tmp_path / "cut"))
    assert [again.mails.body(one.mail_id) for one in (before, during)] == [b"Subject: before", b"Subject: during"]
    with again.db.reading() as connection:
        assert not inspect(connection).has_table("filler")
    assert not audit(again.db, again.blobs, NOW, deep=True).differences
    again.close()
