"""`dunnage start`: a daemon, if none runs."""

import click

from dunnage.cli import context
from dunnage.cli.output import say


@click.command()
def command() -> None:
    """Start the daemon, if none runs.

    `dunnage run` and its like do it by themselves.
    """
    from dunnage.daemon import launch

    status = launch.ensure(context.settings(), context.places())
    say(f"The daemon runs: pid {status['pid']}, version {status['version']}.\n")
