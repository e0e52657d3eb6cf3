"""`mails report`: the reports of a mail's documents, from what is on record; and how both commands tell of reports."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import as_json, bench, mail_of, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import json_line, printable

if TYPE_CHECKING:
    from bridge.report.bundle import Written


@click.command()
@click.argument("mail_id", metavar="ID")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The folder to write to, made if need be; else the current one.",
)
@as_json
@click.pass_context
def report(ctx: click.Context, mail_id: str, folder: Path, json_: bool) -> int:
    """Write the report of each document: card (HTML, PDF), ETSI TS 119 102-2 (XML), JSON; by the verdict on record."""
    from bridge.report.bundle import write
    from bridge.report.draw import drawn_by
    from bridge.report.house import house_of
    from bridge.report.subject import of_mail

    store = store_of(ctx)
    mail = mail_of(store, mail_id)
    judged = store.mails.judgements.current(mail.id)
    if judged is None:
        return _none("the mail is not judged yet")
    if judged.sealed:
        return _none(f"the mail is sealed ({judged.sealed}); nothing of it is shown")
    kept = store.mails.judgements.evidence_of(mail.id, judged.number)
    if kept is None:
        return _none("no evidence was kept with its verdict: it was given before reports were written")
    subjects = of_mail(mail, judged, kept)
    if not subjects:
        return _none("the mail holds no document")
    settings = settings_of(ctx)
    draw = drawn_by(bench(ctx, settings, store).pool, store.mails.body(mail.id))
    written = list(write(subjects, draw, folder, house_of(settings)))
    tell_lacking(written)
    if json_:
        json_line({"id": mail.id, "folder": folder, "documents": [shown(one) for one in written]})
        return WELL
    for one in written:
        tell(one, folder)
    return WELL


def shown(written: "Written") -> dict[str, Any]:
    """One report as JSON tells of it."""
    from bridge.report.card import card_of

    subject = written.subject
    return {"id": subject.id, "path": subject.main.path, "colour": card_of(subject).colour, "files": written.files}


def tell(written: "Written", folder: Path) -> None:
    """One report in a line."""
    from bridge.report.card import card_of

    subject = written.subject
    stem = written.files[0].partition(".")[0]
    kinds = ",".join(name.rpartition(".")[2] for name in written.files)
    click.echo(f"{card_of(subject).word}  {printable('/'.join(subject.main.path))}: {folder / stem}.{{{kinds}}}")


def tell_lacking(written: "Iterable[Written]") -> None:
    """What could not be made, each cause once."""
    for cause in dict.fromkeys(cause for one in written for cause in one.lacking):
        click.echo(f"docbridge: {cause}", err=True)


def _none(why: str) -> int:
    click.echo(f"docbridge: no report: {why}", err=True)
    return NO
