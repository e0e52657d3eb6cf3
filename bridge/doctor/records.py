"""The records: the database answers, and its schema is this program's."""

from collections.abc import Iterator

from bridge.doctor.checkup import Checkup, ok, problem
from bridge.settings import Settings
from store.connection import open_database, schema_version
from store.errors import Unavailable
from store.schema import HEAD


def schema(settings: Settings) -> Iterator[Checkup]:
    """Does the database answer, with the schema that this program wants?"""
    migrate = "docbridge db migrate"
    if not settings.store.database and not (settings.store.data / "docbridge.sqlite3").exists():
        yield problem("schema", f"no database in {settings.store.data} yet", migrate)
        return
    try:
        database = open_database(settings.store)
        try:
            found = schema_version(database)
        finally:
            database.close()
    except Unavailable as unavailable:
        yield problem("schema", f"the database does not answer: {unavailable.cause}", "start it, or correct [store]")
        return
    if found == HEAD:
        yield ok("schema", f"version {found}")
    elif found > HEAD:
        yield problem("schema", f"version {found} is newer than this program's {HEAD}", "install that docbridge")
    else:
        yield problem("schema", f"version {found or 'none'}, this program wants {HEAD}", migrate)
