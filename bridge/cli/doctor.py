"""`doctor`: looks at what the service stands on, and says what to do."""

from datetime import UTC, datetime

import click

from bridge.cli.context import as_json, log_quietly
from bridge.cli.exits import NO, WELL
from bridge.cli.output import json_line

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command()
@as_json
@click.pass_context
def doctor(ctx: click.Context, json_: bool) -> int:
    """Look at settings, libraries, directories, ports, trust, sandbox, smarthost, mailboxes, DNS.

    Exit code 1 when there is a problem; warnings alone are 0.
    """
    from bridge.doctor.examination import examine

    log_quietly()
    worst = WELL
    for found in examine(ctx.find_root().obj, datetime.now(UTC)):
        if found.state == "problem":
            worst = NO
        if json_:
            json_line(found)
            continue
        click.echo(f"{_MARKS[found.state]} {found.check}: {found.says}")
        if found.do:
            click.echo(f"    -> {found.do}")
    return worst
