"""The verbs by which a person decides of a mail: release, reject, complete, replay.

Exit code 0 when the mail is now what was asked, 1 when it is not, with what was found.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.context import Moment, Words, as_json, bench, mail_of, operator, reason, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import json_line, printable
from bridge.reject_reasons import REJECT_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.shown import Shown
    from store.judgement import Decision
    from store.mail import MailState, ReceivedMail
    from store.store import Store
    from validation.finding import Finding


def _waits(store: "Store", mail: "ReceivedMail", doing: str) -> bool:
    """May a person still decide?  Says so when not."""
    from store.mail import MailState

    judged = store.mails.judgements.current(mail.id)
    if judged and judged.sealed:
        click.echo(
            f"docbridge: the mail is sealed ({judged.sealed}); it must be cleared before it is {doing}", err=True
        )
        return False
    if mail.state in (MailState.HELD, MailState.POSTPONED):
        return True
    click.echo(f"docbridge: the mail is {mail.state}; only one that is held can be {doing}", err=True)
    return False


@click.command()
@click.argument("mail_id", metavar="ID")
@reason
@as_json
@click.pass_context
def release(ctx: click.Context, mail_id: str, reason: str, json_: bool) -> int:
    """Let a held mail go on as it is; of a recall or an update: agree to it (status 15)."""
    from store.judgement import Decision, DecisionVerb
    from store.mail import MailState

    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    if not _waits(store, mail, "released"):
        return NO
    decision = Decision(DecisionVerb.RELEASE, operator(), reason)
    return decide(ctx, store, mail, decision, (MailState.RELEASED,), json_=json_)


@click.command()
@click.argument("mail_id", metavar="ID")
@click.option(
    "--because",
    type=click.Choice(list(REJECT_REASONS)),
    help="The reason from the list; its sender reads a sentence of the office's.",
)
@reason
@as_json
@click.pass_context
def reject(ctx: click.Context, mail_id: str, because: str | None, reason: str, json_: bool) -> int:
    """Refuse a held mail for good; the sender is told, where that is safe, and reads your reason.

    Of a packet its axis is told (status 02); of a recall or an update that it is refused (16), and the letters that
    waited for your word go on.
    """
    from bridge.clerk import reject as refuse
    from store.mail import IllegalMoveError

    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    try:
        settings = settings_of(ctx)
        receipts = settings.receipts.enabled
        refused = refuse(
            store, mail.id, operator(), reason, office=settings.office, receipts=receipts, because=because or ""
        )
    except IllegalMoveError:
        click.echo(f"docbridge: the mail is {mail.state}; only one that is held can be rejected", err=True)
        return NO
    _tell(store, refused, json_=json_)
    return WELL


@click.command()
@click.argument("mail_id", metavar="ID")
@click.option("--document", default="", help="Which document, where the mail holds several: a beginning of its id.")
@click.option("--set", "entries", multiple=True, metavar="KEY=VALUE", type=Words(), help="A field; empty = none.")
@click.option(
    "--confirm", "confirmed", multiple=True, metavar="KEY", help="A field as it was proposed; `all` = every proposal."
)
@reason
@as_json
@click.pass_context
def complete(
    ctx: click.Context,
    mail_id: str,
    document: str,
    entries: tuple[str, ...],
    confirmed: tuple[str, ...],
    reason: str,
    json_: bool,
) -> int:
    """Give fields of a document that were not found, or confirm those proposed, and judge the mail again."""
    from bridge.clerk import WhichDocument, completion
    from bridge.fields.clerk import BadField
    from store.judgement import Decision, DecisionVerb
    from store.mail import MailState

    given = pairs(entries)
    if not given and not confirmed:
        raise click.UsageError("give --set KEY=VALUE or --confirm KEY")
    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    if not _waits(store, mail, "completed"):
        return NO
    sure = settings_of(ctx).policy.confidence
    try:
        detail = completion(store.mails.judgements.current(mail.id), document, given, confirmed, sure)
    except BadField as bad:
        raise click.BadParameter(f"{bad.key}: {bad.reason}", param_hint="--set") from bad
    except WhichDocument as which:
        known = f"it holds {', '.join(which.known)}" if which.known else "it holds none"
        raise click.BadParameter(
            f"say which document of the mail is meant; {known}", param_hint="--document"
        ) from which
    decision = Decision(DecisionVerb.COMPLETE, operator(), reason, detail)
    return decide(ctx, store, mail, decision, (MailState.ACCEPTED, MailState.RELEASED), json_=json_)


@click.command()
@click.argument("mail_id", metavar="ID")
@click.option("--policy", "file", type=click.Path(path_type=Path), help="Judge by [policy] of this file instead.")
@click.option("--dry-run", is_flag=True, help="Only show what would become of it; any mail may be asked for.")
@click.option(
    "--at",
    type=Moment(),
    help="Show what it is at this moment by the evidence kept with its verdict, asking nobody; nothing is recorded.",
)
@reason
@as_json
@click.pass_context
def replay(
    ctx: click.Context,
    mail_id: str,
    file: Path | None,
    dry_run: bool,
    at: datetime | None,
    reason: str,
    json_: bool,
) -> int:
    """Judge a mail again, with the evidence of now or with what was kept."""
    from store.judgement import Decision, DecisionVerb
    from store.mail import MailState

    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    judged = store.mails.judgements.current(mail.id)
    if (dry_run or at) and not (judged and judged.sealed):
        return _dry_run(ctx, store, mail, file, at, json_=json_)
    if not _waits(store, mail, "replayed; --dry-run shows what would become of it now"):
        return NO
    detail = {"policy": hashlib.sha256(file.read_bytes()).hexdigest()} if file and file.is_file() else {}
    decision = Decision(DecisionVerb.REPLAY, operator(), reason, detail)
    wanted = (MailState.ACCEPTED, MailState.RELEASED, MailState.FILED)
    return decide(ctx, store, mail, decision, wanted, file, json_=json_)


def pairs(entries: "Iterable[str]") -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals:
            raise click.BadParameter(f"{entry!r} is not KEY=VALUE", param_hint="--set")
        found[key.strip()] = value
    return found


def decide(
    ctx: click.Context,
    store: "Store",
    mail: "ReceivedMail",
    decision: "Decision",
    wanted: "tuple[MailState, ...]",
    policy: Path | None = None,
    *,
    json_: bool,
) -> int:
    """Records the decision, has the mail judged, and tells what it is now."""
    from bridge.clerk import judge_now
    from bridge.settings.policy import policy_of
    from store.mail import IllegalMoveError, MailState, SealedMailError

    settings = settings_of(ctx)
    if policy:
        settings = replace(settings, policy=policy_of(policy))
    table = bench(ctx, settings, store)
    try:
        store.mails.decide(mail.id, decision, datetime.now(UTC))
    except (IllegalMoveError, SealedMailError):
        # Between our look and our word somebody else decided, or the service began to judge it.
        click.echo("docbridge: somebody else was quicker; look at the mail again", err=True)
        return NO
    judged = judge_now(table, mail.id)
    _tell(store, judged.mail, json_=json_)
    if judged.mail.state is MailState.RECEIVED:
        click.echo("docbridge: it is not judged yet; the service will judge it", err=True)
    elif policy and not judged.here:
        click.echo("docbridge: the service was quicker, and judged it by the policy in force", err=True)
        return NO
    return WELL if judged.mail.state in wanted else NO


def _dry_run(
    ctx: click.Context, store: "Store", mail: "ReceivedMail", file: Path | None, at: datetime | None, *, json_: bool
) -> int:
    from bridge.clerk import NoEvidence, replayed
    from bridge.replayed_shown import signature_changes
    from bridge.sandbox.outcome import Crashed
    from bridge.settings.policy import policy_of
    from store.mail import MailState

    settings = settings_of(ctx)
    if file:
        settings = replace(settings, policy=policy_of(file))
    try:
        found = replayed(bench(ctx, settings, store), mail, at.astimezone(UTC) if at else None)
    except NoEvidence:
        click.echo(
            "docbridge: no evidence was kept with its verdict; without --at it is judged by that of now", err=True
        )
        return NO
    before = _judged(mail.state, found.before.findings if found.before else ())
    if isinstance(found.after, Crashed):
        after: Shown = {"state": "crashed", "wall": str(found.after.wall), "findings": []}
    else:
        after = _judged(found.after.state, found.after.findings)
    was, now = ([_named(one) for one in side["findings"]] for side in (before, after))
    changes = signature_changes(found)
    difference = {
        "state": before["state"] != after["state"],
        "gone": [line for line in was if line not in now],
        "new": [line for line in now if line not in was],
        "signatures": changes,
    }
    if json_:
        moment = {"at": at} if at else {}
        json_line({"id": mail.id, **moment, "before": before, "after": after, "difference": difference})
    else:
        click.echo(f"{mail.id}: {before['state']} -> {after['state']} (nothing was recorded)")
        for line in was:
            click.echo(f"  {'-' if line in difference['gone'] else ' '} {line}")
        for line in difference["new"]:
            click.echo(f"  + {line}")
        for change in changes:
            words = "; ".join(f"{key} {was} -> {now}" for key, (was, now) in change["changed"].items())
            click.echo(printable(f"  ~ {'/'.join(change['path'])}, {change['where']}: {words}"))
    return WELL if after["state"] in (MailState.ACCEPTED, MailState.RELEASED, MailState.FILED) else NO


def _judged(state: str, findings: "Iterable[Finding]") -> "Shown":
    from bridge.shown import finding_shown

    return {"state": str(state), "findings": [finding_shown(finding) for finding in findings]}


def _named(finding: "Shown") -> str:
    return f"[{finding['severity']}] {finding['code']}: {finding['says']}"


def _tell(store: "Store", mail: "ReceivedMail", *, json_: bool) -> None:
    judged = store.mails.judgements.current(mail.id)
    told = _judged(mail.state, judged.findings if judged else ())
    if json_:
        json_line({"id": mail.id, **told})
        return
    click.echo(f"{mail.id}: {mail.state}")
    for finding in told["findings"]:
        click.echo(f"  {_named(finding)}")
