"""`routes`: where mails go, and which rule says so."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.addresses import MailAddress
from bridge.cli.context import Words, as_json, limited, operator, reason, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts, json_line, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.routing import Routes
    from store.registry import RoutingRule
    from store.store import Store

_COLUMNS = ("position", "id", "recipient", "sender", "subject", "axis", "organs", "sender_class", "comment")


@click.group()
def routes() -> None:
    """Where mails go, and which rule says so.  For each recipient the first rule that fits decides."""


def _of_a_rule(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """The options that make a rule."""
    options = (
        click.option("--recipient", type=Words(), help="An address, @domain, or a pattern with * and ?."),
        click.option("--sender", type=Words(), help="The same for the reverse path or From."),
        click.option("--subject", type=Words(), help="Words of the subject; accents and letter case aside."),
        click.option("--organ", "organs", type=Words(), multiple=True, help="Id of an organ; may be given again."),
        click.option("--axis", type=Words(), help="Name of the axis; without it the first of the settings."),
        click.option("--sender-class", type=click.Choice(["agency", "business", "individual", ""])),
        click.option("--position", type=float, help="Rules are asked in this order; without it behind all others."),
        click.option("--comment", type=Words(), help="For people."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@routes.command(name="list")
@limited
@as_json
@click.pass_context
def list_(ctx: click.Context, limit: int | None, json_: bool) -> None:
    """The rules in the order in which they are asked."""
    from bridge.registers.routes import shown

    found = store_of(ctx).registry.routes.snapshot()
    rows(map(shown, found), _COLUMNS, as_json=json_, limit=limit, empty="no rules")


@routes.command()
@click.option("--id", "id_", type=Words(), default="", help="How the rule is called; without it r1, r2...")
@_of_a_rule
@reason
@as_json
@click.pass_context
def add(ctx: click.Context, /, id_: str, reason: str, json_: bool, **given: Any) -> None:  # noqa: ANN401  click's options
    """Add a rule."""
    from bridge.registers.routes import fresh_id
    from store.registry import RoutingRule

    store = store_of(ctx)
    rule = RoutingRule(id_ or fresh_id(store.registry.routes.snapshot()))
    rule = _checked(ctx, store, replace(rule, **_said(given)))
    try:
        added = store.registry.routes.add(rule, operator(), datetime.now(UTC), reason)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    _show(added, json_=json_)


@routes.command()
@click.argument("id_", metavar="ID")
@_of_a_rule
@reason
@as_json
@click.pass_context
def edit(ctx: click.Context, /, id_: str, reason: str, json_: bool, **given: Any) -> None:  # noqa: ANN401  as above
    """Change what is given of a rule; the rest stays.  An empty text takes a pattern away."""
    store = store_of(ctx)
    rule = _checked(ctx, store, replace(_rule(store, id_), **_said(given)))
    store.registry.routes.edit(rule, operator(), datetime.now(UTC), reason)
    _show(rule, json_=json_)


@routes.command()
@click.argument("id_", metavar="ID")
@reason
@click.pass_context
def remove(ctx: click.Context, id_: str, reason: str) -> None:
    """Remove a rule."""
    store = store_of(ctx)
    store.registry.routes.remove(_rule(store, id_).id, operator(), datetime.now(UTC), reason)
    click.echo(f"{id_} removed")


@routes.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mail-from", type=MailAddress(), default="", help="The reverse path; without it the empty one.")
@click.option("--rcpt-to", type=MailAddress(), multiple=True, help="A recipient; without any, those in To and Cc.")
@as_json
@click.pass_context
def test(ctx: click.Context, file: Path, mail_from: str, rcpt_to: tuple[str, ...], json_: bool) -> int:
    """Say where FILE.eml would go, and which rule says so.  Exit code 1 when nowhere."""
    from bridge.jobs import JOBS
    from bridge.parties import of_rules, told_of
    from bridge.route_question import RouteQuestion, RoutesFound
    from bridge.sandbox.outcome import Answered
    from bridge.sandbox.pool import Pool
    from bridge.wiring import snapshot_of
    from store.mail import FileOrigin, ForwardPath

    settings, store = settings_of(ctx), store_of(ctx)
    pool = Pool(replace(settings.sandbox, children=1), JOBS)
    ctx.call_on_close(pool.close)
    origin = FileOrigin("mail.eml", mail_from, tuple(map(ForwardPath, rcpt_to)))
    today = datetime.now(settings.zone).date()
    snapshot = snapshot_of(settings, store)
    snapshot = told_of(snapshot, store.registry, of_rules(snapshot.routes))
    answer = pool.run("route", RouteQuestion(origin, snapshot, today), [file], RoutesFound)
    if not isinstance(answer, Answered):
        raise click.ClickException(f"{file}: reading it ran into the wall {answer.wall}")
    shown = [line for one in answer.value.recipients for line in _answers(one)]
    columns = ("recipient", "rule", "axis", "organs", "says")
    if json_:
        for line in shown:
            json_line(line)
    else:
        readable = [{**line, "organs": [f"{o['id']} {o['name']}".strip() for o in line["organs"]]} for line in shown]
        rows(readable, columns, as_json=False, limit=len(shown) or None, empty="the mail names no recipient")
    return WELL if any(line["organs"] for line in shown) else NO


@routes.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_context
def export(ctx: click.Context, file: Path | None) -> None:
    """Write every rule as a JSON line, to FILE or standard output; `routes import` reads them."""
    import json

    from bridge.registers.routes import shown

    found = store_of(ctx).registry.routes.snapshot()
    if file is None:
        for rule in found:
            json_line(shown(rule))
        return
    text = "".join(json.dumps(shown(rule), ensure_ascii=False) + "\n" for rule in found)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    click.echo(f"{len(found)} rules written to {file}")


@routes.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@reason
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, reason: str, json_: bool) -> None:
    """Add or replace the rules of FILE by their ids, all of them or none."""
    from bridge.registers.routes import of_lines
    from bridge.registers.sheet import BadSheetError

    store = store_of(ctx)
    try:
        found = of_lines(file, [axis.name for axis in settings_of(ctx).axes])
    except BadSheetError as bad:
        raise click.ClickException(f"{file}: {bad}") from bad
    added, replaced = store.registry.routes.put_all(found, operator(), datetime.now(UTC), reason)
    facts({"added": added, "replaced": replaced}, as_json=json_)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given; an absent one changes nothing."""
    return {key: value for key, value in given.items() if value is not None and value != ()}


