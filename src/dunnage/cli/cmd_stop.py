"""`dunnage stop`: no daemon."""

import click

from dunnage.cli import context
from dunnage.cli.output import say
from dunnage.errors import NotRunning


@click.command()
def command() -> None:
    """Stop the daemon.

    It stores what it is storing first. Builds that run go on without the cache.
    """
    from dunnage.daemon import launch

    try:
        launch.stop(context.places())
    except NotRunning:
        say("No daemon was running.\n")
    else:
        say("The daemon has stopped.\n")
