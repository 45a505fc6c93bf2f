"""`dunnage run -- COMMAND…`: any command on this machine, with the cache on."""

import os
from collections.abc import Mapping

import click

from dunnage.cli import context
from dunnage.cli.boundary import optional
from dunnage.cli.execute import execute
from dunnage.cli.output import complain
from dunnage.config.disabling import is_disabled

MASQUERADE_HELP = "Put links to the client in front of PATH, named after the gcc and clang in it."


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--masquerade", is_flag=True, help=MASQUERADE_HELP)
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
def command(words: tuple[str, ...], masquerade: bool) -> int:
    """Run COMMAND with the cache on.

    Every rustc that cargo starts below it asks dunnage first, and so do gcc and clang where the cc crate or CMake
    starts them. The daemon starts by itself. COMMAND replaces this
    process, so the exit code and signals are its own. If the cache cannot be had, a sentence says why and COMMAND
    runs without it.
    """
    environ = dict(os.environ)
    added = None if is_disabled(environ) else optional(lambda: _environment(environ, masquerade), ["run"])
    return execute(words, environ | (added or {}))


def _environment(environ: Mapping[str, str], masquerade: bool) -> dict[str, str]:
    """The variables that switch the cache on; the daemon runs when this returns."""
    from dunnage.config.clients import host_arch
    from dunnage.containers.options import host_environment
    from dunnage.daemon import launch

    places, settings = context.places(), context.settings()
    added = host_environment(places, host_arch(), theirs=environ) | settings.for_clients()
    if masquerade:
        from dunnage.cli.masquerade import masquerading

        added |= masquerading(environ, places, added["RUSTC_WRAPPER"])
    launch.ensure(settings, places)
    theirs = environ.get("RUSTC_WRAPPER", "")
    if theirs not in {"", added["RUSTC_WRAPPER"]}:
        complain(f"RUSTC_WRAPPER={theirs} is replaced for this command.")
    return added