def _checked(ctx: click.Context, store: "Store", rule: "RoutingRule") -> "RoutingRule":
    from bridge.addressee import find
    from bridge.registers.routes import checked
    from bridge.registers.values import UnfitValueError

    try:
        found = checked(rule, [axis.name for axis in settings_of(ctx).axes])
    except UnfitValueError as unfit:
        raise click.ClickException(str(unfit)) from unfit
    organs = store.registry.organs.snapshot()
    for name in found.organs:
        if find(name, organs) is None:
            click.echo(f"docbridge: no organ {name} in the register; the packet will bear it as written", err=True)
    return found


def _rule(store: "Store", id_: str) -> "RoutingRule":
    found = store.registry.routes.get(id_)
    if found is None:
        raise click.ClickException(f"there is no rule {id_!r}")
    return found


def _show(rule: "RoutingRule", *, json_: bool) -> None:
    from bridge.registers.routes import shown

    facts(shown(rule), as_json=json_)


def _answers(found: "Routes") -> "list[dict[str, Any]]":
    from bridge.catalogue import CATALOGUE

    recipient = found.recipients[0]
    if not found.destinations:
        says = " ".join(CATALOGUE[seen.code].says for seen in found.observations)
        return [{"recipient": recipient, "rule": "", "axis": "", "organs": [], "sender_class": "", "says": says}]
    return [
        {
            "recipient": recipient,
            "rule": ", ".join(to.rules),
            "axis": to.axis,
            "organs": [{"id": one.organ_id, "name": one.name, "instead_of": one.instead_of} for one in to.organs],
            "sender_class": found.sender_class,
            "says": "",
        }
        for to in found.destinations
    ]
