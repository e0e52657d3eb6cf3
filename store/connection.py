"""The database, opened once, and the one border where the errors of the world below become `Unavailable`.

Everything that the store does happens in `transaction()` or `reading()`.  SQLite runs in WAL mode with
synchronous=FULL: a committed row survives a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, exc, inspect, text

from store.direct import Direct
from store.errors import ForbiddenRowError, SchemaVersionError, Unavailable
from store.schema import HEAD
from store.settings import StoreSettings

_LOG_PAGES = 16_000  # of 4 kB: how long SQLite's log may get before a commit brings it into the database


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of disk and database into `Unavailable`.

    A broken constraint or a wrong value is our bug; it is said without the values, which PostgreSQL quotes in the
    detail of its errors and which hold subjects and bodies.  An unknown table (ProgrammingError) passes through.
    """
    try:
        yield
    except (exc.IntegrityError, exc.DataError) as error:
        primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
        raise ForbiddenRowError(f"{type(error).__name__}: {primary or error.orig}") from None
    except (sqlite3.IntegrityError, sqlite3.DataError) as error:  # as they come from `direct`
        raise ForbiddenRowError(f"{type(error).__name__}: {error}") from None
    except (exc.ProgrammingError, exc.NotSupportedError, sqlite3.ProgrammingError, sqlite3.NotSupportedError):
        raise
    except (exc.DBAPIError, exc.TimeoutError, sqlite3.DatabaseError) as error:
        raise Unavailable(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}") from error
    except OSError as error:
        raise Unavailable(f"{type(error).__name__}: {error.strerror or error}") from error


class Database:
    """An open database.  Thread-safe; a transaction belongs to the thread that opened it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect: str = engine.dialect.name
        # SQLite has one writer.  Its own waiting is a poll without order; among our threads a lock is fair and quick.
        self._writer: threading.Lock | None = threading.Lock() if self.dialect == "sqlite" else None
        self._kept: PoolProxiedConnection | None = None  # for `direct`; whoever holds the lock may use it

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: committed durably when the block ends, rolled back when it raises."""
        with (
            translated(),
            self._writer or nullcontext(),
            self._engine.connect().execution_options(docbridge_writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def direct(self) -> Iterator[Direct]:
        """As `transaction`, for what is written with every mail: SQLite's statements go straight to the driver."""
        if self._writer is None:
            with self.transaction() as connection:
                yield Direct.of(connection)
            return
        with translated(), self._writer:
            if self._kept is None:
                self._kept = self._engine.raw_connection()
            driver = self._kept.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            cursor = driver.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                yield Direct(self._engine.dialect, cursor, None)
                cursor.execute("COMMIT")
            except BaseException:
                driver.rollback()
                raise
            finally:
                cursor.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For questions; nothing is written."""
        with translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One view of everything at one moment, however many questions are asked of it."""
        with self.reading() as connection:
            if self.dialect == "postgresql":  # its default shows each statement a later moment
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def checkpoint(self) -> None:
        """Bring what is only in SQLite's log into its file; nobody waits for this, nor this for anybody."""
        with translated():
            own = self._engine.raw_connection()
            try:
                own.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                own.close()

    def lengthen_log(self) -> None:
        """Give SQLite's log its whole length at once; nothing is written that anybody can read.

        A commit that lengthens the file waits for the file system's own journal, behind every large mail that is being
        flushed; one that writes over what is there does not.  The pages of a transaction that outgrows the cache lie
        in the log before it ends (https://www.sqlite.org/walformat.html), and stay there as waste when it is undone.
        """
        if self._writer is None:
            return
        with translated(), self._writer:
            own = self._engine.raw_connection()
            try:
                cursor = own.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    cursor.execute("CREATE TABLE filler (octets BLOB)")
                    cursor.execute("INSERT INTO filler VALUES (zeroblob(?))", (_LOG_PAGES * 4000,))
                finally:
                    cursor.execute("ROLLBACK")
            finally:
                own.close()

    def close(self) -> None:
        """Give back every connection."""
        with self._writer or nullcontext():
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
        self._engine.dispose()


def open_database(settings: StoreSettings) -> Database:
    """Open the database that `settings` name; the data folder is made when absent, the schema is not."""
    wait = settings.lock_wait.total_seconds()
    options = {
        "pool_size": settings.connections,
        "max_overflow": 4 * settings.connections,
        "pool_timeout": wait,
        "hide_parameters": True,  # an exception's text may reach a log, and parameters hold subjects and bodies
    }
    with translated():
        if settings.database:
            return Database(create_engine(settings.database, pool_pre_ping=True, **options))
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = settings.data / "docbridge.sqlite3"
        engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": wait}, **options)
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Database(engine)


def _settle_sqlite(connection: Any, record: Any) -> None:  # noqa: ANN401  the driver's own objects
    connection.isolation_level = None  # the driver must not begin transactions by its own rules
    cursor = connection.cursor()
    # A checkpoint is two more flushes, and writes the ends of fifteen indexes again: within a commit only every 64 MB,
    # and mostly beside (`store.checkpoints`).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={_LOG_PAGES}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that upgrades later can be refused without waiting (SQLITE_BUSY).
    writes = connection.get_execution_options().get("docbridge_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def schema_version(db: Database) -> str:
    """The schema's revision; "" where there is no schema yet."""
    with db.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def check_schema(db: Database) -> None:
    """Refuse to work on another schema than this program's.

    Raises:
        SchemaVersionError: `docbridge db migrate` mends it, or a newer docbridge does.
    """
    found = schema_version(db)
    if found != HEAD:
        raise SchemaVersionError(found, HEAD)


def migrate(db: Database) -> str:
    """Bring the schema to this program's version in one transaction; returns the version."""
    from store.migrations.run import upgrade

    with db.transaction() as connection:
        upgrade(connection, HEAD)
    return schema_version(db)


__all__ = ["Connection", "Database", "check_schema", "migrate", "open_database", "schema_version", "translated"]
