"""`organs`: the organisations, their ids and names then and now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import Words, as_json, limited, operator, reason, store_of
from bridge.cli.output import facts, progress, rows

if TYPE_CHECKING:
    from store.registry import Organ


@click.group()
def organs() -> None:
    """The organisations and their ids."""


@organs.command(name="list")
@limited
@as_json
@click.pass_context
def list_(ctx: click.Context, limit: int | None, json_: bool) -> None:
    """All organs."""
    found = store_of(ctx).registry.organs.snapshot()
    shown = map(_shown, found) if json_ else map(_readable, found)
    rows(shown, ("id", "name", "ids", "addresses", "successor"), as_json=json_, limit=limit, empty="no organs")


@organs.command()
@click.argument("id_", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, id_: str, json_: bool) -> None:
    """One organ, by our id or any id that it ever had."""
    from bridge.addressee import find

    found = find(id_, store_of(ctx).registry.organs.snapshot())
    if found is None:
        raise click.ClickException(f"there is no organ {id_!r}")
    facts(_shown(found) if json_ else _readable(found), as_json=json_)


@organs.command()
@click.option("--id", "id_", type=Words(), default="", help="Our own id, which never changes; without it the first.")
@click.option("--name", type=Words(), required=True, help="The present name, in full.")
@click.option("--organ-id", "ids", type=Words(), multiple=True, required=True, help="Id on the axis; may be repeated.")
@click.option("--address", "addresses", type=Words(), multiple=True, help="Mail address; may be repeated.")
@click.option("--former-name", "former_names", type=Words(), multiple=True, help="May be repeated.")
@click.option("--certificate", "certificates", type=Words(), multiple=True, help="SHA-256 of a certificate.")
@click.option("--successor", type=Words(), default="", help="Id of the organ that took its place.")
@reason
@as_json
@click.pass_context
def add(
    ctx: click.Context,
    /,
    id_: str,
    name: str,
    ids: tuple[str, ...],
    successor: str,
    reason: str,
    json_: bool,
    **several: tuple[str, ...],
) -> None:
    """Add an organ."""
    from bridge.registers.organs import organ
    from bridge.registers.values import UnfitValueError

    try:
        one = organ(id_, name, ids, successor=successor, **several)
        added = store_of(ctx).registry.organs.add(one, operator(), datetime.now(UTC), reason)
    except UnfitValueError as unfit:
        raise click.ClickException(str(unfit)) from unfit
    except ValueError as taken:
        raise click.ClickException(str(taken)) from taken
    facts(_shown(added) if json_ else _readable(added), as_json=json_)


@organs.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@reason
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, reason: str, json_: bool) -> None:
    """Add or replace the organs of FILE.csv by their ids, all of them or none.

    UTF-8 with a header; columns name and ids, and if wanted id, addresses, former_names, certificates, successor.
    Several values of one cell are separated by "|".
    """
    from bridge.registers.organs import COLUMNS, NEEDED, of_sheet
    from bridge.registers.sheet import BadSheetError, read

    store = store_of(ctx)
    try:
        sheet = read(file, COLUMNS, NEEDED)
        found = tuple(progress(of_sheet(sheet), sheet.rows, "organs"))
    except BadSheetError as bad:
        raise click.ClickException(f"{file}: {bad}; nothing was imported") from bad
    added, replaced = store.registry.organs.put_all(found, operator(), datetime.now(UTC), reason)
    facts({"added": added, "replaced": replaced}, as_json=json_)


def _shown(organ: "Organ") -> dict[str, Any]:
    return {
        "id": organ.id,
        "name": organ.name,
        "former_names": organ.former_names,
        "ids": organ.ids,
        "addresses": organ.addresses,
        "certificates": organ.certificates,
        "successor": organ.successor,
    }


def _readable(organ: "Organ") -> dict[str, Any]:
    return {**_shown(organ), "ids": [known.value for known in organ.ids]}
