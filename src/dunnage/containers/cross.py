"""`dunnage cross …`: the user's own cross, with our options in CROSS_CONTAINER_OPTS.

cross splits that variable by the rules of a shell and puts the words before the image, in 0.2.5 and on main alike.
Our words go first and the user's own text follows as it was written: nothing is parsed, so nothing can be lost, and
the user's `-e` come later and win. DOCKER_OPTS, the older name, is read only where the newer one is unset; with
both, main aborts a build under CI. So its text moves over and the variable goes.

cross also works on the host: `cargo metadata`, and every subcommand that it does not know, run through the
RUSTC_WRAPPER of its own environment, which never reaches a container. A wrapper there that the host does not have
makes cross give up and build without a container. So the host's part gets the host's client, as under `dunnage run`,
in the place of whatever stood there; where that client is missing, what the user has stays.
"""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from dunnage.config.clients import host_arch
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.containers import endpoint, options
from dunnage.containers.arch import AUTO
from dunnage.containers.asking import Ask
from dunnage.containers.asking import ask as ask_engine
from dunnage.containers.command import Command
from dunnage.errors import ClientMissing

OPTIONS_VARIABLE: Final = "CROSS_CONTAINER_OPTS"
OLD_OPTIONS_VARIABLE: Final = "DOCKER_OPTS"


def prepare(
    args: Sequence[str],
    environ: Mapping[str, str],
    places: Places,
    settings: Settings,
    *,
    ask: Ask = ask_engine,
    clients: Path | None = None,
) -> Command:
    """The command to execute for `dunnage cross <args>`. The arguments are never touched.

    `ask` and `clients` are what a test may put in the place of the engine and of the package's own clients.
    """
    argv = ("cross", *args)
    warnings: list[str] = []
    env = dict(environ)
    try:
        env.update(options.host_environment(places, host_arch(), clients, environ))
    except ClientMissing as missing:
        warnings.append(f"The cache stays out of what cross does on the host. {missing}")
    where = _elsewhere(environ, ask)
    if where:
        warnings.append(f"The cache stays out of cross's container: {where}.")
        return Command(argv, env, tuple(warnings))
    try:
        machine = host_arch() if settings.container_arch == AUTO else settings.container_arch
        ours = options.run_options(places, machine, environ, clients=clients)
    except ClientMissing as missing:
        return Command(argv, env, (*warnings, f"The cache stays out of cross's container. {missing}"))
    if OPTIONS_VARIABLE in environ and OLD_OPTIONS_VARIABLE in environ:
        warnings.append(f"cross ignores {OLD_OPTIONS_VARIABLE}, because {OPTIONS_VARIABLE} is set, too.")
    theirs = environ.get(OPTIONS_VARIABLE, environ.get(OLD_OPTIONS_VARIABLE, ""))
    env.pop(OLD_OPTIONS_VARIABLE, None)
    env[OPTIONS_VARIABLE] = merged(ours, theirs)
    return Command(argv, env, tuple(warnings))


def merged(ours: Sequence[str], theirs: str) -> str:
    """CROSS_CONTAINER_OPTS of our words and the user's text, which stays as it is; ours only where not in it yet."""
    if options.are_in(theirs.split()):
        return theirs
    return f"{shlex.join(ours)} {theirs}" if theirs else shlex.join(ours)


def _elsewhere(environ: Mapping[str, str], ask: Ask) -> str:
    """Why cross's engine will not see this machine's files, if so; else the empty string."""
    if _is_true(environ.get("CROSS_REMOTE", "")):
        return "CROSS_REMOTE copies files to another machine, and a socket cannot be copied"
    tool = Path(environ.get("CROSS_CONTAINER_ENGINE", "") or "docker").name
    where = endpoint.elsewhere(tool, (), environ, ask=ask)
    return f"{tool} runs it on another machine ({where})" if where else ""


def _is_true(text: str) -> bool:
    """cross's own rule for a switch in the environment: `true`, a number other than 0, or any other word."""
    if text in ("", "false"):
        return False
    return not text.lstrip("+-").isdigit() or int(text) != 0
