"""The schema: what the steps build is what the program means, and a filled database survives every step."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import store.migrations
from store.audit import audit
from store.connection import Database, check_schema, migrate, open_database, schema_version
from store.delivery import TryLater
from store.errors import SchemaVersionError, Unavailable
from store.migrations.run import upgrade
from store.schema import HEAD, metadata
from store.settings import StoreSettings
from store.store import open_store
from tests.store.given import LATER, MINUTE, NOW, RETRY


def at_version(settings: StoreSettings, version: str) -> Database:
    """A database at an older version."""
    db = open_database(settings)
    with db.transaction() as connection:
        upgrade(connection, version)
    return db


def test_the_steps_build_the_tables_that_the_program_means(empty: StoreSettings) -> None:
    db = open_database(empty)
    assert migrate(db) == HEAD == migrate(db)
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    db.close()


def test_the_named_head_is_the_last_step() -> None:
    folder = Path(store.migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


def test_another_version_is_refused_by_name(empty: StoreSettings) -> None:
    db = open_database(empty)
    with pytest.raises(SchemaVersionError) as nothing:
        check_schema(db)
    assert (nothing.value.found, nothing.value.wanted) == ("", HEAD)
    db.close()
    db = at_version(empty, "0001")
    with pytest.raises(SchemaVersionError) as old:
        open_store(empty)
    assert old.value.found == "0001"
    migrate(db)
    check_schema(db)
    with db.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaVersionError):
        check_schema(db)
    db.close()


FILLING = (
    """INSERT INTO mails (id, kind, origin, mail_from, received_at, sha256, size, sameness, state, message_id,
    classification, judgement, due_at, token, crashes) VALUES ('m', 'file', '{"name":"a.eml","mail_from":"",
    "rcpt_to":[],"kind":"file"}', '', '2026-11-22T03:00:00.000000+00:00', :sha256, 1, 's', 'received', '', '', 0,
    '2026-11-22T03:00:00.000000+00:00', 0, 0)""",
    "INSERT INTO contents VALUES ('m', :content), ('l', :content)",
    """INSERT INTO letters VALUES ('l', 'm', '<l@x>', '', '', :sha256, 1, '2026-11-22T03:00:00.000000+00:00')""",
    """INSERT INTO deliveries (id, mail_id, kind, content_id, recipient, born, state, due_at, attempts, reason, token)
    VALUES ('d', 'm', 'letter', 'l', 'a@x.vn', '2026-11-22T03:00:00.000000+00:00', 'queued',
    '2026-11-22T03:00:00.000000+00:00', 0, '', 0)""",
    """INSERT INTO organs (id, position, entry) VALUES ('noi-vu', 1.0, '{"id":"noi-vu","name":"Sở Nội vụ",
    "position": 1.0,"ids":[{"scheme":"qd-20","value":"H99.12"}],"addresses":["VanThu@noivu.test"]}')""",
    """INSERT INTO correspondents (id, position, entry) VALUES ('c', 1.0, '{"id":"c","sender_class":"business",
    "name":"Công ty","position": 1.0,"domains":["cty.test"]}')""",
    """INSERT INTO arrivals (id, mail_id, at, origin) VALUES ('a', 'm', '2026-11-22T03:00:00.000000+00:00', '{}')""",
)
X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # sha256 of "x"


def test_a_filled_database_migrates_and_goes_on_working(empty: StoreSettings) -> None:
    db = at_version(empty, "0001")
    with db.transaction() as connection:
        for statement in FILLING:
            connection.execute(text(statement), {"content": b"x", "sha256": X} if ":" in statement else {})
    migrate(db)
    assert schema_version(db) == HEAD
    db.close()
    opened = open_store(empty)
    (mail,) = opened.mails.list()
    assert (mail.received_at, opened.mails.body("m")) == (NOW, b"x")
    for key in ("noi-vu", "h99.12", "vanthu@noivu.test", "@noivu.test"):
        assert [organ.id for organ in opened.registry.organs.having([key])] == ["noi-vu"]
    assert [one.id for one in opened.registry.correspondents.having(["@cty.test"])] == ["c"]
    (claimed,) = opened.deliveries.claim("letter", "sender", MINUTE, NOW)
    assert opened.deliveries.content(claimed) == b"x"
    opened.deliveries.record("d", claimed.token, TryLater(LATER), RETRY, NOW)
    opened.deliveries.retry("d", NOW)
    found = [one.kind for one in audit(opened.db, opened.blobs, NOW, deep=True).differences]
    assert found == ["mail.count"]  # only the journal knows nothing of what was put in by hand
    opened.close()


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    away = StoreSettings(data=tmp_path, database="postgresql+psycopg://nobody@127.0.0.1:1/none")
    db = open_database(away)
    with pytest.raises(Unavailable):
        check_schema(db)
    db.close()
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        open_database(replace(away, data=tmp_path / "file" / "var", database=""))
    (tmp_path / "docbridge.sqlite3").write_bytes(b"this is not a database" * 100)
    db = open_database(StoreSettings(data=tmp_path))
    with pytest.raises(Unavailable):
        check_schema(db)
    db.close()
