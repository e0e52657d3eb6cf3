"""The pool: many callers, children that wear out, files that come back, a failing start, an end without remains."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.sandbox.outcome import Answered, Crashed, ForeignFileError, Stop
from bridge.sandbox.pool import ClosedError, Pool
from bridge.sandbox.process import StartError
from store.errors import Unavailable
from tests.sandbox.hostile import Words
from tests.sandbox.pools import SMALL, ask, hostile_pool, works
from tests.servers.wait import wait_until


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with hostile_pool(replace(SMALL, children=2)) as pool:
        yield pool


def _running(pid: int) -> bool:
    """Whether the process runs; a zombie that waits for its parent to look does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_job_gets_its_arguments_and_payloads_and_gives_its_answer(pool: Pool, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(3_000_000))
    outcome = pool.run("echo", Words("Kính gửi", b"\0\xff"), [b"", b"one", large], Words)
    assert isinstance(outcome, Answered)
    assert outcome.value == Words("Kính gửi", b"\0\xffone" + large.read_bytes())


def test_what_a_job_writes_comes_back_and_the_next_job_sees_nothing_of_it(pool: Pool) -> None:
    for name in ("first", "second", "third"):
        outcome = pool.run("write", Words(name, name.encode()), [], Words)
        assert isinstance(outcome, Answered)
        assert outcome.value.text == name
        with outcome.files as files:
            assert files.names() == (name,)
            assert files.read(name, 100) == name.encode()
        assert files.folder is not None
        assert not files.folder.exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("link", id="a link"),
        pytest.param("pipe", id="a named pipe"),
        pytest.param("long", id="a file longer than asked for"),
        pytest.param("twice", id="a file with a second name"),
        pytest.param("absent", id="no file at all"),
        pytest.param("..", id="the folder above"),
        pytest.param("sub/file", id="a path"),
    ],
)
def test_a_file_from_a_child_is_read_only_if_it_is_plain(pool: Pool, tmp_path: Path, name: str) -> None:
    outcome = pool.run("write", Words("honest", b"x"), [], Words)
    assert isinstance(outcome, Answered)
    with outcome.files as files:
        assert files.folder is not None
        secret = tmp_path / "secret"
        secret.write_bytes(b"x")
        (files.folder / "link").symlink_to(secret)
        os.mkfifo(files.folder / "pipe")
        (files.folder / "long").write_bytes(b"x" * 101)
        (files.folder / "once").write_bytes(b"x")
        (files.folder / "twice").hardlink_to(files.folder / "once")
        (files.folder / "sub").mkdir()
        (files.folder / "sub/file").write_bytes(b"x")
        with pytest.raises(ForeignFileError):
            files.read(name, 100)


def test_many_threads_each_get_their_own_answer(pool: Pool) -> None:
    def ask_one(number: int) -> bool:
        job = "fault" if number % 25 == 7 else "echo"
        outcome = ask(pool, job, str(number))
        if job == "fault":
            return isinstance(outcome, Crashed) and outcome.wall is Stop.SIGNAL
        return isinstance(outcome, Answered) and outcome.value.text == str(number)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask_one, range(100)))


def test_a_child_is_replaced_after_its_share_of_jobs() -> None:
    with hostile_pool(replace(SMALL, jobs_per_child=2)) as pool:
        seen: set[int] = set()
        for _ in range(5):
            assert works(pool)
            seen.update(pool.pids())
        assert len(seen) >= 3


def test_an_idle_child_that_was_killed_is_replaced() -> None:
    with hostile_pool() as pool:
        assert works(pool)
        (child,) = pool.pids()
        os.kill(child, 9)
        wait_until(lambda: not _running(child), what="the end of the child")
        assert works(pool)


def test_a_child_killed_at_work_is_told_as_such(tmp_path: Path) -> None:
    with hostile_pool(replace(SMALL, folder=tmp_path)) as pool, ThreadPoolExecutor(1) as thread:
        assert works(pool)
        (child,) = pool.pids()
        asked = thread.submit(ask, pool, "sleep")
        wait_until(lambda: list(tmp_path.glob("*/*/started")), what="the job being under way")
        os.kill(child, 9)
        outcome = asked.result(20)
        assert isinstance(outcome, Crashed)
        assert outcome.wall is Stop.KILLED
        assert works(pool)


def test_code_from_a_folder_that_is_closed_to_others_can_be_imported_late(tmp_path: Path) -> None:
    code = tmp_path / "closed" / "code"
    code.mkdir(parents=True)
    code.parent.chmod(0o700)
    (code / "late_words.py").write_text("SAID = 'late'\n")
    (code / "early_job.py").write_text(
        "from tests.sandbox.hostile import Words\n\n\ndef say(words: Words) -> Words:\n"
        "    import late_words\n    return Words(late_words.SAID)\n"
    )
    with Pool(SMALL, {"say": "early_job:say"}, preload=(), code=[code]) as pool:
        outcome = ask(pool, "say")
        assert isinstance(outcome, Answered), outcome
        assert outcome.value.text == "late"
        assert [wall for wall in pool.walls() if wall.warns] == []


def test_large_mails_have_more_time() -> None:
    assert SMALL.allowance(10_000_000) == SMALL.seconds + 20


def test_a_start_that_fails_is_told_with_its_reason_and_not_tried_for_ever() -> None:
    with Pool(SMALL, {"none": "tests.sandbox.no_such_module:job"}, preload=()) as pool:
        for _ in range(2):
            with pytest.raises(StartError, match="no_such_module"):
                ask(pool, "none")


def test_a_payload_that_is_not_there_is_the_worlds_fault(pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        pool.run("echo", Words(""), [tmp_path / "gone"], Words)
    assert works(pool)


def test_closing_ends_the_children_the_callers_and_the_folders(tmp_path: Path) -> None:
    pool = hostile_pool(replace(SMALL, folder=tmp_path))
    assert works(pool)
    (child,) = pool.pids()
    ended: list[object] = []

    def ask_for_ever() -> None:
        with contextlib.suppress(ClosedError):
            while True:
                ended.append(ask(pool, "echo"))

    caller = threading.Thread(target=ask_for_ever)
    caller.start()
    wait_until(lambda: ended, what="a first answer")
    pool.close()
    caller.join(20)
    assert not caller.is_alive()
    assert not _running(child)
    assert list(tmp_path.iterdir()) == []


def test_children_die_with_the_service_and_the_next_start_sweeps_its_folders(tmp_path: Path) -> None:
    program = (
        "import os, signal; from pathlib import Path; from dataclasses import replace\n"
        "from tests.sandbox.pools import hostile_pool, SMALL, works\n"
        f"pool = hostile_pool(replace(SMALL, folder=Path({str(tmp_path)!r})))\n"
        "assert works(pool)\n"
        "print(*pool.pids(), flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    (child,) = map(int, run.stdout.split())
    wait_until(lambda: not _running(child), what="the end of the orphan")
    (left,) = tmp_path.iterdir()
    with hostile_pool(replace(SMALL, folder=tmp_path)) as pool:
        assert works(pool)
        assert not left.exists()
