"""`dunnage status`: whether a daemon runs, and where everything is."""

import time
from typing import Final

import click

from dunnage.cli import context
from dunnage.cli.output import say
from dunnage.errors import NotRunning

EXIT_NOT_RUNNING: Final = 3
"""As `systemctl status` has it."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the document that programs may rely on.")
def command(as_json: bool) -> int:
    """Show whether the daemon runs, and where everything is.

    That is pid, version, sockets, store, size, sessions and up since. Works without a daemon, too, and starts
    none. The exit code is 0 when it runs and 3 when it does not.
    """
    from dunnage.daemon import control
    from dunnage.report import documents

    places = context.places()
    try:
        document = documents.status(control.request(places, "status"))
    except NotRunning:
        document = documents.status_without_daemon(places)
    if as_json:
        say(documents.dump(document))
    else:
        from dunnage.report import text
        from dunnage.report.style import Style

        say(text.status(document, Style.of_stdout(), time.time()))
    return 0 if document["running"] else EXIT_NOT_RUNNING
