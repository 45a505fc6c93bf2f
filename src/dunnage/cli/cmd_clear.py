"""`dunnage clear`: an empty store."""

import sys

import click

from dunnage.cli import context
from dunnage.cli.output import say
from dunnage.errors import UsageError


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(yes: bool) -> None:
    """Remove everything from the store.

    The counters stay; `dunnage stats --zero` begins them anew.
    """
    from dunnage.report import text

    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody is there to be asked.", hint="`dunnage clear --yes` does not ask.")
        if not click.confirm("Remove everything from the store?", err=True):
            return
    say(text.removed(context.ask("clear")))
