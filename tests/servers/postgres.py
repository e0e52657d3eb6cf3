"""A private PostgreSQL: durable as in production (fsync on), a password, loopback only, not run by root."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, free_port


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    #: Loopback port.
    port: int
    #: Password of the superuser `postgres`.
    password: str

    def url(self, database: str = "postgres") -> str:
        """The database as SQLAlchemy names it."""
        return f"postgresql+psycopg://postgres:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A plain psycopg connection, in autocommit."""
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="postgres",
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh, empty database, dropped afterwards together with connections left open."""
        name = f"t_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            with self.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def ready(self) -> bool:
        """Whether it answers a query."""
        try:
            with self.connect() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


@contextlib.contextmanager
def postgres(log: Path) -> Iterator[Postgres]:
    """Make a cluster in a folder of its own and serve it; it refuses root, who lends its package's user."""
    user = "postgres" if os.getuid() == 0 else None
    places = sorted(str(found) for found in Path("/usr/lib/postgresql").glob("*/bin"))
    programs = Path(binary("postgres", *reversed(places))).resolve().parent
    with scratch("pg") as folder:
        server = Postgres(free_port(), secrets.token_urlsafe(16))
        password_file = folder / "password"
        password_file.write_text(server.password)
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(password_file, user)
        data = folder / "data"
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=scram-sha-256"),
                *(
                    "--pwfile",
                    password_file,
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync",
                    "--no-instructions",
                ),
            ],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {(made.stdout + made.stderr).decode()}")
        command = [
            *(
                str(programs / "postgres"),
                "-D",
                str(data),
                "-p",
                str(server.port),
                "-h",
                LOOPBACK,
                "-k",
                str(folder),
            ),
            *("-c", "fsync=on", "-c", "max_connections=100", "-c", "log_checkpoints=off"),
        ]
        # SIGINT is PostgreSQL's fast shutdown: sessions are cut, the cluster is closed cleanly.
        with running("postgres", command, log, server.ready, user=user, cwd=folder, stop_signal=signal.SIGINT):
            yield server
