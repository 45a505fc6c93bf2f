"""`dunnage start`: a daemon, if none runs."""

import click

from dunnage.cli import context
from dunnage.cli.output import complain, say


@click.command()
def command() -> None:
    """Start the daemon, if none runs.

    `dunnage run` and its like do it by themselves.
    """
    from dunnage.config.settings import differing
    from dunnage.daemon import launch

    settings = context.settings()
    status = launch.ensure(settings, context.places())
    say(f"The daemon runs: pid {status['pid']}, version {status['version']}.\n")
    names = differing(settings, context.ask("settings")["settings"])
    if names:
        complain(
            f"It goes by other settings than are set now: {', '.join(names)}. `dunnage stop`, and start it anew."
        )
    if settings.remotes or settings.offer:
        for problem in context.ask("remotes")["problems"]:
            complain(f"{problem['message']} {problem['hint']}".rstrip())
