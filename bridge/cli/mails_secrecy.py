"""The verbs of who answers for secrecy: `mails clear`, and `mails raw` of a mail that is sealed.

Both are journaled with the operator's name and his reason, and done by the operators whom the office names.  Where it
names nobody, anybody may open a sealed mail and clear weak signs, and nobody a clear mark.
"""

import sys
from datetime import UTC, datetime

import click

from bridge.cli.context import as_json, mail_of, operator, reason, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.mails_decide import decide

_CHUNK = 1 << 20


@click.command()
@click.argument("mail_id", metavar="ID")
@click.option("--sealed", is_flag=True, help="Open it although it is sealed; needs --reason, and is journaled.")
@reason
@click.pass_context
def raw(ctx: click.Context, mail_id: str, sealed: bool, reason: str) -> int:
    """The exact octets of the mail, to standard output."""
    from store.journal import Entry

    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    judged = store.mails.judgements.current(mail.id)
    if judged and (code := judged.sealed):
        if not (sealed and reason.strip()):
            click.echo("docbridge: the mail is sealed; opening it takes --sealed and --reason", err=True)
            return NO
        if settings_of(ctx).policy.secrecy_clearance and not _may(ctx, code):
            return NO
        detail = {"reason": reason, "code": code.value}
        store.journal.note(datetime.now(UTC), Entry(operator(), "mail.opened", mail.id, detail=detail))
    out = sys.stdout.buffer
    with store.mails.open_body(mail.id) as body:
        while chunk := body.read(_CHUNK):
            out.write(chunk)
    out.flush()
    return WELL


@click.command()
@click.argument("mail_id", metavar="ID")
@reason
@as_json
@click.pass_context
def clear(ctx: click.Context, mail_id: str, reason: str, json_: bool) -> int:
    """Say that a sealed mail is no state secret; it is then judged like any other."""
    from bridge.decided import CODE
    from store.judgement import Decision, DecisionVerb
    from store.mail import AxisOrigin, MailState
    from validation.codes import Code

    if not reason.strip():
        raise click.UsageError("clearing a mail takes a --reason")
    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    judged = store.mails.judgements.current(mail.id)
    code = judged.sealed if judged else None
    if code is None:
        click.echo("docbridge: the mail is not sealed; there is nothing to clear", err=True)
        return NO
    if isinstance(mail.origin, AxisOrigin) and code is Code.SECRECY_MARKED:
        click.echo("docbridge: a packet that bears a mark of secrecy is never sent by mail", err=True)
        return NO
    if not _may(ctx, code):
        return NO
    decision = Decision(DecisionVerb.CLEAR, operator(), reason, {CODE: code.value})
    wanted = tuple(state for state in MailState if state is not MailState.RECEIVED)
    return decide(ctx, store, mail, decision, wanted, json_=json_)


def _may(ctx: click.Context, code: str) -> bool:
    """Does the office let this operator judge of such a sign?  Says so when not."""
    from validation.codes import Code

    named = settings_of(ctx).policy.secrecy_clearance
    if operator() in named or (not named and code == Code.SECRECY_SUSPECTED):
        return True
    who = "names nobody" if not named else "does not name you"
    click.echo(f"docbridge: [policy] secrecy_clearance {who}; it says who may open or clear this mail", err=True)
    return False
