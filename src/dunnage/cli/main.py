"""`dunnage`: the list of commands, each in a file of its own that is imported when it is called, and the way in.

Start-up time counts: `dunnage stats` is run by impatient people. So nothing heavy is imported here or by a command's
file as a whole; `tests/unit/cli/test_main.py` watches it.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from dunnage import __version__
from dunnage.cli.boundary import guarded

COMMANDS: Final = (
    "run",
    "cross",
    "docker",
    "podman",
    "env",
    "start",
    "stop",
    "status",
    "stats",
    "explain",
    "doctor",
    "trim",
    "clear",
    "config",
)
"""In the order of the help: what people build with, then the daemon, then the store."""


class Commands(click.Group):
    """A group whose commands are modules: `cmd_<name>.py` with a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now; None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"dunnage.cli.cmd_{cmd_name}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="dunnage", message="%(prog)s %(version)s")
def cli() -> None:
    """A compiler cache that makes Rust builds warm, on the host and in unmodified containers.

    `dunnage run -- cargo build` builds with the cache on; `dunnage stats` shows what it did.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line, sys.argv's unless given, and return its exit code. Never raises for an error."""
    words = list(sys.argv[1:] if args is None else args)
    return guarded(lambda: cli.main(args=words, prog_name="dunnage", standalone_mode=False), words)
