"""Bytes on disk: flat memory, whole files only, waste swept, a full disk told."""

import resource
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from store.blobs import Blobs
from store.errors import Unavailable
from store.incoming import Incoming, sweep
from store.settings import StoreSettings
from store.store import Store
from tests.store.given import NOW, keep, smtp

MB = 1_000_000


@contextmanager
def files_end_at(octets: int) -> Iterator[None]:
    """No file of this process can grow beyond `octets`: to the writer it is a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def disk(tmp_path: Path) -> StoreSettings:
    """Settings of a folder without a database."""
    return StoreSettings(data=tmp_path)


def spooled(settings: StoreSettings) -> list[Path]:
    """What lies in the spool."""
    return list((settings.data / "spool").glob("*"))


def test_memory_stays_flat_for_50_mb(disk: StoreSettings) -> None:
    blobs = Blobs(disk)
    blobs.prepare()
    chunk = b"\r\n".join([b"x" * 76] * 840)
    tracemalloc.start()
    try:
        with Incoming(disk) as incoming:
            while incoming.size < 50 * MB:
                incoming.write(chunk)
            name = blobs.put(incoming)
        assert tracemalloc.get_traced_memory()[1] < MB
    finally:
        tracemalloc.stop()
    assert sha256(blobs.path(name).read_bytes()).hexdigest() == name
    assert not spooled(disk)


def test_the_same_content_put_at_once_is_one_file(disk: StoreSettings) -> None:
    blobs = Blobs(disk)
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(blobs.put, [b"same" * 50_000] * 24))
    (name,) = names
    assert blobs.read(name) == b"same" * 50_000
    assert [path for path in (disk.data / "blobs").rglob("*") if path.is_file()] == [blobs.path(name)]
    assert not spooled(disk)


def test_a_damaged_file_is_seen_and_mended_by_the_same_content(disk: StoreSettings) -> None:
    blobs = Blobs(disk)
    name = blobs.put(b"content")
    blobs.path(name).write_bytes(b"c0ntent")
    assert blobs.check(name, 7, deep=False) == ""
    assert blobs.check(name, 7, deep=True) == "sha256"
    assert blobs.check(name, 8, deep=False) == "size"
    assert blobs.put(b"content") == name
    assert blobs.check(name, 7, deep=True) == ""
    blobs.path(name).unlink()
    assert blobs.check(name, 7, deep=False) == "missing"
    with pytest.raises(Unavailable):
        blobs.read(name)


def test_the_sweep_takes_only_what_nobody_writes(disk: StoreSettings) -> None:
    with Incoming(disk) as living:
        living.write(b"x" * 600_000)
        (disk.data / "spool" / "dead.part").write_bytes(b"half a ma")
        assert sweep(disk) == 1
        assert len(spooled(disk)) == 1
        living.write(b"y")
    assert not spooled(disk)
    assert sweep(disk) == 0


def test_a_full_disk_refuses_a_large_body_and_leaves_nothing(store: Store) -> None:
    def overfill(incoming: Incoming) -> None:
        incoming.write(b"x" * 90_000)
        incoming.relieve()

    with files_end_at(2 * MB), store.incoming() as incoming:
        while incoming.size < 2 * MB - 60_000:
            incoming.write(b"x" * 60_000)
        with pytest.raises(Unavailable):
            overfill(incoming)
    assert not spooled(store.settings)
    assert not list(store.mails.list())
    assert not keep(store, b"x" * 3 * MB).again


@pytest.mark.parametrize("grouped", [False, True], ids=["each by itself", "in groups"])
def test_a_full_disk_under_the_database_half_keeps_nothing(tmp_path: Path, sqlite_model: Path, grouped: bool) -> None:
    from store.store import open_store

    (tmp_path / "docbridge.sqlite3").write_bytes(sqlite_model.read_bytes())
    store = open_store(StoreSettings(data=tmp_path))
    if grouped:
        store.intake.start()
    kept: dict[str, bytes] = {}
    refused = 0
    with files_end_at(2 * MB):
        for number in range(40):
            body = b"%d" % number + b"x" * 60_000
            try:
                kept[keep(store, body).mail_id] = body
            except Unavailable:
                refused += 1
    assert kept
    assert refused
    assert {mail.id for mail in store.mails.list()} == set(kept)
    assert all(store.mails.body(mail_id) == body for mail_id, body in kept.items())
    assert not keep(store, b"the disk has room again").again
    assert store.journal.verify() is None
    store.close()


def test_a_folder_that_cannot_be_written_is_told(store: Store) -> None:
    (store.settings.data / "spool").write_bytes(b"a file where a folder should be")
    with store.incoming() as incoming, pytest.raises(Unavailable):
        incoming.write(b"x" * MB)
    with store.incoming() as incoming:
        incoming.write(b"small ones need no folder")
        assert not store.intake.keep(incoming, smtp(), NOW).again
