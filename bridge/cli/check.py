"""`check`: judges files, or whole mails, without storing anything.  Needs no settings file."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.context import Moment, as_json, log_quietly
from bridge.cli.exits import NO, USAGE, WELL

if TYPE_CHECKING:
    from bridge.checked import Checked, CheckRequest
    from bridge.evidence.answers import Answers
    from bridge.examiner import Fetch, Refused
    from bridge.report.bundle import Written
    from bridge.sandbox.pool import Pool
    from bridge.settings import Settings

_JOBS = {"check": "bridge.checking:check"}
_WARM = ("bridge.checking",)  #: what the children load before their walls go up
_DRAW, _DRAWS = {"draw": "bridge.report.drawing:draw"}, "bridge.report.drawing"  #: the same where reports are written
_MARKS = {"accepted": "✓", "postponed": "…", "held": "?", "rejected": "✗"}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--at", type=Moment(), help="Judge as of this moment instead of now.")
@click.option(
    "--trust", type=click.Path(path_type=Path), help="The trust directory; else that of the settings, else ./trust."
)
@click.option("--offline", is_flag=True, help="Ask nobody; only what is on disk counts as evidence.")
@click.option(
    "--sender-class", type=click.Choice(["agency", "business", "individual"]), default="agency", show_default=True
)
@click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the report of each document (HTML, PDF, XML, JSON) to this folder.",
)
@as_json
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[str, ...],
    at: datetime | None,
    trust: Path | None,
    offline: bool,
    sender_class: str,
    folder: Path | None,
    json_: bool,
) -> int:
    """Judge FILEs (documents, or whole .eml).  Exit code 1 when one of them is not accepted."""
    from bridge.sandbox.pool import Pool
    from bridge.sandbox.settings import SandboxSettings

    if trust is not None and not trust.is_dir():
        raise click.BadParameter(f"{trust} is no directory", param_hint="--trust")
    settings = _settings(ctx)
    sandbox = settings.sandbox if settings else SandboxSettings()
    sandbox = replace(sandbox, children=min(sandbox.pool_size(), len(files)))
    # The children start while the rest is imported and read: half of the time that one file takes.
    drawing = folder is not None
    pool = Pool(sandbox, _JOBS | _DRAW if drawing else _JOBS, preload=(*_WARM, _DRAWS) if drawing else _WARM)
    ctx.call_on_close(pool.close)
    from bridge.examiner import Examiner, Refused

    examiner = Examiner(pool, sandbox, None if offline else _fetch(settings))
    ctx.call_on_close(examiner.close)
    request = _request(settings, sender_class, at, trust)
    code = WELL
    for file, answer in zip(files, examiner.examine(files, request), strict=True):
        written = [] if folder is None else _reported(file, answer, request, pool, folder, settings)
        _show(file, answer, request, written, json_=json_)
        if isinstance(answer, Refused):
            code = USAGE
        elif answer.verdict != "accepted" and code == WELL:
            code = NO
    return code


def _fetch(settings: "Settings | None") -> "Fetch":
    """Asks for what certificates point to; what that needs is loaded when the first one does."""

    @cache
    def answers() -> "Answers":
        from bridge.evidence.answers import Answers
        from bridge.settings.sections import Fetching

        log_quietly()
        return Answers(settings.evidence if settings else Fetching(), None)

    return lambda wanted: answers().ask(wanted)


def _request(settings: "Settings | None", sender_class: str, at: datetime | None, trust: Path | None) -> "CheckRequest":
    """What is asked of every file."""
    from bridge import truststore
    from bridge.checked import CheckRequest
    from bridge.policy import Policy
    from validation.evidence import Evidence
    from validation.settings import ReadingCaps

    directory = trust or (settings.trust.directory if settings else Path("trust"))
    evidence = Evidence((at or datetime.now(UTC)).astimezone(UTC), truststore.read(directory))
    policy = settings.policy if settings else Policy()
    return CheckRequest("", sender_class, policy, settings.reading if settings else ReadingCaps(), evidence)


def _settings(ctx: click.Context) -> "Settings | None":
    """The settings where there are some: `check` works without."""
    from bridge.settings_file import located

    config: Path | None = ctx.find_root().obj
    if not config and not located(config).exists():
        return None
    from bridge.settings import load

    return load(config)


def _reported(
    file: str,
    answer: "Checked | Refused",
    request: "CheckRequest",
    pool: "Pool",
    folder: Path,
    settings: "Settings | None",
) -> "list[Written]":
    """The reports of the documents in one file."""
    from bridge.cli.report import tell_lacking
    from bridge.examiner import Refused
    from bridge.report.bundle import write
    from bridge.report.draw import drawn_by
    from bridge.report.house import house_of
    from bridge.report.subject import of_check

    if isinstance(answer, Refused):
        return []
    try:
        content = Path(file).read_bytes()
    except OSError:
        content = b""  # it was there a moment ago: reported without its pictures
    if hashlib.sha256(content).hexdigest() != answer.file.sha256:
        content = b""
    written = list(write(of_check(answer, request), drawn_by(pool, content), folder, house_of(settings)))
    tell_lacking(written)
    return written


def _show(
    file: str, answer: "Checked | Refused", request: "CheckRequest", written: "list[Written]", *, json_: bool
) -> None:
    from bridge.check_shown import checked_lines, checked_shown
    from bridge.cli.output import Verbatim, json_line, printable
    from bridge.cli.report import shown
    from bridge.examiner import Refused

    if isinstance(answer, Refused):
        if json_:
            json_line({"file": Verbatim(file), "error": answer.why})
        else:
            click.echo(f"{printable(file)}: {answer.why}", err=True)
    elif json_:
        reports = {"reports": [shown(one) for one in written]} if written else {}
        json_line({"file": Verbatim(file), **checked_shown(answer, request), **reports})
    else:
        click.echo(f"{_MARKS[answer.verdict]} {printable(file)}: {answer.verdict}")
        for line in checked_lines(answer):
            click.echo(f"    {line}")
        for one in written:
            click.echo(f"    {', '.join(one.files)}")
