"""Commands whose words are all somebody else's: `cross`, `docker`, `podman`.

`--help`, `--` and every option after the name belong to the tool, so click's parser never sees them.
"""

import os
from collections.abc import Callable, Sequence

import click

from dunnage.cli import context
from dunnage.cli.boundary import optional
from dunnage.cli.execute import execute
from dunnage.cli.output import complain
from dunnage.config.disabling import is_disabled
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.containers.command import Command

Prepare = Callable[[Sequence[str], dict[str, str], Places, Settings], Command]
"""What `dunnage.containers` does: the tool's words, the environment → what to execute."""


class Passthrough(click.Command):
    """A command with one parameter, `args`: the words as they came."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave every word as it is."""
        ctx.params["args"] = tuple(args)
        return []

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """What the usage line shows behind the name."""
        return ["[ARGS]..."]


def run_tool(tool: str, args: Sequence[str], prepare: Prepare) -> int:
    """Become the tool, with the cache in its containers; without it where anything is in the way."""
    environ = dict(os.environ)
    unchanged = Command((tool, *args), environ)
    command = None if is_disabled(environ) else optional(lambda: _prepared(unchanged, prepare), [tool])
    command = command or unchanged
    return execute(command.argv, command.env)


def _prepared(unchanged: Command, prepare: Prepare) -> Command:
    """What to execute. A daemon is only started for a command into which the cache comes."""
    places, settings = context.places(), context.settings()
    environ = {**unchanged.env, **settings.for_clients()}
    command = prepare(unchanged.argv[1:], environ, places, settings)
    if (command.argv, command.env) != (unchanged.argv, environ):
        from dunnage.daemon import launch

        launch.ensure(settings, places)
    for sentence in command.warnings:
        complain(sentence)
    return command
