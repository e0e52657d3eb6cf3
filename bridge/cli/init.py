"""`init`: the files that a new bridge begins with.  Refuses to overwrite any."""

from pathlib import Path

import click

from bridge.cli.exits import USAGE

TEMPLATE = """\
# docbridge: settings of one bridge.  `docbridge settings describe` tells every key; `docbridge doctor` checks them.

[office]
organ_id = "H99.12"                        # the office's id on the axis
name = "Văn phòng Ủy ban nhân dân tỉnh Mẫu"
time_zone = "Asia/Ho_Chi_Minh"
addresses = ["vanthu@mau.example"]         # the bridge's own doors

[store]
data = "./var"                             # SQLite and files below it
# database = "postgresql+psycopg://docbridge@/docbridge"   # instead; the password belongs in ~/.pgpass
same_mail_window = "7 d"

[smtp_in]
listen = ["127.0.0.1:2525"]                # behind the office's mail server; see docs/operations.md
hostname = "docbridge.mau.example"
max_size = "50 MB"

# [[imap_poll.account]]
# name = "vanthu"
# host = "imap.mau.example"
# user = "vanthu@mau.example"
# password_file = "./secrets/vanthu"
# addresses = ["vanthu@mau.example"]
# after = "move:Processed"                 # or "flag" or "keep"

[outbound]
smarthost = "127.0.0.1:25"
sender = "vanthu@mau.example"
return_path = "bounce+{token}@mau.example"
reply_to = "reply+{token}@mau.example"

[[axis]]
name = "tinh"
kind = "folder"
directory = "./var/axis"
organ_id_of_others = ""                    # the id the province allotted to senders without one; empty = held

[trust]
directory = "./trust"

[policy]
refuse_automatically = [
    "recipient.unknown", "size.exceeded", "format.executable",
    "signature.missing:agency", "signature.unsound:agency",
]

[web]
listen = "127.0.0.1:8080"
"""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.pass_context
def init(ctx: click.Context, directory: Path) -> int:
    """Write a commented docbridge.toml, trust/ and var/ with its schema into DIRECTORY."""
    from bridge.settings import load
    from store.connection import migrate, open_database

    del ctx
    file = directory / "docbridge.toml"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(TEMPLATE)
        for folder in ("government", "public", "intermediates", "crls"):
            (directory / "trust" / folder).mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        click.echo(f"docbridge: {file} is there already; nothing was written", err=True)
        return USAGE
    except OSError as error:
        click.echo(f"docbridge: {error.filename}: {error.strerror}", err=True)
        return USAGE
    settings = load(file, {})
    # Mail is for the service alone to read.
    settings.store.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings.store)
    try:
        migrate(database)
    finally:
        database.close()
    click.echo(f"{file} written, schema made in {directory / 'var'}")
    click.echo("Next: edit it; then `docbridge trust add`, `docbridge routes add`, `docbridge doctor`.")
    return 0
