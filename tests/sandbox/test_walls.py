"""Each wall stops what it is there to stop, each time, and the next job works.

Run as root these tests have children that are `nobody`; `test_as_nobody.py` runs them again as a plain user.
"""

import os
import platform
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bridge.sandbox.outcome import Answered, Crashed, Files, Stop
from bridge.sandbox.pool import Pool
from tests.sandbox.hostile import ATTACKS, Attack, Refused, Succeeded
from tests.sandbox.pools import SMALL, ask, hostile_pool, works
from tests.servers.process import scratch

SECRET = "password = 'not for children'\n"


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside the walls."""

    settings: Path  #: a settings file that every user of the machine may read and write
    listener: socket.socket
    datagrams: socket.socket
    unix: socket.socket


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One child, so that the next job is done by the one that was attacked, or by its successor."""
    with hostile_pool() as pool:
        yield pool


@pytest.fixture
def world() -> Iterator[World]:
    """A settings file, and doors that would note whoever comes in."""
    with (
        scratch("world") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix,
    ):
        folder.chmod(0o777)
        settings = folder / "docbridge.toml"
        settings.write_text(SECRET)
        settings.chmod(0o666)
        datagrams.bind(("127.0.0.1", listener.getsockname()[1]))
        unix.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o777)
        unix.listen()
        for door in (listener, datagrams, unix):
            door.settimeout(0)
        yield World(settings, listener, datagrams, unix)


def _target(world: World, attack: str) -> Attack:
    path = world.settings.with_name("socket") if attack in {"unix", "datagram pair"} else world.settings
    return Attack(attack, str(path), world.listener.getsockname()[1], os.getpid())


@pytest.mark.parametrize("attack", ATTACKS)
def test_is_refused_and_leaves_no_trace(pool: Pool, world: World, attack: str) -> None:
    if attack == "x32 socket" and platform.machine() != "x86_64":
        return  # there is no such calling convention here
    before = world.settings.stat()
    outcome = pool.run("attempt", _target(world, attack), [], (Refused, Succeeded))
    assert isinstance(outcome, Answered)
    outcome.files.close()
    assert isinstance(outcome.value, Refused), f"{attack}: {outcome.value}"
    by_a_wall = {"EPERM", "EACCES", "ENOSYS", "EXDEV", "EFBIG"} | ({"EINVAL"} if attack == "become root" else set())
    assert outcome.value.error in by_a_wall, "by a wall, not by clumsiness"
    for door in (world.listener, world.unix):
        with pytest.raises(BlockingIOError):
            door.accept()
    with pytest.raises(BlockingIOError):
        world.datagrams.recv(10)
    assert sorted(one.name for one in world.settings.parent.iterdir()) == ["docbridge.toml", "socket"]
    assert world.settings.read_text() == SECRET
    after = world.settings.stat()
    assert (after.st_mode, after.st_mtime, after.st_ino) == (before.st_mode, before.st_mtime, before.st_ino)
    assert works(pool)


@pytest.mark.parametrize(
    ("job", "wall"),
    [
        pytest.param("allocate", Stop.MEMORY, id="allocating four gigabytes is stopped by the memory limit"),
        pytest.param("loop", Stop.CPU, id="a loop is stopped by the processor limit"),
        pytest.param("fill", Stop.DISK, id="filling the disk is stopped by the pool's eye on the folder"),
        pytest.param("many", Stop.DISK, id="files without number are stopped by the pool's eye on the folder"),
        pytest.param("fault", Stop.SIGNAL, id="a segmentation fault is told as such"),
        pytest.param("leave", Stop.ERROR, id="leaving without a word is told as such"),
        pytest.param("bug", Stop.ERROR, id="an exception is told as such"),
        pytest.param("deep", Stop.ERROR, id="endless recursion is told as such"),
        pytest.param("lie_garbage", Stop.ANSWER, id="garbage for an answer is not taken"),
        pytest.param("lie_size", Stop.ANSWER, id="an exabyte is not waited for"),
        pytest.param("lie_serial", Stop.ANSWER, id="the answer to another job is not taken"),
        pytest.param("lie_body", Stop.ANSWER, id="a frame of nonsense is not taken"),
        pytest.param("lie_type", Stop.ANSWER, id="an answer of another type is not taken"),
        pytest.param("lie_large", Stop.ANSWER, id="an oversized answer is not taken"),
    ],
)
def test_is_stopped_and_named(pool: Pool, job: str, wall: Stop) -> None:
    outcome = ask(pool, job, "Nguyễn Văn A")
    assert isinstance(outcome, Crashed), outcome
    assert outcome.wall is wall, outcome
    assert "Nguyễn" not in outcome.detail + outcome.trace
    assert works(pool)


@pytest.mark.parametrize("job", ["sleep", "stop_itself"])
def test_what_neither_works_nor_ends_is_stopped_by_the_clock(job: str) -> None:
    with hostile_pool(replace(SMALL, patience=1.5)) as pool:
        outcome = ask(pool, job)
        assert isinstance(outcome, Crashed)
        assert outcome.wall is Stop.TIME
        assert works(pool)


def test_every_wall_reports_that_it_stands(pool: Pool) -> None:
    walls = pool.walls()
    assert {wall.name for wall in walls} == {
        "memory",
        "cpu",
        "time",
        "disk",
        "privileges",
        "network",
        "files",
        "processes",
    }
    assert [wall for wall in walls if not wall.stands or wall.missing] == []


def test_a_child_knows_nothing_of_our_environment(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCBRIDGE_STORE__DATABASE", "postgresql+psycopg://bridge:secret@localhost/bridge")
    with hostile_pool() as other:
        outcome = ask(other, "environment")
    assert isinstance(outcome, Answered)
    assert "DOCBRIDGE" not in outcome.value.text
    assert set(outcome.value.text.split(",")) <= {
        "HOME",
        "LANG",
        "LC_CTYPE",
        "LD_LIBRARY_PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPATH",
        "TMPDIR",
    }


def test_what_a_library_prints_is_no_answer(pool: Pool) -> None:
    outcome = ask(pool, "noise")
    assert isinstance(outcome, Answered)
    assert outcome.value.text == "done"
    assert works(pool)


def test_no_folder_can_be_hidden_from_the_pool(pool: Pool) -> None:
    outcome = ask(pool, "hide")
    assert isinstance(outcome, Answered)
    assert outcome.value.text in {"EACCES", "EPERM"}
    assert outcome.files == Files()
    assert works(pool)
