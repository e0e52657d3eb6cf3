"""`envelopes`: the edXML packets that were made."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bridge.cli.context import Words, as_json, between, limited, operator, reason, store_of, whole_id
from bridge.cli.output import facts, rows

if TYPE_CHECKING:
    from store.papers import KeptEnvelope
    from store.store import Store


@click.group()
def envelopes() -> None:
    """The edXML packets that were made.  An ID may be given by a beginning that only one envelope has."""


@envelopes.command(name="list")
@click.option("--mail", default="", help="Only those of this mail.")
@click.option("--kind", type=click.Choice(["document", "status"]), help="Documents, or what became of letters.")
@between
@limited
@as_json
@click.pass_context
def list_(
    ctx: click.Context,
    mail: str,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    json_: bool,
) -> None:
    """Envelopes."""
    from bridge.delivery_shown import envelope_shown

    store = store_of(ctx)
    found = (
        envelope
        for envelope in store.envelopes.list(whole_id(store, "mail", mail) if mail else "")
        if (kind is None or envelope.kind == kind)
        and (since is None or envelope.made_at >= since)
        and (until is None or envelope.made_at < until)
    )
    columns = ("id", "made_at", "kind", "axis", "receivers", "size", "mail_id")
    rows(map(envelope_shown, found), columns, as_json=json_, limit=limit, empty="no envelopes")


@envelopes.command()
@click.argument("envelope_id", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, envelope_id: str, json_: bool) -> None:
    """One envelope, its deliveries, and how far each receiver has come with it."""
    from bridge.delivery_shown import envelope_shown, handling_shown

    store = store_of(ctx)
    found = _envelope(store, envelope_id)
    on_the_way = [delivery.id for delivery in store.deliveries.list(content_id=found.id)]
    handling = handling_shown(store, found) if found.kind == "document" else []
    facts({**envelope_shown(found), "deliveries": on_the_way, "handling": handling}, as_json=json_)


@envelopes.command()
@click.argument("envelope_id", metavar="ID")
@click.option("--organ", "only", type=Words(), multiple=True, help="Only this receiver; may be repeated.")
@reason
@as_json
@click.pass_context
def recall(ctx: click.Context, envelope_id: str, only: tuple[str, ...], reason: str, json_: bool) -> None:
    """Ask the receivers to give the document back (status 13), or stop it where it has not left.

    What they answer (15 agreed, 16 refused) is seen by `envelopes show`.
    """
    from bridge.asking_back import NotToAskError, ask_back

    store = store_of(ctx)
    found = _envelope(store, envelope_id)
    try:
        asked = ask_back(store, found, only, reason, operator(), datetime.now(UTC))
    except NotToAskError as why:
        raise click.ClickException(str(why)) from why
    facts({"id": found.id, "stopped": asked.stopped, "asked": asked.receivers}, as_json=json_)


@envelopes.command()
@click.argument("envelope_id", metavar="ID")
@click.pass_context
def xml(ctx: click.Context, envelope_id: str) -> None:
    """The exact octets of the packet, to standard output."""
    store = store_of(ctx)
    sys.stdout.buffer.write(store.envelopes.content(_envelope(store, envelope_id).id))
    sys.stdout.buffer.flush()


def _envelope(store: "Store", given: str) -> "KeptEnvelope":
    found = store.envelopes.get(whole_id(store, "envelope", given))
    assert found is not None, "its id was found a moment ago, and envelopes are never removed"
    return found
