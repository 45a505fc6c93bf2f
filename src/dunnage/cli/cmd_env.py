"""`dunnage env`: the environment that switches the cache on, for those who set it up themselves."""

import os

import click

from dunnage.cli import context
from dunnage.cli.output import say
from dunnage.config.places import Places
from dunnage.config.settings import Settings
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
@click.option("--no-start", is_flag=True, help="Do not start the daemon.")
def command(container: bool, form: str, no_start: bool) -> None:
    """Print the environment that switches the cache on.

    The daemon is started, too.

    \b
    eval "$(dunnage env)"                                            this shell
    dunnage env --format github >> "$GITHUB_ENV"                     later steps of a job
    docker run $(dunnage env --container --format docker) IMAGE …    a container
    """  # noqa: D301 -- click's mark for a paragraph that keeps its lines
    from dunnage.report.environment import Format, render

    places, settings = context.places(), context.settings()
    text = render(_container(places, settings) if container else _host(places, settings), Format(form))
    if not no_start:
        from dunnage.daemon import launch

        launch.ensure(settings, places)
    say(text)


def _host(places: Places, settings: Settings) -> Switch:
    from dunnage.config.clients import host_arch
    from dunnage.containers.options import host_environment

    return Switch(host_environment(places, host_arch(), theirs=os.environ) | settings.for_clients())


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
