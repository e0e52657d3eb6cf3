"""The `docbridge` command: its nouns, loaded only when called, and the one place where errors become exit codes.

Exit codes (contract): 0 done and all well; 1 done, and the answer is "no"; 2 wrong usage, settings or input file;
3 the world is not available.  Never a traceback: our own bug is told in one line, with where its record lies.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from bridge.cli.exits import NO, UNAVAILABLE, USAGE

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("bridge.cli.init:init", "Write a commented docbridge.toml, trust/ and var/ with its schema."),
    "serve": ("bridge.cli.serve:serve", "Run every part until SIGTERM."),
    "smtp": ("bridge.cli.serve:smtp", "Run the SMTP door alone."),
    "imap": ("bridge.cli.imap:imap", "Run the IMAP door alone, or take in old mail."),
    "worker": ("bridge.cli.serve:worker", "Run the judging alone."),
    "sender": ("bridge.cli.serve:sender", "Run the way out by mail alone."),
    "axis": ("bridge.cli.serve:axis", "Run the exchange with the axis alone."),
    "web": ("bridge.cli.serve:web", "Run health and metrics alone."),
    "check": ("bridge.cli.check:check", "Judge files without storing anything."),
    "ingest": ("bridge.cli.ingest:ingest", "Take a mail in as if it had come by SMTP."),
    "mails": ("bridge.cli.mails:mails", "What came in, and what became of it."),
    "deliveries": ("bridge.cli.deliveries:deliveries", "What goes out, recipient by recipient."),
    "envelopes": ("bridge.cli.envelopes:envelopes", "The edXML packets that were made."),
    "letters": ("bridge.cli.letters:letters", "Send a document out by mail."),
    "routes": ("bridge.cli.routes:routes", "Where mails go, and which rule says so."),
    "organs": ("bridge.cli.organs:organs", "The organisations and their ids."),
    "correspondents": ("bridge.cli.correspondents:correspondents", "Those we exchange mail with."),
    "trust": ("bridge.cli.trust:trust", "The certificates that the office trusts."),
    "audit": ("bridge.cli.audit:audit", "Count that nothing was lost, doubled or changed."),
    "journal": ("bridge.cli.audit:journal", "Who did what to which mail, when, why."),
    "db": ("bridge.cli.db:db", "The database's schema."),
    "doctor": ("bridge.cli.doctor:doctor", "Check settings, ports, directories, trust, smarthost and sandbox."),
    "settings": ("bridge.cli.settings:settings", "Check the settings, or describe them all."),
    "findings": ("bridge.cli.findings:findings", "The catalogue of findings."),
}


class _Nouns(click.Group):
    """The commands by name; a module is imported only when its command is used, so that the start stays short."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config", type=click.Path(path_type=Path), help="The settings file; else DOCBRIDGE_CONFIG, else ./docbridge.toml."
)
@click.version_option(package_name="docbridge", message="docbridge %(version)s")
@click.pass_context
def docbridge(ctx: click.Context, config: Path | None) -> None:
    """The mail and document-exchange bridge of a province: official mail in, edXML envelopes out, and back."""
    ctx.obj = config


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Runs the command line.  Returns the exit code."""
    try:
        result: Any = docbridge.main(arguments, prog_name="docbridge", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return NO
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say to him.
        sys.stderr.close()
        return NO
    except Exception as error:  # noqa: BLE001  the outermost border: sorted below, never a traceback
        return _told(error)
    return result if isinstance(result, int) else 0


def _told(error: Exception) -> int:
    from bridge.settings import BadSettings
    from store.errors import SchemaVersionError, Unavailable, place_of

    if isinstance(error, BadSettings):
        click.echo(f"docbridge: {error}", err=True)
        return USAGE
    if isinstance(error, SchemaVersionError):
        click.echo(f"docbridge: the database has {error}; run `docbridge db migrate`", err=True)
        return UNAVAILABLE
    if isinstance(error, Unavailable):
        click.echo(f"docbridge: not available now: {error.cause}", err=True)
        return UNAVAILABLE
    import structlog

    place = place_of(error)
    structlog.get_logger("docbridge.cli").error("bug", kind=type(error).__name__, place=place)
    click.echo(f"docbridge: a bug of ours: {type(error).__name__} at {place}; please report it", err=True)
    return UNAVAILABLE
