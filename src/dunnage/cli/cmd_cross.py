"""`dunnage cross …`: the user's own cross, with the cache in its container."""

import click

from dunnage.cli.passthrough import Passthrough, run_tool


@click.command(cls=Passthrough, add_help_option=False)
def command(args: tuple[str, ...]) -> int:
    """Run cross with the cache in its container.

    All words behind `cross` are its own, `--help` too. What CROSS_CONTAINER_OPTS or DOCKER_OPTS hold already stays.
    """
    from dunnage.containers import cross

    return run_tool("cross", args, cross.prepare)
