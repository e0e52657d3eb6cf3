"""`imap`: runs the IMAP door alone; `imap backfill` takes in what lies in its mailboxes from long ago."""

from datetime import datetime

import click

from bridge.cli.context import Moment, as_json, settings_of, store_of
from bridge.cli.exits import NO
from bridge.cli.serve import run_parts


@click.group(invoke_without_command=True)
@click.pass_context
def imap(ctx: click.Context) -> int:
    """Run the IMAP door alone."""
    return 0 if ctx.invoked_subcommand else run_parts(ctx, ("imap",))


@imap.command()
@click.argument("account")
@click.option("--mailbox", "names", multiple=True, help="Which; else those of the account's settings.")
@click.option("--since", type=Moment(), required=True, help="What came into the mailbox at this moment or later.")
@click.option("--until", type=Moment(), required=True, help="And before this one.")
@click.option("--dry-run", is_flag=True, help="Count only: nothing is fetched, kept or marked.")
@as_json
@click.pass_context
def backfill(
    ctx: click.Context,
    account: str,
    names: tuple[str, ...],
    since: datetime,
    until: datetime,
    dry_run: bool,
    json_: bool,
) -> int:
    """Take in the mail of a range of dates; what is on disk already is not fetched again.

    Exit code 1: some of it could not be read or marked, or is too large.
    """
    from rich.console import Console
    from rich.progress import Progress

    from bridge.cli.output import rows
    from imap_poll.backfill import backfill as fill
    from imap_poll.port import StorePort

    settings, store = settings_of(ctx), store_of(ctx)
    found = next((one for one in settings.imap_poll.account if one.name == account), None)
    if found is None:
        raise click.ClickException(f"there is no [[imap_poll.account]] named {account!r}")
    if since >= until:
        raise click.ClickException("--since must be before --until")
    store.intake.start()
    marks = store.bookmarks
    into = StorePort(store.incoming, store.intake.submit, store.mails.uids, marks.get, marks.put)
    told = []
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        for name in names or found.mailboxes:
            task = bar.add_task(name)
            told.append(
                fill(
                    found,
                    name,
                    since,
                    until,
                    into,
                    dry_run=dry_run,
                    progress=lambda done, of, task=task: bar.update(task, completed=done, total=of),  # type: ignore[misc]
                )
            )
    columns = ("mailbox", "found", "there", "taken", "octets", "left", "open", "trouble")
    lines = [{**{key: getattr(one, key) for key in columns}, "dry_run": dry_run} for one in told]
    rows(lines, columns, as_json=json_, limit=None)
    return NO if any(one.left or one.open for one in told) else 0
