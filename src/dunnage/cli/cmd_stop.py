"""`dunnage stop`: no daemon."""

import click

from dunnage import limits
from dunnage.cli import context
from dunnage.cli.output import complain, say
from dunnage.errors import ConfigError


@click.command()
def command() -> None:
    """Stop the daemon.

    It stores what it is storing first, and sends what waits to be sent to remotes. Builds that run go on without the
    cache.
    """
    from dunnage.daemon import launch

    patience_s = _patience_s()
    _see_all_sent(patience_s)
    stopped = launch.stop(context.places(), patience_s)
    say("The daemon has stopped.\n" if stopped else "No daemon was running.\n")


def _see_all_sent(patience_s: int) -> None:
    """Draw how results are sent, and say what came of it."""
    from dunnage.daemon import launch
    from dunnage.report import remotes

    last = None
    with remotes.Progress() as progress:
        for last in launch.drain(context.places(), patience_s):
            progress.show(last["waiting"])
    if last is not None:
        for sentence in remotes.sent(last["remotes"]):
            say(sentence + "\n")
        for sentence in remotes.not_sent(last["remotes"]):
            complain(sentence)


def _patience_s() -> int:
    """How long to go on while nothing is taken. Settings that cannot be read do not keep a daemon alive."""
    try:
        return context.settings().drain_timeout
    except ConfigError:
        return limits.DRAIN_TIMEOUT_S
