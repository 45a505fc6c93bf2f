"""`dunnage podman …`: the user's own podman, with the cache in the containers that it runs."""

import click

from dunnage.cli.passthrough import Passthrough, run_tool


@click.command(cls=Passthrough, add_help_option=False)
def command(args: tuple[str, ...]) -> int:
    """Run podman with the cache in its containers.

    All words behind `podman` are its own, `--help` too. `dunnage podman run …` mounts client and socket and sets the
    environment; your own options stay and come later, so they win. Every other podman command passes unchanged.
    """
    from dunnage.containers import engine

    return run_tool("podman", args, lambda *call: engine.prepare("podman", *call))
