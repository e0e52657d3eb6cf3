"""`ingest`: takes mails in from files.  They are on disk when their ids are printed; the service judges them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.addresses import MailAddress
from bridge.cli.context import as_json, settings_of, store_of
from bridge.cli.exits import USAGE, WELL
from bridge.cli.output import Verbatim, json_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.arrival import Kept
    from store.mail import Origin
    from store.store import Store

_CHUNK = 1 << 20


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--mail-from", type=MailAddress(), default="", help="The reverse path; without it the empty one.")
@click.option("--rcpt-to", type=MailAddress(), multiple=True, help="A recipient; without any, those in To and Cc.")
@as_json
@click.pass_context
def ingest(ctx: click.Context, files: tuple[Path, ...], mail_from: str, rcpt_to: tuple[str, ...], json_: bool) -> int:
    """Take each FILE in as a mail, as if it had come by SMTP, and print its id.

    A mail that was taken in before (the same octets, sender and recipients) keeps its id.
    """
    from store.mail import FileOrigin, ForwardPath

    settings, store = settings_of(ctx), store_of(ctx)
    code = WELL
    for file in files:
        origin = FileOrigin(_name(file), mail_from, tuple(map(ForwardPath, rcpt_to)))
        try:
            kept = keep(store, file, origin, settings.smtp_in.max_size)
        except UnfitFileError as unfit:
            code = USAGE
            if json_:
                json_line({"file": Verbatim(str(file)), "error": str(unfit)})
            else:
                click.echo(f"docbridge: {printable(str(file))}: {unfit}", err=True)
            continue
        if json_:
            json_line({"file": Verbatim(str(file)), "id": kept.mail_id, "again": kept.again})
        else:
            click.echo(kept.mail_id)
    return code


class UnfitFileError(Exception):
    """The file cannot be taken in; the text says why, to the operator."""


def keep(store: "Store", file: Path, origin: "Origin", largest: int) -> "Kept":
    """Takes the file's octets in.

    Raises:
        UnfitFileError: it cannot be read, is empty or too large; nothing was kept.
        Unavailable: disk or database refuse; nothing was kept.
    """
    with store.incoming() as incoming:
        try:
            reader = file.open("rb")
        except OSError as error:
            raise UnfitFileError(error.strerror or "cannot be read") from error
        with reader:
            while chunk := _read(reader.read, largest - incoming.size):
                incoming.write(chunk)
        if not incoming.size:
            raise UnfitFileError("is empty")
        return store.intake.keep(incoming, origin, datetime.now(UTC))


def _read(read: "Callable[[int], bytes]", left: int) -> bytes:
    try:
        chunk = read(_CHUNK)
    except OSError as error:
        raise UnfitFileError(error.strerror or "cannot be read") from error
    if len(chunk) > left:
        raise UnfitFileError("is larger than [smtp_in] max_size allows")
    return chunk


def _name(file: Path) -> str:
    """The base name; octets in it that are no UTF-8 are shown, not kept."""
    return file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
