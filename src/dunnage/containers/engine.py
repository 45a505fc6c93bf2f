"""`dunnage docker …`, `podman …`, `nerdctl …`: the user's own command line, with our options behind `run`.

Everything but `run`, `create` and `compose run` passes unchanged, and so does any call into which the cache cannot
come: then one sentence says why, and the build goes on without it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.containers import arch, endpoint, options
from dunnage.containers.arguments import RunCall, read
from dunnage.containers.asking import Ask
from dunnage.containers.asking import ask as ask_engine
from dunnage.containers.command import Command
from dunnage.containers.engines import ENGINES
from dunnage.errors import ClientMissing, ContainerError


def prepare(
    tool: str,
    args: Sequence[str],
    environ: Mapping[str, str],
    places: Places,
    settings: Settings,
    *,
    ask: Ask = ask_engine,
    clients: Path | None = None,
) -> Command:
    """The command to execute for `dunnage <tool> <args>`. Raises ContainerError for an unknown tool.

    `ask` and `clients` are what a test may put in the place of the engine and of the package's own clients.
    """
    if tool not in ENGINES:
        raise ContainerError(
            f"{tool} is no container engine that dunnage knows.", hint=f"It knows {', '.join(ENGINES)}."
        )
    unchanged = (tool, *args)
    call = read(ENGINES[tool], args)
    if call is None or options.are_in(args[call.options_at :]):
        return Command(unchanged, environ)
    where = endpoint.elsewhere(tool, call.global_options, environ, ask=ask)
    if where:
        sentence = f"The cache stays out of this container: {tool} runs it on another machine ({where})."
        return Command(unchanged, environ, (sentence,))
    try:
        ours = _options(tool, call, environ, places, settings, ask=ask, clients=clients)
    except ClientMissing as missing:
        return Command(unchanged, environ, (f"The cache stays out of this container. {missing}",))
    at = call.options_at
    return Command((tool, *args[:at], *ours, *args[at:]), environ)


def _options(
    tool: str,
    call: RunCall,
    environ: Mapping[str, str],
    places: Places,
    settings: Settings,
    *,
    ask: Ask,
    clients: Path | None,
) -> list[str]:
    machine = arch.of_call(tool, call, environ, settings, ask=ask)
    return options.run_options(places, machine, environ, clients=clients)
