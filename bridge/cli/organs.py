"""`organs`: the organisations, their ids and names then and now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.context import Words, as_json, limited, operator, reason, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts, progress, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.registry import Organ


@click.group()
def organs() -> None:
    """The organisations and their ids."""


@organs.command(name="list")
@click.option("--find", "words", type=Words(), default="", help="Only those with these words; accents and case aside.")
@limited
@as_json
@click.pass_context
def list_(ctx: click.Context, words: str, limit: int | None, json_: bool) -> None:
    """All organs."""
    from bridge.registers.organs import readable, searched, shown

    found: Iterable[Organ] = store_of(ctx).registry.organs.snapshot()
    if words:
        found = searched(found, words)
    told = map(shown, found) if json_ else map(readable, found)
    rows(told, ("id", "name", "ids", "addresses", "successor"), as_json=json_, limit=limit, empty="no organs")


@organs.command()
@click.argument("id_", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, id_: str, json_: bool) -> None:
    """One organ, by our id or any id that it ever had."""
    from bridge.addressee import find
    from bridge.registers.organs import readable, shown

    found = find(id_, store_of(ctx).registry.organs.having((id_,)))
    if found is None:
        raise click.ClickException(f"there is no organ {id_!r}")
    facts(shown(found) if json_ else readable(found), as_json=json_)


@organs.command()
@click.option("--id", "id_", type=Words(), default="", help="Our own id, which never changes; without it the first.")
@click.option("--name", type=Words(), required=True, help="The present name, in full.")
@click.option(
    "--organ-id",
    "ids",
    type=Words(),
    multiple=True,
    required=True,
    help="Id on the axis; may be repeated: 'ID [2025-07-01..]'.",
)
@click.option("--abbreviation", "abbreviations", type=Words(), multiple=True, help="As in notations; may be repeated.")
@click.option("--address", "addresses", type=Words(), multiple=True, help="Mail address; may be repeated.")
@click.option("--domain", "domains", type=Words(), multiple=True, help="Of its mail; may be repeated.")
@click.option("--tax-code", type=Words(), default="", help="Where it has one.")
@click.option(
    "--former-name", "former_names", type=Words(), multiple=True, help="May be repeated: 'Name [..2025-06-30]'."
)
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
    tax_code: str,
    successor: str,
    reason: str,
    json_: bool,
    **several: tuple[str, ...],
) -> None:
    """Add an organ."""
    from bridge.registers.organs import organ, readable, shown
    from bridge.registers.values import UnfitValueError

    try:
        one = organ(id_, name, ids, tax_code=tax_code, successor=successor, **several)
        added = store_of(ctx).registry.organs.add(one, operator(), datetime.now(UTC), reason)
    except UnfitValueError as unfit:
        raise click.ClickException(str(unfit)) from unfit
    except ValueError as taken:
        raise click.ClickException(str(taken)) from taken
    facts(shown(added) if json_ else readable(added), as_json=json_)


@organs.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@reason
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, reason: str, json_: bool) -> None:
    """Add or replace the organs of FILE.csv by their ids, all of them or none.

    UTF-8 with a header; columns name and ids, and if wanted id, abbreviations, addresses, domains, tax_code,
    former_names, certificates, successor.  Several values of one cell are separated by "|".  Ids and former names may
    say when they held: H99.12 [2025-07-01..], Ty Tư pháp [..1995-12-31].
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


@organs.command()
@click.option("--axis", "axis_name", default="", help="Whose list; without it the first axis that is called by VXP.")
@click.option(
    "--approve", metavar="DIGEST", default="", help="Write the changes of that digest, if they are still these."
)
@reason
@as_json
@click.pass_context
def sync(ctx: click.Context, axis_name: str, approve: str, reason: str, json_: bool) -> int:
    """Compare the register with the axis' list; nothing is written before you approve what was shown.

    Exit code 1: there are differences, and they were not written.
    """
    from contextlib import closing

    from bridge.axis.opening import open_axis
    from bridge.registers.sync import differences, digest

    settings = settings_of(ctx)
    axes = {axis.name: axis for axis in settings.axis if axis.kind == "vxp"}
    axis = axes.get(axis_name) if axis_name else next(iter(axes.values()), None)
    if axis is None:
        raise click.ClickException(f"no axis {axis_name!r} that keeps a list; known are {', '.join(axes) or 'none'}")
    store = store_of(ctx)
    with closing(open_axis(axis)) as opened:
        changes = differences(opened.organs(), store.registry.organs.snapshot(), datetime.now(UTC).date())
    named = digest(changes)
    told = ({"change": one.kind, "id": one.id, "name": one.name, "what": one.what} for one in changes)
    rows(told, ("change", "id", "name", "what"), as_json=json_, limit=None, empty="the register is as the list")
    if approve and approve != named:
        raise click.ClickException(f"the differences are not those of {approve} any more; look again")
    after = [one.after for one in changes if one.after]
    if approve:
        why = f"{reason} (sync with {axis.name}, {named})".strip()
        added, replaced = store.registry.organs.put_all(after, operator(), datetime.now(UTC), why)
        facts({"digest": named, "added": added, "replaced": replaced}, as_json=json_)
        return WELL
    if after:
        facts({"digest": named, "changes": len(after)}, as_json=json_)
        if not json_:
            click.echo(f"to write them: docbridge organs sync --axis {axis.name} --approve {named}")
        return NO
    return WELL
