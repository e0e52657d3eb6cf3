"""`audit` counts that nothing was lost, doubled or changed; `journal` shows and verifies who did what."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bridge.cli.context import as_json, between, limited, store_of, whole_id
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts, json_line, rows

if TYPE_CHECKING:
    from bridge.shown import Shown
    from store.journal import JournalRow


@click.command()
@click.option("--deep", is_flag=True, help="Hash every octet, too.")
@as_json
@click.pass_context
def audit(ctx: click.Context, deep: bool, json_: bool) -> int:
    """Count everything.  Exit code 1 when something does not add up, with each difference listed."""
    from store.audit import audit as count

    store = store_of(ctx)
    result = count(store.db, store.blobs, datetime.now(UTC), deep=deep)
    shown: Shown = {
        "clean": result.clean,
        "taken_in": result.taken_in,
        "states": {str(state): many for state, many in sorted(result.states.items())},
        "deliveries": dict(sorted(result.deliveries.items())),
        "contents": result.contents,
        "deep": deep,
        "differences": result.differences,
    }
    if json_:
        json_line(shown)
    else:
        told = [f"{one.kind}: {one.about or 'the whole'} {one.detail}".rstrip() for one in result.differences]
        facts({**shown, "clean": "yes" if result.clean else "no", "differences": told}, as_json=False)
    return WELL if result.clean else NO


@click.group()
def journal() -> None:
    """Who did what to which mail, when."""


@journal.command()
@as_json
@click.pass_context
def verify(ctx: click.Context, json_: bool) -> int:
    """Recompute the chain.  Exit code 1 when a row is not what was written."""
    wrong = store_of(ctx).journal.verify()
    if json_:
        json_line({"whole": wrong is None, "first_wrong": wrong})
    else:
        click.echo("the chain is whole" if wrong is None else f"row {wrong} is not what was written")
    return WELL if wrong is None else NO


@journal.command(name="list")
@click.option("--mail", default="", help="Only what was done to this mail.")
@between
@limited
@as_json
@click.pass_context
def list_(
    ctx: click.Context, mail: str, since: datetime | None, until: datetime | None, limit: int | None, json_: bool
) -> None:
    """The rows in the order of their writing."""
    store = store_of(ctx)
    found = store.journal.list(whole_id(store, "mail", mail) if mail else "", since, until)
    columns = ("seq", "at", "actor", "verb", "mail_id", "delivery_id", "detail")
    rows(map(_row, found), columns, as_json=json_, limit=limit, empty="nothing is written")


def _row(row: "JournalRow") -> "Shown":
    entry = row.entry
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": entry.actor,
        "verb": entry.verb,
        "mail_id": entry.mail_id,
        "delivery_id": entry.delivery_id,
        "detail": entry.detail,
        "hash": row.hash,
    }
