"""Every test of the store runs on SQLite and on a real PostgreSQL.

The schema is migrated once a session; each test finds it empty.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from store.connection import migrate, open_database
from store.schema import journal_head, metadata
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.servers.postgres import Postgres

KINDS = ("sqlite", "postgresql")


def migrated(settings: StoreSettings) -> None:
    """Give the database that `settings` name the newest schema."""
    db = open_database(settings)
    migrate(db)
    db.close()


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Settings of a database without a schema."""
    settings = StoreSettings(data=tmp_path / "var", lock_wait=timedelta(seconds=5))
    if request.param == "postgresql":
        settings = replace(settings, database=request.getfixturevalue("postgres_database"))
    return settings


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema and nothing in it."""
    folder = tmp_path_factory.mktemp("model")
    migrated(StoreSettings(data=folder))
    return folder / "docbridge.sqlite3"


@pytest.fixture(scope="session")
def postgres_model(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL database with the schema, for one test after the other."""
    with postgres_server.database() as url:
        migrated(StoreSettings(data=tmp_path_factory.mktemp("model"), database=url))
        yield url


#: Takes every row away, as after a migration; quicker than a database for each test.
EMPTY = "; ".join(
    [
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
        f"INSERT INTO {journal_head.name} VALUES (1, 0, '{'0' * 64}')",
    ]
)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Settings of a store that holds nothing yet."""
    settings = StoreSettings(data=tmp_path / "var", lock_wait=timedelta(seconds=5))
    if request.param == "sqlite":
        settings.data.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_model"), settings.data)
        return settings
    url = request.getfixturevalue("postgres_model")
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.connect(make_url(url).database or "") as connection:
        connection.execute(EMPTY)
    return replace(settings, database=url)


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[Store]:
    """An open, empty store."""
    opened = open_store(settings)
    try:
        yield opened
    finally:
        opened.close()
