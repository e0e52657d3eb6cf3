"""`letters`: sends documents out by mail as if the province had put their packets into the axis, and asks senders."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.addresses import MailAddress
from bridge.cli.context import Words, as_json, mail_of, operator, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.ingest import UnfitFileError, keep
from bridge.cli.output import Verbatim, json_line

if TYPE_CHECKING:
    from bridge.settings import Settings
    from store.mail import AxisOrigin
    from store.store import Store

_LARGEST = 300 << 20  # octets of a packet where the settings name no axis


@click.group()
def letters() -> None:
    """Send a document out by mail, or ask the sender of one."""


@letters.command()
@click.argument("packet", metavar="[ENVELOPE.edxml]", required=False, type=click.Path(path_type=Path))
@click.option("--to", "addresses", multiple=True, type=MailAddress(), help="A recipient, in place of a packet.")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file for them; the first is the main one.",
)
@click.option(
    "--set", "entries", multiple=True, metavar="KEY=VALUE", type=Words(), help="A field of it, such as Subject=…"
)
@as_json
@click.pass_context
def send(
    ctx: click.Context,
    packet: Path | None,
    addresses: tuple[str, ...],
    files: tuple[Path, ...],
    entries: tuple[str, ...],
    json_: bool,
) -> int:
    """Take the packet in, or make one of files; the service makes a letter for each receiver.  Prints the mail's id.

    The same packet under the same name is sent once.
    """
    from bridge.axis.settings import BY_HAND
    from store.mail import AxisOrigin, ForwardPath

    settings, store = settings_of(ctx), store_of(ctx)
    if packet is not None and not (addresses or files or entries):
        name = packet.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return _take_in(ctx, settings, store, packet, AxisOrigin(BY_HAND, name), json_=json_)
    if packet is not None or not addresses or not files:
        raise click.UsageError("give a packet, or --to and --file")
    for file in files:
        if not file.is_file():
            raise click.ClickException(f"{file}: no such file")
    with tempfile.TemporaryDirectory() as folder:
        made, name = _made(Path(folder), files, addresses, entries, settings)
        origin = AxisOrigin(BY_HAND, name, rcpt_to=tuple(map(ForwardPath, addresses)))
        return _take_in(ctx, settings, store, made, origin, files, json_=json_)


def _made(
    folder: Path, files: tuple[Path, ...], addresses: tuple[str, ...], entries: tuple[str, ...], settings: "Settings"
) -> tuple[Path, str]:
    """The packet of those files, written; and the name it is kept under."""
    from bridge.by_hand import NAME, hand_packet
    from bridge.cli.mails_decide import pairs
    from bridge.edxml.write import write
    from bridge.fields.clerk import BadField
    from store.ids import new_id

    id_ = new_id()
    try:
        packet = hand_packet(files, addresses, pairs(entries), settings.office, id_, datetime.now(UTC))
    except BadField as bad:
        raise click.BadParameter(f"{bad.key}: {bad.reason}", param_hint="--set") from bad
    made = folder / f"{NAME}{id_}.edxml"
    with made.open("wb") as out:
        write(packet, out)
    return made, made.name


def _take_in(
    ctx: click.Context,
    settings: "Settings",
    store: "Store",
    packet: Path,
    origin: "AxisOrigin",
    files: tuple[Path, ...] = (),
    *,
    json_: bool,
) -> int:
    """Keeps the packet, or says why not; `files` are what it was made of."""
    from bridge.axis.settings import BY_HAND
    from bridge.jobs import JOBS
    from bridge.outgoing import NOT_BY_MAIL
    from bridge.sandbox.outcome import Answered
    from bridge.sandbox.pool import Pool

    shown = ", ".join(map(str, files)) or str(packet)
    if not packet.is_file():
        raise click.ClickException(f"{shown}: no such file")
    pool = Pool(replace(settings.sandbox, children=1), JOBS)
    ctx.call_on_close(pool.close)
    answer = pool.run("recognise", BY_HAND, [packet], str)
    if not isinstance(answer, Answered):
        raise click.ClickException(f"{shown}: reading it ran into the wall {answer.wall}")
    if answer.value == NOT_BY_MAIL:
        _tell_officer(settings, store, packet)
    if answer.value:
        raise click.ClickException(f"{shown}: {answer.value}")
    largest = max((axis.largest_packet for axis in settings.axis), default=_LARGEST)
    try:
        kept = keep(store, packet, origin, largest)
    except UnfitFileError as unfit:
        raise click.ClickException(f"{shown}: {unfit}") from unfit
    if json_:
        json_line({"file": Verbatim(shown), "id": kept.mail_id, "again": kept.again})
        return WELL
    click.echo(kept.mail_id)
    if kept.again:
        click.echo("docbridge: this packet was sent before; it is not sent again", err=True)
    return WELL


def _tell_officer(settings: "Settings", store: "Store", packet: Path) -> None:
    """That somebody tried to send what bears a mark of state secrecy: to the named officer, by an id only."""
    from bridge.refused_by_hand import tell_officer
    from bridge.wiring import secret_of

    tell_officer(settings, store, secret_of(settings.store.data), packet.read_bytes(), operator(), datetime.now(UTC))


@letters.command()
@click.argument("mail_id", metavar="MAIL")
@click.option("--question", required=True, help="What the sender is asked, in Vietnamese; several lines are fine.")
@as_json
@click.pass_context
def ask(ctx: click.Context, mail_id: str, question: str, json_: bool) -> int:
    """Ask the sender of a mail; his answer goes on with its case.  Prints the id of the delivery."""
    from bridge.asking import NotAskedError, ask_sender
    from bridge.wiring import secret_of

    settings, store = settings_of(ctx), store_of(ctx)
    mail = mail_of(store, mail_id)
    secret = secret_of(settings.store.data)
    try:
        asked = ask_sender(settings, store, secret, mail, question, operator(), datetime.now(UTC))
    except NotAskedError as why:
        click.echo(f"docbridge: {why}", err=True)
        return NO
    if json_:
        json_line({"mail": mail.id, "delivery": asked})
    else:
        click.echo(asked)
    return WELL
