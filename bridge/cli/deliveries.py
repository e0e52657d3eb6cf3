"""`deliveries`: what goes out, recipient by recipient."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import as_json, between, limited, operator, reason, store_of, whole_id
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts, json_line, rows, shown_time
from store.delivery import DELIVERY_WORDS

if TYPE_CHECKING:
    from store.delivery import Delivery
    from store.store import Store

_STATES = {word: state for state, word in DELIVERY_WORDS.items()}


@click.group()
def deliveries() -> None:
    """What goes out, recipient by recipient.  An ID may be given by a beginning that only one delivery has."""


@deliveries.command(name="list")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only those in this state.")
@click.option("--kind", type=click.Choice(["envelope", "letter"]), help="To an axis, or by mail.")
@click.option("--mail", default="", help="Only those that follow from this mail.")
@between
@limited
@as_json
@click.pass_context
def list_(
    ctx: click.Context,
    state: str | None,
    kind: str | None,
    mail: str,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    json_: bool,
) -> None:
    """Deliveries."""
    from bridge.delivery_shown import row_shown

    store = store_of(ctx)
    wanted = _STATES[state] if state else None
    mail_id = whole_id(store, "mail", mail) if mail else ""
    found = (
        delivery
        for delivery in store.deliveries.list(wanted, kind=kind or "", mail_id=mail_id)
        if (since is None or delivery.born >= since) and (until is None or delivery.born < until)
    )
    columns = ("id", "born_at", "state", "kind", "recipient", "mail_id", "due_at")
    rows(map(row_shown, found), columns, as_json=json_, limit=limit, empty="no deliveries")


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, delivery_id: str, json_: bool) -> None:
    """One delivery with every attempt and event."""
    from bridge.delivery_shown import delivery_shown

    store = store_of(ctx)
    shown = delivery_shown(store, _delivery(store, delivery_id))
    if json_:
        json_line(shown)
    else:
        facts(_readable(shown), as_json=False)


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@reason
@click.pass_context
def retry(ctx: click.Context, delivery_id: str, reason: str) -> int:
    """Queue it anew: what failed or was cancelled; what is queued becomes due at once."""
    from store.deliveries import NotNowError

    store = store_of(ctx)
    delivery = _delivery(store, delivery_id)
    try:
        store.deliveries.retry(delivery.id, datetime.now(UTC), operator(), reason)
    except NotNowError:
        return _too_late(store, delivery, "tried anew")
    click.echo(f"{delivery.id} queued")
    return WELL


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@reason
@click.pass_context
def cancel(ctx: click.Context, delivery_id: str, reason: str) -> int:
    """Stop it before it is done."""
    from store.deliveries import NotNowError

    store = store_of(ctx)
    delivery = _delivery(store, delivery_id)
    try:
        store.deliveries.cancel(delivery.id, reason, datetime.now(UTC), operator())
    except NotNowError:
        return _too_late(store, delivery, "cancelled")
    click.echo(f"{delivery.id} cancelled")
    return WELL


def _delivery(store: "Store", given: str) -> "Delivery":
    found = store.deliveries.get(whole_id(store, "delivery", given))
    assert found is not None, "its id was found a moment ago, and deliveries are never removed"
    return found


def _too_late(store: "Store", delivery: "Delivery", doing: str) -> int:
    now = store.deliveries.get(delivery.id) or delivery
    word = DELIVERY_WORDS[type(now.state)]
    why = "is being tried just now" if word == "queued" else f"is {word}"
    click.echo(f"docbridge: the delivery {why} and cannot be {doing}", err=True)
    return NO


def _readable(shown: dict[str, Any]) -> dict[str, Any]:
    lines = dict(shown)
    if shown["reply"]:
        lines["reply"] = _said(shown["reply"])
    lines["attempts"] = [
        f"{one['number']}  {shown_time(one['at'])}  {one['word']}: {_said(one['reply'])}" for one in shown["attempts"]
    ]
    lines["events"] = [
        f"{one['number']}  {shown_time(one['at'])}  {one['kind']}  "
        + ", ".join(f"{key}={value}" for key, value in one["detail"].items())
        for one in shown["events"]
    ]
    return lines


def _said(reply: dict[str, Any]) -> str:
    own = f"  (for us: {reply['cause']})" if reply["cause"] not in ("", "-") else ""
    return f"{reply['code']} {reply['enhanced']} {reply['text']}{own}"
