"""`trust`: the certificates that the office trusts, where each came from and who approved it."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.context import Moment, Words, as_json, limited, operator, reason, settings_of, store_of
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
    columns = ("list", "file", "subject", "not_after", "sha256", "source", "approved_by", "approved_at", "ended_since")
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
@click.argument("fingerprint")
@click.option("--list", "list_name", type=click.Choice(["government", "public", "intermediates"]), help="In that list.")
@click.option(
    "--since",
    type=Moment(),
    help="Nothing signed from then on is trusted by it; now by default.  A date long past ends all.",
)
@click.option("--reason", type=Words(), required=True, help="Why; kept in trust.toml and in the journal.")
@as_json
@click.pass_context
def remove(
    ctx: click.Context, fingerprint: str, list_name: str | None, since: datetime | None, reason: str, json_: bool
) -> None:
    """End the trust in the certificate whose SHA-256 begins with FINGERPRINT.

    The file stays, and a row of trust.toml says who ended it, when and why: what was provably signed before is still
    judged by it.
    """
    from bridge import truststore
    from store.journal import Entry as Note

    store, directory, now = store_of(ctx), settings_of(ctx).trust.directory, datetime.now(UTC)
    meant = fingerprint.replace(":", "").replace(" ", "").lower()
    found = [
        one
        for one in truststore.entries(directory)
        if one.fingerprint.startswith(meant) and one.ended is None and list_name in (None, one.list_name)
    ]
    if len(meant) < 8 or len(found) != 1:
        raise click.ClickException(f"{fingerprint}: names {len(found)} certificates; see `trust list`")
    ended = truststore.end(directory, found[0], (since or now).astimezone(UTC), reason, operator(), now)
    detail = {"list": ended.list_name, "sha256": ended.fingerprint, "reason": reason}
    store.journal.note(now, Note(operator(), "trust.removed", detail=detail))
    facts(_shown(ended), as_json=json_)


@trust.command()
@click.argument("other", type=click.Path(exists=True, readable=True, path_type=Path))
@limited
@as_json
@click.pass_context
def diff(ctx: click.Context, other: Path, limit: int | None, json_: bool) -> int:
    """Compare with OTHER: a trust directory, or a file of certificates (PEM, DER, .p7b).

    Exit code 1 when they differ.
    """
    from bridge import trustdiff

    found = trustdiff.compare(settings_of(ctx).trust.directory, other)
    shown = (
        {"change": one.change, "list": one.list_name, "subject": one.subject, "sha256": one.fingerprint}
        for one in found
    )
    rows(shown, ("change", "list", "subject", "sha256"), as_json=json_, limit=limit, empty="no difference")
    return NO if found else WELL


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
        "ended_since": entry.ended.since if entry.ended else None,
        "ended_by": entry.ended.by if entry.ended else "",
        "ended_at": entry.ended.at if entry.ended else None,
        "ended_why": entry.ended.reason if entry.ended else "",
    }
