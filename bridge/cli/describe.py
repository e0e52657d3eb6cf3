"""Writes the command line down from its own declarations: `docs/cli.md`."""

from collections.abc import Iterator

import click

from bridge.cli.main import docbridge

_HEAD = """\
# Commands

Written from the declarations in the code by `scripts/write_docs.py`; a test holds the two together.

Exit codes: **0** done and all well · **1** done, and the answer is "no" (a file is not accepted, an audit found a
difference) · **2** wrong usage, settings or input file · **3** the world is not available (database locked, another
schema version).  Never a traceback.

With `--json` a command prints one JSON object a line, in UTF-8, times with their offset; without it, tables for
people, times as in Viet Nam.  Lists show 50 rows unless `--limit` says otherwise; `--json` streams all.

`check`, `init`, `findings` and `settings describe` need no settings file.  The others read `--config FILE`, else
`DOCBRIDGE_CONFIG`, else `./docbridge.toml`.  What a person changes is journaled under `DOCBRIDGE_OPERATOR`, else the
login name.
"""


def page() -> str:
    """`docs/cli.md`."""
    # With its settings: click keeps the help option that a command was first asked for.
    root = click.Context(docbridge, info_name="docbridge", **docbridge.context_settings)
    lines = [_HEAD]
    for name in docbridge.list_commands(root):
        command = docbridge.get_command(root, name)
        assert command is not None
        lines += _section(command, click.Context(command, root, info_name=name), 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(command: click.Command, ctx: click.Context, depth: int) -> Iterator[str]:
    pieces = [piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]"]
    if isinstance(command, click.Group):
        pieces = []
    yield f"{'#' * depth} `{' '.join([ctx.command_path, *pieces])}`"
    yield ""
    yield " ".join((command.help or "").split())
    yield ""
    params = [param for param in command.params if isinstance(param, click.Option)]
    options = [record for param in params if (record := param.get_help_record(ctx))]
    if options:
        yield "| option | |"
        yield "| --- | --- |"
        yield from (f"| `{_cell(names)}` | {_cell(says)} |" for names, says in options)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from _section(inner, click.Context(inner, ctx, info_name=name), depth + 1)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
