"""`correspondents`: those we exchange mail with, and what they are to the office."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import Words, as_json, limited, operator, reason, store_of
from bridge.cli.output import facts, progress, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.registry import Correspondent
    from store.store import Store

_CLASSES = click.Choice(["agency", "business", "individual"])
_COLUMNS = ("id", "class", "name", "organ_id", "tax_code", "addresses", "domains")


@click.group()
def correspondents() -> None:
    """Those we exchange mail with: organs, businesses, persons."""


def _of_one(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """The options that make a correspondent, besides class and name."""
    options = (
        click.option("--organ-id", type=Words(), help="Its id on the axis."),
        click.option("--tax-code", type=Words()),
        click.option("--address", "addresses", type=Words(), multiple=True, help="Mail address; may be repeated."),
        click.option("--domain", "domains", type=Words(), multiple=True, help="All addresses of it; may be repeated."),
        click.option("--certificate", "certificates", type=Words(), multiple=True, help="SHA-256 of a certificate."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@correspondents.command(name="list")
@limited
@as_json
@click.pass_context
def list_(ctx: click.Context, limit: int | None, json_: bool) -> None:
    """All correspondents."""
    found = store_of(ctx).registry.correspondents.snapshot()
    rows(map(_shown, found), _COLUMNS, as_json=json_, limit=limit, empty="no correspondents")


@correspondents.command()
@click.argument("id_", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, id_: str, json_: bool) -> None:
    """One correspondent, by id or by an address of his."""
    facts(_shown(_one(store_of(ctx), id_)), as_json=json_)


@correspondents.command()
@click.option("--id", "id_", type=Words(), default="", help="Without it the organ id, tax code or first address.")
@click.option("--class", "sender_class", type=_CLASSES, required=True, help="What his signatures must be.")
@click.option("--name", type=Words(), required=True, help="In full, as it stands on documents.")
@_of_one
@reason
@as_json
@click.pass_context
def add(
    ctx: click.Context,
    /,
    id_: str,
    sender_class: str,
    name: str,
    reason: str,
    json_: bool,
    **given: Any,  # noqa: ANN401  click's options
) -> None:
    """Add a correspondent."""
    from store.registry import Correspondent

    one = _checked(replace(Correspondent(id_, sender_class, name), **_said(given)))
    try:
        added = store_of(ctx).registry.correspondents.add(one, operator(), datetime.now(UTC), reason)
    except ValueError as taken:
        raise click.ClickException(str(taken)) from taken
    facts(_shown(added), as_json=json_)


@correspondents.command()
@click.argument("id_", metavar="ID")
@click.option("--class", "sender_class", type=_CLASSES)
@click.option("--name", type=Words())
@_of_one
@reason
@as_json
@click.pass_context
def edit(ctx: click.Context, /, id_: str, reason: str, json_: bool, **given: Any) -> None:  # noqa: ANN401  as above
    """Change what is given of a correspondent; the rest stays.  A list that is given replaces the old one."""
    store = store_of(ctx)
    one = _checked(replace(_one(store, id_), **_said(given)))
    store.registry.correspondents.edit(one, operator(), datetime.now(UTC), reason)
    facts(_shown(one), as_json=json_)


@correspondents.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@reason
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, reason: str, json_: bool) -> None:
    """Add or replace the correspondents of FILE.csv by their ids, all of them or none.

    UTF-8 with a header; columns class and name, and if wanted id, organ_id, tax_code, addresses, domains,
    certificates.  Several values of one cell are separated by "|".
    """
    from bridge.registers.correspondents import COLUMNS, NEEDED, of_sheet
    from bridge.registers.sheet import BadSheetError, read

    store = store_of(ctx)
    try:
        sheet = read(file, COLUMNS, NEEDED)
        found = tuple(progress(of_sheet(sheet), sheet.rows, "correspondents"))
    except BadSheetError as bad:
        raise click.ClickException(f"{file}: {bad}; nothing was imported") from bad
    added, replaced = store.registry.correspondents.put_all(found, operator(), datetime.now(UTC), reason)
    facts({"added": added, "replaced": replaced}, as_json=json_)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given; an absent one changes nothing, a list of one empty text empties it."""
    return {key: () if value == ("",) else value for key, value in given.items() if value is not None and value != ()}


def _checked(one: "Correspondent") -> "Correspondent":
    from bridge.registers.correspondents import checked
    from bridge.registers.values import UnfitValueError

    try:
        return checked(one)
    except UnfitValueError as unfit:
        raise click.ClickException(str(unfit)) from unfit


def _one(store: "Store", id_: str) -> "Correspondent":
    register = store.registry.correspondents
    found = register.get(id_)
    if found is None:
        wanted = id_.lower()
        found = next((one for one in register.snapshot() if wanted in map(str.lower, one.addresses)), None)
    if found is None:
        raise click.ClickException(f"there is no correspondent {id_!r}")
    return found


def _shown(one: "Correspondent") -> dict[str, Any]:
    return {
        "id": one.id,
        "class": one.sender_class,
        "name": one.name,
        "organ_id": one.organ_id,
        "tax_code": one.tax_code,
        "addresses": one.addresses,
        "domains": one.domains,
        "certificates": one.certificates,
    }
