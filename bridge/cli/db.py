"""`db status` and `db migrate`."""

import click

from bridge.cli.context import as_json, settings_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@as_json
@click.pass_context
def status(ctx: click.Context, json_: bool) -> int:
    """The schema's version, and the one that this program wants."""
    from store.connection import open_database, schema_version
    from store.schema import HEAD

    database = open_database(settings_of(ctx).store)
    ctx.call_on_close(database.close)
    found = schema_version(database)
    facts({"version": found or "none", "wanted": HEAD, "current": found == HEAD}, as_json=json_)
    return WELL if found == HEAD else NO


@db.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring the schema to the version that this program wants."""
    from store.connection import migrate as bring
    from store.connection import open_database

    settings = settings_of(ctx)
    settings.store.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings.store)
    ctx.call_on_close(database.close)
    click.echo(f"schema version {bring(database)}")
