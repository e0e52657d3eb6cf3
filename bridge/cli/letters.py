"""`letters`: sends a document out by mail, as if the province had put its packet into the axis."""

from dataclasses import replace
from pathlib import Path

import click

from bridge.cli.context import as_json, settings_of, store_of
from bridge.cli.ingest import UnfitFileError, keep
from bridge.cli.output import Verbatim, json_line

_LARGEST = 300 << 20  # octets of a packet where the settings name no axis


@click.group()
def letters() -> None:
    """Send a document out by mail."""


@letters.command()
@click.argument("packet", metavar="ENVELOPE.edxml", type=click.Path(path_type=Path))
@as_json
@click.pass_context
def send(ctx: click.Context, packet: Path, json_: bool) -> None:
    """Take the packet in; the service makes a letter of it for each receiver.  Prints the id of the mail.

    The same packet under the same name is sent once.
    """
    from bridge.axis.settings import BY_HAND
    from bridge.jobs import JOBS
    from bridge.sandbox.outcome import Answered
    from bridge.sandbox.pool import Pool
    from store.mail import AxisOrigin

    settings, store = settings_of(ctx), store_of(ctx)
    if not packet.is_file():
        raise click.ClickException(f"{packet}: no such file")
    pool = Pool(replace(settings.sandbox, children=1), JOBS)
    ctx.call_on_close(pool.close)
    answer = pool.run("recognise", BY_HAND, [packet], str)
    if not isinstance(answer, Answered):
        raise click.ClickException(f"{packet}: reading it ran into the wall {answer.wall}")
    if answer.value:
        raise click.ClickException(f"{packet}: {answer.value}")
    name = packet.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    largest = max((axis.largest_packet for axis in settings.axis), default=_LARGEST)
    try:
        kept = keep(store, packet, AxisOrigin(BY_HAND, name), largest)
    except UnfitFileError as unfit:
        raise click.ClickException(f"{packet}: {unfit}") from unfit
    if json_:
        json_line({"file": Verbatim(str(packet)), "id": kept.mail_id, "again": kept.again})
        return
    click.echo(kept.mail_id)
    if kept.again:
        click.echo("docbridge: this packet was sent before; it is not sent again", err=True)
