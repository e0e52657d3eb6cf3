"""Names of lease holders: a dead process of this machine is known for certain, of anything else nothing is."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.owner import is_dead, owner
from store.connection import migrate, open_database
from store.leases import end_leases
from store.mail import FileOrigin
from store.settings import StoreSettings
from store.store import open_store

_NAME_OF_A_CHILD = "from bridge.owner import owner; print(owner('worker-0'))"


def dead_owner() -> str:
    """The name of a process that has ended."""
    ended = subprocess.run([sys.executable, "-c", _NAME_OF_A_CHILD], capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_a_living_process_is_not_dead() -> None:
    assert not is_dead(owner("worker-0"))


def test_an_ended_process_is_dead() -> None:
    assert is_dead(dead_owner())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="no name"),
        pytest.param("other-host/12345678/4026531836/1/5/worker-0", id="another machine"),
        pytest.param("worker", id="a name of another form"),
    ],
)
def test_of_others_nothing_is_known(name: str) -> None:
    assert not is_dead(name)


def test_a_reused_process_number_is_another_process() -> None:
    parts = owner("x").split("/")
    parts[-2] = str(int(parts[-2]) - 1)
    assert is_dead("/".join(parts))


def test_the_work_of_a_dead_process_is_taken_at_once(tmp_path: Path) -> None:
    settings = StoreSettings(tmp_path / "var")
    settings.data.mkdir()
    database = open_database(settings)
    migrate(database)
    database.close()
    store = open_store(settings)
    try:
        now, lease = datetime.now(UTC), timedelta(hours=1)
        for content in (b"one", b"two"):
            incoming = store.incoming()
            incoming.write(content)
            store.intake.keep(incoming, FileOrigin("x.eml"), now)
        dead = store.mails.claim(dead_owner(), lease, now)
        living = store.mails.claim(owner("worker-0"), lease, now)
        assert dead is not None
        assert living is not None
        assert end_leases(store.db, is_dead, now) == 1
        taken = store.mails.claim(owner("worker-1"), lease, now)
        assert taken is not None
        assert (taken.mail.id, taken.crashes) == (dead.mail.id, 1)
        assert store.mails.claim(owner("worker-1"), lease, now) is None
    finally:
        store.close()
