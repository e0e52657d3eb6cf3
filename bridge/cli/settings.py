"""`settings check` and `settings describe`."""

import click

from bridge.cli.context import as_json, settings_of
from bridge.cli.output import facts, json_line, rows


@click.group()
def settings() -> None:
    """Check the settings, or describe them all."""


@settings.command()
@as_json
@click.pass_context
def check(ctx: click.Context, json_: bool) -> None:
    """Load the settings as `serve` would, and say what is wrong with file, line and key."""
    found = settings_of(ctx)
    facts(
        {
            "well": True,
            "office": found.office.organ_id,
            "data": found.store.data,
            "smtp_in": found.smtp_in.listen,
            "imap_poll": [account.name for account in found.imap_poll.account],
            "axis": [axis.name for axis in found.axis],
            "smarthost": found.outbound.smarthost,
        },
        as_json=json_,
    )


@settings.command()
@as_json
@click.option("--markdown", is_flag=True, help="As the page of the documentation.")
def describe(json_: bool, markdown: bool) -> None:
    """Every key with its kind, default and meaning."""
    from bridge.settings.describe import described, page

    if markdown:
        click.echo(page(), nl=False)
        return
    if json_:
        for one in described():
            json_line(one)
        return
    rows(
        (
            {
                "key": f"{one.section}.{one.key}",
                "kind": one.kind,
                "default": one.default or "required",
                "what": one.explanation,
            }
            for one in described()
        ),
        ("key", "kind", "default", "what"),
        as_json=False,
        limit=10_000,
    )
