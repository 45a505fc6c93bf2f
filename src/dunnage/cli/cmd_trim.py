"""`dunnage trim`: room in the store."""

import click

from dunnage.cli import context
from dunnage.cli.output import say


def _size(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """The bytes of `--to`; a usage error for what is not a size."""
    from dunnage.config.values import parse_size

    try:
        return None if text is None else parse_size(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", ctx, param) from error


@click.command()
@click.option("--to", "size_bytes_max", callback=_size, metavar="SIZE", help="Trim to this size, e.g. 2GiB.")
def command(size_bytes_max: int | None) -> None:
    """Remove what was used least recently from the store.

    As much as it takes to bring the store within its size, or within SIZE this once.
    """
    from dunnage.report import text

    say(text.removed(context.ask("trim", size_bytes_max=size_bytes_max)))
