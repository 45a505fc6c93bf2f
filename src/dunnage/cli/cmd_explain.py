"""`dunnage explain`: why a unit was no hit, in words."""

import click

from dunnage.cli import context
from dunnage.cli.output import complain, say


@click.command()
@click.option("--last", is_flag=True, help="Explain the last miss (what is done without a UNIT, too).")
@click.option("--json", "as_json", is_flag=True, help="Print the document that programs may rely on.")
@click.argument("unit", required=False)
def command(last: bool, as_json: bool, unit: str | None) -> None:
    """Say why a unit was a miss, uncacheable, or a fallback.

    UNIT is a crate (`serde`), a crate with its version (`serde-1.0.228`, `serde@1.0.228`), the name of its files with
    cargo's hash (`serde-0f3c…`), or the whole name that `dunnage stats --units` shows. Of several the newest comes
    first. A miss is compared with the nearest entry that was stored before it; what differs is named, the most
    important first.
    """
    from dunnage.errors import UsageError

    if last and unit is not None:
        raise UsageError("--last and a UNIT exclude each other.")
    from dunnage.report import documents

    document = documents.explain(context.ask("explain", unit=unit))
    if as_json:
        say(documents.dump(document))
    else:
        from dunnage.report import explanations
        from dunnage.report.style import Style

        say(explanations.text(document, unit, Style.of_stdout()))
    _warn()


def _warn() -> None:
    """Tell of globs that stand for nothing: whoever asks about a miss may have expected another one."""
    from dunnage.engine.stated import matches
    from dunnage.errors import ConfigError

    try:
        extra = matches(context.settings().extra_inputs)
    except ConfigError as error:  # the answer stands above
        complain(str(error))
        return
    for match in extra:
        if match.warning:
            complain(match.warning)
