"""Which client a container needs: the architecture of its image, not that of the host.

The order: the setting `container_arch`; `--platform` (or podman's `--arch`) on the command line; Docker's
DOCKER_DEFAULT_PLATFORM; what the engine says about the image; the host's own, which is what an engine pulls.
"""

from collections.abc import Mapping
from typing import Final

from dunnage.config.clients import ARCHES, host_arch
from dunnage.config.settings import Settings
from dunnage.containers.arguments import RunCall
from dunnage.containers.asking import Ask
from dunnage.errors import ClientMissing

AUTO: Final = "auto"

_ARCH_OF_GOARCH: Final = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "arm": "armv7",
    "386": "i686",
    "riscv64": "riscv64",
}
"""Engines speak Go's names; some pass on what a person wrote, `x86_64` or `aarch64`."""


def of_platform(platform: str) -> str:
    """The client's architecture for `linux/arm64`, `linux/arm/v7`, `arm64` and the like. Raises ClientMissing."""
    words = platform.lower().split("/")
    system, machine = words[:2] if len(words) > 1 else ("linux", words[0])
    arch = _ARCH_OF_GOARCH.get(machine, machine)
    older_arm = arch == "armv7" and words[2:] not in ([], ["v7"])
    if system != "linux" or arch not in ARCHES or older_arm:
        raise ClientMissing(f"There is no client for containers of {platform}.", hint="")
    return arch


def of_call(
    tool: str,
    call: RunCall,
    environ: Mapping[str, str],
    settings: Settings,
    *,
    ask: Ask,
    host: str | None = None,
) -> str:
    """The architecture of the container that `call` starts. Raises ClientMissing where no client fits.

    `host` is the host's architecture, found out unless given.
    """
    if settings.container_arch != AUTO:
        return settings.container_arch
    platform = _asked_for(call) or (environ.get("DOCKER_DEFAULT_PLATFORM", "") if tool == "docker" else "")
    if not platform and call.image is not None:
        inspect = (tool, *call.global_words, "image", "inspect", "--format", "{{.Architecture}}", call.image)
        platform = ask(inspect, environ) or ""
    return of_platform(platform) if platform else host or host_arch()


def _asked_for(call: RunCall) -> str:
    for option in reversed(call.run_options):
        if option.name in ("--platform", "--arch"):
            return option.value
    return ""
