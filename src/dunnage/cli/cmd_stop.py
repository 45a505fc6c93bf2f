"""`dunnage stop`: no daemon."""

import click

from dunnage.cli import context
from dunnage.cli.output import say


@click.command()
def command() -> None:
    """Stop the daemon.

    It stores what it is storing first. Builds that run go on without the cache.
    """
    from dunnage.daemon import launch

    stopped = launch.stop(context.places())
    say("The daemon has stopped.\n" if stopped else "No daemon was running.\n")
