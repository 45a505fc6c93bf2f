"""Whether an engine is on this machine. Elsewhere it cannot see our client and socket, and a mount of them would
put an empty directory where cargo looks for its wrapper: the build would fail. So there the cache stays out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.containers.arguments import Option
from dunnage.containers.asking import Ask

_HOST_OPTIONS: Final = {"docker": ("-H", "--host"), "podman": ("--url",)}
_CONTEXT_OPTIONS: Final = {"docker": ("-c", "--context"), "podman": ("-c", "--connection")}
_HOST_VARIABLES: Final = {"docker": "DOCKER_HOST", "podman": "CONTAINER_HOST"}
_REMOTE_OPTIONS: Final = ("-r", "--remote")

_LOCAL: Final = ("unix://", "fd://", "/")


def elsewhere(tool: str, options: Sequence[Option], environ: Mapping[str, str], *, ask: Ask) -> str:
    """Where the engine is, in words, if that is not this machine; else the empty string."""
    named = _named(tool, options, environ)
    if named:
        return "" if named.startswith(_LOCAL) else named
    for option in options:
        if tool == "podman" and (option.name in _CONTEXT_OPTIONS[tool] or option.name in _REMOTE_OPTIONS):
            return option.value or "another machine"
    if tool == "docker":
        contexts = [option.value for option in options if option.name in _CONTEXT_OPTIONS[tool]]
        endpoint = ask((tool, "context", "inspect", "--format", _ENDPOINT, *contexts[-1:]), environ) or ""
        return "" if not endpoint or endpoint.startswith(_LOCAL) else endpoint
    return ""


_ENDPOINT: Final = "{{.Endpoints.docker.Host}}"


def _named(tool: str, options: Sequence[Option], environ: Mapping[str, str]) -> str:
    for option in reversed(options):
        if option.name in _HOST_OPTIONS.get(tool, ()):
            return option.value
    if any(option.name in _CONTEXT_OPTIONS.get(tool, ()) for option in options):
        return ""
    return environ.get(_HOST_VARIABLES.get(tool, ""), "")
