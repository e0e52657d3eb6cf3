"""`check`: judges files, or whole mails, without storing anything.  Needs no settings file."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.context import Moment, as_json, log_quietly
from bridge.cli.exits import NO, USAGE, WELL
from bridge.cli.output import json_line

if TYPE_CHECKING:
    from bridge.checking import Checked, CheckRequest
    from bridge.settings import Settings

_MARKS = {"accepted": "✓", "postponed": "…", "held": "?", "rejected": "✗"}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--at", type=Moment(), help="Judge as of this moment instead of now.")
@click.option(
    "--trust", type=click.Path(path_type=Path), help="The trust directory; else that of the settings, else ./trust."
)
@click.option("--offline", is_flag=True, help="Ask nobody; only what is on disk counts as evidence.")
@click.option(
    "--sender-class", type=click.Choice(["agency", "business", "individual"]), default="agency", show_default=True
)
@as_json
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[Path, ...],
    at: datetime | None,
    trust: Path | None,
    offline: bool,
    sender_class: str,
    json_: bool,
) -> int:
    """Judge FILEs (documents, or whole .eml).  Exit code 1 when one of them is not accepted."""
    from bridge import truststore
    from bridge.checking import Checked, CheckRequest
    from bridge.jobs import JOBS
    from bridge.sandbox.outcome import Answered
    from bridge.sandbox.pool import Pool
    from bridge.sandbox.settings import SandboxSettings
    from bridge.settings.sections import Policy
    from validation.evidence import Evidence
    from validation.settings import ReadingCaps

    log_quietly()
    del offline  # nothing is fetched yet; the option is there so that scripts can say what they mean
    settings = _settings(ctx)
    directory = trust or (settings.trust.directory if settings else Path("trust"))
    if trust is not None and not trust.is_dir():
        raise click.BadParameter(f"{trust} is no directory", param_hint="--trust")
    evidence = Evidence((at or datetime.now(UTC)).astimezone(UTC), truststore.read(directory))
    policy = settings.policy if settings else Policy()
    caps = settings.reading if settings else ReadingCaps()
    code = WELL
    pool = Pool(settings.sandbox if settings else SandboxSettings(children=1), JOBS)
    ctx.call_on_close(pool.close)
    for file in files:
        try:
            file.open("rb").close()
        except OSError as error:
            _tell_missing(file, error.strerror or "cannot be read", json_=json_)
            code = USAGE
            continue
        request = CheckRequest(_safe(file.name), sender_class, policy, caps, evidence)
        answer = pool.run("check", request, [file], Checked)
        checked = answer.value if isinstance(answer, Answered) else _crashed(file, request, str(answer.wall))
        _show(file, checked, json_=json_)
        if checked.verdict != "accepted" and code == WELL:
            code = NO
    return code


def _settings(ctx: click.Context) -> "Settings | None":
    """The settings where there are some: `check` works without."""
    from bridge.settings import load, located

    config: Path | None = ctx.find_root().obj
    return load(config) if config or located(config).exists() else None


def _safe(name: str) -> str:
    """The base name as a path segment; undecodable octets of it are shown, not kept."""
    from validation.attachments import clean_name

    return clean_name(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) or "file"


def _crashed(file: Path, request: "CheckRequest", wall: str) -> "Checked":
    """A file that ran into a wall of the sandbox is an answer, not a crash."""
    import hashlib

    from bridge.checking import Checked
    from bridge.judging import judge, weigh
    from validation.codes import Code
    from validation.finding import Observation
    from validation.inspected import Format, Inspected
    from validation.verdict import word

    with file.open("rb") as reader:
        digest = hashlib.file_digest(reader, "sha256").hexdigest()
    seen = Observation(Code.FILE_CRASHED, (request.name,), {"wall": wall})
    form = Format("application/octet-stream", "", file.suffix.lstrip(".").lower(), False, ("damaged",))
    inspected = Inspected((request.name,), digest, file.stat().st_size, form, (), (seen,))
    findings = (weigh(seen, request.sender_class, request.policy),)
    return Checked(inspected, word(judge(findings, request.sender_class, request.policy)), findings)


def _tell_missing(file: Path, why: str, *, json_: bool) -> None:
    if json_:
        json_line({"file": str(file), "error": why})
    else:
        click.echo(f"{file}: {why}", err=True)


def _show(file: Path, checked: "Checked", *, json_: bool) -> None:
    from bridge.shown import file_shown, files_shown, finding_shown

    if json_:
        inspected = checked.file
        shown = {
            "file": str(file),
            **{key: value for key, value in file_shown(inspected).items() if key != "path"},
            "verdict": checked.verdict,
            "attachments": files_shown(inspected.attachments, checked.findings),
            "findings": [finding_shown(finding) for finding in checked.findings],
        }
        if checked.classification:
            shown["classification"] = checked.classification
            shown["bounces"] = [
                {"recipient": one.recipient, "status": one.status, "class": one.kind, "reason": one.reason}
                for one in checked.bounces
            ]
        json_line(shown)
        return
    _show_text(file, checked)


def _show_text(file: Path, checked: "Checked") -> None:
    click.echo(f"{_MARKS[checked.verdict]} {file}: {checked.verdict}")
    for line in _lines(checked):
        click.echo(f"    {line}")


def _lines(checked: "Checked") -> Iterable[str]:
    from bridge.catalogue import says
    from bridge.sentences import signature_says

    for inner in checked.file.walk():
        for signature in inner.signatures:
            yield signature_says(signature)
    for finding in checked.findings:
        yield f"[{finding.severity.word}] {finding.code}: {says(finding)}"
