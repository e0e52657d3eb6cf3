"""`trust`: the certificates that the office trusts, where each came from and who approved it."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import Words, as_json, limited, operator, reason, settings_of, store_of
from bridge.cli.exits import NO, WELL
from bridge.cli.output import facts, rows

if TYPE_CHECKING:
    from bridge.truststore import Entry


@click.group()
def trust() -> None:
    """The certificates that the office trusts."""


@trust.command(name="list")
@limited
@as_json
@click.pass_context
def list_(ctx: click.Context, limit: int | None, json_: bool) -> None:
    """Every certificate of the trust directory."""
    from bridge import truststore

    found = truststore.entries(settings_of(ctx).trust.directory)
    columns = ("list", "file", "subject", "not_after", "source", "approved_by", "approved_at")
    rows(map(_shown, found), columns, as_json=json_, limit=limit, empty="nobody is trusted")


@trust.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--list", "list_name", type=click.Choice(["government", "public", "intermediates"]), required=True)
@click.option("--source", type=Words(), required=True, help="Where the certificate was got from; kept with it.")
@reason
@as_json
@click.pass_context
def add(ctx: click.Context, file: Path, list_name: str, source: str, reason: str, json_: bool) -> None:
    """Add the certificate in FILE (PEM or DER).  Compare its fingerprint with a source of your own first."""
    from bridge import truststore
    from store.journal import Entry as Note

    # The store first: what cannot be journaled is not done.
    store, directory, now = store_of(ctx), settings_of(ctx).trust.directory, datetime.now(UTC)
    try:
        added = truststore.add(directory, file, list_name, source, operator(), now)
    except truststore.UnfitCertificateError as unfit:
        raise click.ClickException(f"{file}: {unfit}") from unfit
    detail = {"list": list_name, "sha256": added.fingerprint, "source": source, "reason": reason}
    store.journal.note(now, Note(operator(), "trust.added", detail=detail))
    facts(_shown(added), as_json=json_)


@trust.command()
@as_json
@click.pass_context
def refresh(ctx: click.Context, json_: bool) -> int:
    """Get the lists of revocation that anchors and settings name anew.  Exit code 1 when one cannot be had."""
    from bridge.evidence.answers import Answers
    from bridge.evidence.mirror import Mirror

    settings = settings_of(ctx)
    done = Mirror(settings, Answers(settings.evidence, None)).refresh(datetime.now(UTC))
    rows(map(asdict, done), ("url", "state", "until", "cause"), as_json=json_, limit=None, empty="no address is named")
    return NO if any(one.state == "failed" for one in done) else WELL


def _shown(entry: "Entry") -> dict[str, Any]:
    return {
        "list": entry.list_name,
        "file": entry.file,
        "subject": entry.subject,
        "issuer": entry.issuer,
        "sha256": entry.fingerprint,
        "not_before": entry.not_before,
        "not_after": entry.not_after,
        "source": entry.source,
        "approved_by": entry.approved_by,
        "approved_at": entry.approved_at,
    }
