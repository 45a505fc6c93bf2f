"""`dunnage config`: every setting with its origin."""

import os

import click

from dunnage.cli import context
from dunnage.cli.output import complain, say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the document that programs may rely on.")
@click.option(
    "--debugger",
    type=click.Choice(("gdb", "lldb", "vscode")),
    help="Print the settings with which a debugger finds the sources in portable mode instead.",
)
def command(as_json: bool, debugger: str | None) -> None:
    """Show every setting with its origin.

    Settings come from your own dunnage.toml, then the project's, then DUNNAGE_* variables; the last one wins.
    Extra inputs ([[extra-inputs]]) of both files count; what their globs stand for here is counted.

    \b
    dunnage config --debugger gdb > .gdbinit     the places of the project in this directory
    """  # noqa: D301 -- click's mark for a paragraph that keeps its lines
    if debugger is not None:
        from dunnage.config import project
        from dunnage.report import debuggers

        say(debuggers.render(project.find(os.getcwd(), os.environ), debuggers.Debugger(debugger)))
        return
    from dunnage.config.places import DIR_VARIABLE
    from dunnage.config.settings import DEFAULT_ORIGIN, unknown_variables
    from dunnage.engine.stated import matches
    from dunnage.report import documents
    from dunnage.report import settings as report
    from dunnage.report.style import Style

    places, settings = context.places(), context.settings()
    extra = matches(settings.extra_inputs)
    if as_json:
        say(documents.dump(report.document(settings, places, extra)))
    else:
        dir_origin = DIR_VARIABLE if os.environ.get(DIR_VARIABLE) else DEFAULT_ORIGIN
        say(report.text(settings, places, dir_origin, Style.of_stdout(), extra))
    for match in extra:
        if match.warning:
            complain(match.warning)
    for name, near in unknown_variables(os.environ).items():
        complain(f"{name} means nothing." + (f" Did you mean {near}?" if near else ""))
