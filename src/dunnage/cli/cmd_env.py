"""`dunnage env`: the environment that switches the cache on, for those who set it up themselves."""

import os

import click

from dunnage.cli import context
from dunnage.cli.cmd_run import MASQUERADE_HELP
from dunnage.cli.output import complain, say
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.errors import UsageError
from dunnage.report.switch import Switch

FORMATS = ("sh", "github", "docker", "json")


@click.command()
@click.option("--container", is_flag=True, help="For a container instead of this machine.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="sh",
    show_default=True,
    help="Whose language to speak.",
)
@click.option("--masquerade", is_flag=True, help=MASQUERADE_HELP)
@click.option("--cross", is_flag=True, help="For a plain `cross`, too: its containers get what they need.")
@click.option("--no-start", is_flag=True, help="Do not start the daemon.")
def command(container: bool, form: str, no_start: bool, masquerade: bool, cross: bool) -> None:
    """Print the environment that switches the cache on.

    The daemon is started, too.

    \b
    eval "$(dunnage env)"                                            this shell
    dunnage env --format github >> "$GITHUB_ENV"                     later steps of a job
    docker run $(dunnage env --container --format docker) IMAGE …    a container
    """  # noqa: D301 -- click's mark for a paragraph that keeps its lines
    from dunnage.report.environment import Format, render

    places, settings = context.places(), context.settings()
    if container and cross:
        raise UsageError("--cross is for the host, where cross is started, and not for a container.")
    if container and masquerade:
        raise UsageError(
            "In a container nobody knows which compilers PATH has.",
            hint='Say `make CC="/dunnage/bin/sccache gcc"` there, or leave out --masquerade.',
        )
    switch = _container(places, settings) if container else _host(places, settings, masquerade, cross)
    text = render(switch, Format(form))
    if not no_start:
        from dunnage.daemon import launch

        launch.ensure(settings, places)
    say(text)


def _host(places: Places, settings: Settings, masquerade: bool, cross: bool) -> Switch:
    from dunnage.config.clients import host_arch
    from dunnage.containers.options import host_environment

    added = host_environment(places, host_arch(), theirs=os.environ) | settings.for_clients()
    if masquerade:
        from dunnage.cli.masquerade import masquerading

        added |= masquerading(os.environ, places, added["RUSTC_WRAPPER"])
    if cross:
        from dunnage.containers.cross import OPTIONS_VARIABLE, prepare

        prepared = prepare((), os.environ | settings.for_clients(), places, settings)
        for warning in prepared.warnings:
            complain(warning)
        if OPTIONS_VARIABLE in prepared.env:
            added[OPTIONS_VARIABLE] = prepared.env[OPTIONS_VARIABLE]
    return Switch(added)


def _container(places: Places, settings: Settings) -> Switch:
    """For a container of which only the setting knows the architecture; `auto` means this machine's."""
    from dunnage.config.clients import client_dir, host_arch
    from dunnage.containers import options
    from dunnage.containers.arch import AUTO
    from dunnage.report.switch import Mount

    arch = host_arch() if settings.container_arch == AUTO else settings.container_arch
    environ = os.environ | settings.for_clients()
    return Switch(
        options.container_environment(environ),
        (
            Mount(str(client_dir(arch)), options.CLIENT_DIR, read_only=True),
            Mount(str(places.container_dir), options.SOCKET_DIR, read_only=False),
        ),
        options.run_options(places, arch, environ, words_only=True),
    )
