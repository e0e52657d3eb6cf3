"""`mails`: what came in, and what became of it.  The reading verbs; those that decide are in `mails_decide`."""

from datetime import datetime
from typing import Any

import click

from bridge.cli.context import as_json, between, limited, mail_of, store_of
from bridge.cli.mails_decide import complete, reject, release, replay
from bridge.cli.mails_secrecy import clear, raw
from bridge.cli.output import facts, json_line, rows, shown_time
from bridge.cli.report import report
from store.mail import MailState


@click.group()
def mails() -> None:
    """What came in, and what became of it.  An ID may be given by a beginning that only one mail has."""


for _verb in (raw, release, reject, complete, replay, clear, report):
    mails.add_command(_verb)


@mails.command(name="list")
@click.option("--state", type=click.Choice([state.value for state in MailState]), help="Only those in this state.")
@between
@limited
@as_json
@click.pass_context
def list_(
    ctx: click.Context,
    state: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    json_: bool,
) -> None:
    """Mails, newest first."""
    from bridge.mail_shown import row_shown

    found = store_of(ctx).mails.list(MailState(state) if state else None, since, until)
    columns = ("id", "received_at", "state", "classification", "size", "mail_from", "message_id")
    rows(map(row_shown, found), columns, as_json=json_, limit=limit, empty="no mails")


@mails.command()
@click.argument("mail_id", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, mail_id: str, json_: bool) -> None:
    """One mail: where it came from, what was found, its documents, and what followed."""
    from bridge.mail_shown import mail_shown

    store = store_of(ctx)
    shown = mail_shown(store, mail_of(store, mail_id))
    if json_:
        json_line(shown)
        return
    facts(_readable(shown), as_json=False)


@mails.command()
@click.argument("mail_id", metavar="ID")
@as_json
@click.pass_context
def explain(ctx: click.Context, mail_id: str, json_: bool) -> None:
    """Every rule, input and decision in order."""
    from bridge.mail_shown import explained

    store = store_of(ctx)
    steps = explained(store, mail_of(store, mail_id))
    columns = ("at", "judgement", "actor", "stage", "rule", "given", "decided")
    rows(steps, columns, as_json=json_, limit=None if json_ else 10_000)


def _readable(shown: dict[str, Any]) -> dict[str, Any]:
    """The same for people: what is long in JSON becomes one line each."""
    lines = dict(shown)
    lines["origin"] = shown["origin"].kind
    lines["findings"] = [f"[{one['severity']}] {one['code']}: {one['says']}" for one in shown["findings"]]
    lines["attachments"] = [
        f"{'/'.join(one['path'])}: {one['format'].media_type}, {one['size']} octets, signature {one['signature_state']}"
        for one in shown["attachments"]
    ]
    documents = []
    for one in shown["documents"]:
        documents.append(f"{one['id']}: {one['verdict']}, main file {'/'.join(one['main'])}")
        documents.append(f"  signed by {one['signed_by'] or 'nobody can tell whom'}")
        documents += [
            f"  {key} = {'; '.join(field['value'].splitlines())}  ({_found_at(field)})"
            for key, field in one["fields"].items()
        ]
        documents += [f"  the same in mail {other}" for other in one["duplicates"]]
        documents += [f"  envelope {envelope}" for envelope in one["envelopes"]]
    lines["documents"] = documents
    lines["arrivals"] = [shown_time(moment) for moment in shown["arrivals"]]
    lines["decisions"] = [f"{one['verb']} by {one['actor']}: {one['reason'] or '-'}" for one in shown["decisions"]]
    return lines


def _found_at(field: dict[str, Any]) -> str:
    """Where a value stands, and how sure that is: the clerk looks there and confirms."""
    on = f", page {field['page']}" if field.get("page") else ""
    return f"{field['from']}{on}, {field['confidence']:.0%}"
