"""What commands begin with: the settings, the store, the operator's name, and the options that they share."""

import getpass
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bridge.settings import Settings
    from store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


def as_json(command: Command) -> Command:
    """The option --json of every reading command."""
    return click.option("--json", "json_", is_flag=True, help="One JSON object a line instead of a table.")(command)


def reason(command: Command) -> Command:
    """The option --reason of every writing verb."""
    return click.option("--reason", default="", help="Why; kept in the journal.")(command)


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
    return load(config)


def store_of(ctx: click.Context) -> "Store":
    """The store of this call, its schema checked; closed when the command ends."""
    from store.store import open_store

    store = open_store(settings_of(ctx).store)
    ctx.call_on_close(store.close)
    return store


def operator() -> str:
    """Who acts, for the journal: DOCBRIDGE_OPERATOR, else the login name."""
    # Not a setting of the file: it names the person at the keyboard, not the service.
    return os.environ.get("DOCBRIDGE_OPERATOR") or getpass.getuser()
