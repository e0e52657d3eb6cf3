"""What commands begin with: the settings, the store, the operator's name, and the options that they share."""

import getpass
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bridge.settings import Settings
    from bridge.worker import Bench
    from store.lookup import Kind
    from store.mail import ReceivedMail
    from store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


def as_json(command: Command) -> Command:
    """The option --json of every reading command."""
    return click.option("--json", "json_", is_flag=True, help="One JSON object a line instead of a table.")(command)


def reason(command: Command) -> Command:
    """The option --reason of every writing verb."""
    return click.option("--reason", default="", type=Words(), help="Why; kept in the journal.")(command)


def limited(command: Command) -> Command:
    """The option --limit of every list."""
    text = "How many; tables show 50 by default, --json all."
    return click.option("--limit", type=click.IntRange(min=1), help=text)(command)


def between(command: Command) -> Command:
    """The options --since and --until of lists over time."""
    command = click.option("--until", type=Moment(), help="Only what is older.")(command)
    return click.option("--since", type=Moment(), help="Only what is of this moment or later.")(command)


class Words(click.ParamType[str]):
    """A text that can be kept: what the terminal sent as no UTF-8 is refused, everything else is NFC."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The text in NFC, or a usage error."""
        import unicodedata

        text = str(value)
        if any(unicodedata.category(letter) in ("Cs", "Cc") for letter in text):
            self.fail("holds octets that are no UTF-8, or control characters", param, ctx)
        return unicodedata.normalize("NFC", text)


class Moment(click.ParamType[datetime]):
    """A moment as RFC 3339 writes it, or a date; without an offset it is the office's time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """The aware moment, or a usage error."""
        if isinstance(value, datetime):
            return value
        from zoneinfo import ZoneInfo

        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-11-22 or 2026-11-22T08:00:00+07:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def settings_of(ctx: click.Context) -> "Settings":
    """The settings of this call."""
    from bridge.settings import load

    config: Path | None = ctx.find_root().obj
    found = load(config)
    log_quietly()
    return found


def log_quietly() -> None:
    """Only troubles are logged, and to standard error: standard output belongs to the answer."""
    import structlog

    from bridge.logging import configure
    from bridge.settings.sections import Log

    configure(Log(level="warning", format="text"))
    structlog.configure(cache_logger_on_first_use=False)  # `serve` sets the log up anew


def store_of(ctx: click.Context) -> "Store":
    """The store of this call, its schema checked; closed when the command ends."""
    from store.store import open_store

    store = open_store(settings_of(ctx).store)
    ctx.call_on_close(store.close)
    return store


def bench(ctx: click.Context, settings: "Settings", store: "Store") -> "Bench":
    """A bench for one mail at a time; its sandbox ends with the command."""
    from bridge.wiring import bench_of

    found = bench_of(replace(settings, sandbox=replace(settings.sandbox, children=1)), store)
    ctx.call_on_close(found.pool.close)
    return found


def whole_id(store: "Store", kind: "Kind", given: str) -> str:
    """The one id that is, or begins with, what was given.

    Raises:
        click.ClickException: there is none, or more than one.
    """
    from store.lookup import ids_beginning

    found = ids_beginning(store.db, kind, given)
    if given in found:
        return given
    if len(found) > 1:
        raise click.ClickException(f"{given!r} begins more than one {kind}: {', '.join(found)}")
    if not found:
        raise click.ClickException(f"there is no {kind} {given!r}")
    return found[0]


def mail_of(store: "Store", given: str) -> "ReceivedMail":
    """The mail whose id is, or begins with, what was given.

    Raises:
        click.ClickException: there is none, or more than one.
    """
    mail = store.mails.get(whole_id(store, "mail", given))
    assert mail is not None, "its id was found a moment ago, and mails are never removed"
    return mail


def operator() -> str:
    """Who acts, for the journal: DOCBRIDGE_OPERATOR, else the login name, else the number of the user."""
    # Not a setting of the file: it names the person at the keyboard, not the service.
    if named := os.environ.get("DOCBRIDGE_OPERATOR"):
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
