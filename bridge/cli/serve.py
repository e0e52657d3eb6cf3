"""`serve` and the commands that run one part each: until SIGTERM, which finishes what is in hand and exits 0."""

import asyncio

import click

from bridge.cli.context import settings_of, store_of
from bridge.cli.exits import UNAVAILABLE


def run_parts(ctx: click.Context, parts: tuple[str, ...]) -> int:
    """Runs these parts until SIGTERM.  Returns the exit code."""
    import uvloop

    from bridge.logging import configure
    from bridge.service import run

    settings = settings_of(ctx)
    store = store_of(ctx)
    configure(settings.log)  # last: other commands log quietly
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                run(settings, store, parts, lambda: click.echo(f"docbridge: {', '.join(parts)} ready", err=True))
            )
    except OSError as error:
        # A port that is taken, a certificate that cannot be read: the world's trouble, and for a person to mend.
        click.echo(f"docbridge: cannot start: {error.strerror or error}; `docbridge doctor` tells more", err=True)
        return UNAVAILABLE
    return 0


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> int:
    """Run every part: doors, judging, the axis, the way out by mail, health."""
    from bridge.service import PARTS

    return run_parts(ctx, PARTS)


@click.command()
@click.pass_context
def smtp(ctx: click.Context) -> int:
    """Run the SMTP door alone."""
    return run_parts(ctx, ("smtp",))


@click.command()
@click.pass_context
def worker(ctx: click.Context) -> int:
    """Run the judging alone, with the receipts that follow from it."""
    return run_parts(ctx, ("worker",))


@click.command()
@click.pass_context
def sender(ctx: click.Context) -> int:
    """Run the way out by mail alone."""
    return run_parts(ctx, ("sender",))


@click.command()
@click.pass_context
def axis(ctx: click.Context) -> int:
    """Run the exchange with the axis alone."""
    return run_parts(ctx, ("axis",))


@click.command()
@click.pass_context
def web(ctx: click.Context) -> int:
    """Run health alone."""
    return run_parts(ctx, ("web",))
