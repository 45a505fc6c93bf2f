"""`dunnage doctor`: what is wrong, why probably, and what to do."""

import os
from typing import TYPE_CHECKING, Final

import click

from dunnage.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_FOUND: Final = 4
"""Something does not work. A warning is none of that kind."""


def _names(ctx: click.Context, param: click.Parameter, words: "Sequence[str]") -> "Sequence[str]":
    """The checks that are named; a usage error for one that there is not."""
    from dunnage.doctor.registry import CHECKS

    for word in words:
        if word not in CHECKS:
            raise click.BadParameter(f"there is no check {word}, only {', '.join(CHECKS)}.", ctx, param)
    return words or list(CHECKS)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the document that programs may rely on.")
@click.argument("names", metavar="[CHECK]...", nargs=-1, callback=_names)
def command(as_json: bool, names: "Sequence[str]") -> int:
    """Look for what is wrong, and say what to do about it.

    All checks are made, or those that are named. Remotes, container engines and compilers are really asked, which
    takes some seconds. Nothing is changed, and no daemon is started. The exit code is 4 where something does not
    work, else 0.
    """
    import logging

    from dunnage.doctor.finding import Level
    from dunnage.doctor.patient import Patient
    from dunnage.doctor.registry import examined
    from dunnage.report import documents

    try:
        cwd = os.getcwd()
    except OSError:  # somebody removed it
        cwd = "/"
    logging.getLogger().addHandler(logging.NullHandler())  # what is found is said below, in words for people
    rows = list(examined(Patient(os.environ, cwd), names))
    document = documents.doctor([row.document for row in rows])
    if as_json:
        say(documents.dump(document))
    else:
        from dunnage.report import findings
        from dunnage.report.style import Style

        say(findings.text(document, Style.of_stdout()))
    return EXIT_FOUND if any(row.finding.level is Level.ERROR for row in rows) else 0
