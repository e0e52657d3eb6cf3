"""Fixtures over the real servers of `tests/servers`, and their logs beside a failed test."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.servers import clients
from tests.servers import dovecot as imap
from tests.servers import postfix as mta
from tests.servers import postgres as database
from tests.servers.process import RUNNING_LOGS, tail

#: How long each server's log was when the running test began.
_READ = pytest.StashKey[dict[str, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note where the logs end, so that a failed test shows what was logged during it."""
    item.stash[_READ] = {name: log.stat().st_size for name, log in RUNNING_LOGS.items() if log.exists()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the running servers logged during a failed test under it."""
    report = yield
    if report.failed:
        before = item.stash.get(_READ, {})
        logs = [(name, tail(log, before.get(name, 0))) for name, log in RUNNING_LOGS.items()]
        report.sections.extend((f"log of {name}", text) for name, text in logs if text)
    return report


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A test that sets the log up, as every command does, sets it up for itself alone."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def server_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's servers keep their logs; pytest keeps the folder after the run."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def postgres_server(server_logs: Path) -> Iterator[database.Postgres]:
    """One PostgreSQL for the session."""
    with database.postgres(server_logs / "postgres.log") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: database.Postgres) -> str:
    """The URL of its maintenance database. For tables take `postgres_database`."""
    return postgres_server.url()


@pytest.fixture
def postgres_database(postgres_server: database.Postgres) -> Iterator[str]:
    """The URL of a fresh, empty database of the test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def dovecot(server_logs: Path) -> Iterator[imap.Dovecot]:
    """One Dovecot for the session; take `imap_user` for an account of the test's own."""
    with imap.dovecot(server_logs / "dovecot.log") as server:
        yield server


@pytest.fixture
def imap_user(dovecot: imap.Dovecot) -> imap.ImapUser:
    """A fresh account with an empty INBOX."""
    return dovecot.add_user()


@pytest.fixture(scope="session")
def postfix_server(server_logs: Path) -> Iterator[mta.PostfixSink]:
    """One Postfix for the session; take `postfix_sink`, which starts each test with an empty one."""
    with mta.postfix(server_logs / "postfix.log") as server:
        yield server


@pytest.fixture
def postfix_sink(postfix_server: mta.PostfixSink) -> Iterator[mta.PostfixSink]:
    """The session's Postfix with no letter, an empty queue, and no address refused or deferred."""
    postfix_server.clear()
    yield postfix_server
    postfix_server.clear()


@pytest.fixture
def smtp_sink(tmp_path: Path) -> Iterator[clients.SmtpSink]:
    """A smtp-sink that takes everything. For one that refuses, use `tests.servers.clients.smtp_sink`."""
    with clients.smtp_sink(tmp_path / "smtp-sink.log") as server:
        yield server
