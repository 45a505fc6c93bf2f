"""`dunnage docker …`: the user's own docker, with the cache in the containers that it runs."""

import click

from dunnage.cli.passthrough import Passthrough, run_tool


@click.command(cls=Passthrough, add_help_option=False)
def command(args: tuple[str, ...]) -> int:
    """Run docker with the cache in its containers.

    All words behind `docker` are its own, `--help` too. `dunnage docker run …` mounts client and socket and sets the
    environment; your own options stay and come later, so they win. Every other docker command passes unchanged.
    """
    from dunnage.containers import engine

    return run_tool("docker", args, lambda *call: engine.prepare("docker", *call))
