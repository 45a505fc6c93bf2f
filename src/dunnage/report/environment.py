"""The environment that switches dunnage on, in the language of whoever asks.

sh       export RUSTC_WRAPPER=…;         for eval; the semicolons keep `eval $(…)` without quotes right
github   RUSTC_WRAPPER=…                 for `>> "$GITHUB_ENV"`
docker   -v …:/dunnage/bin:ro … -e …     for `docker run $(…)`; podman's options are the same
json     env and mounts                  for programs
"""

import shlex
from enum import StrEnum

from dunnage.errors import UsageError
from dunnage.report import documents
from dunnage.report.switch import Switch


class Format(StrEnum):
    """The languages."""

    SH = "sh"
    GITHUB = "github"
    DOCKER = "docker"
    JSON = "json"


def render(switch: Switch, form: Format) -> str:
    """The switch as text, lines ended. Raises UsageError for docker on the host."""
    match form:
        case Format.SH:
            return "".join(f"export {name}={shlex.quote(value)};\n" for name, value in switch.env.items())
        case Format.GITHUB:
            return "".join(_github(name, value) for name, value in switch.env.items())
        case Format.DOCKER:
            if not switch.docker_options:
                raise UsageError(
                    "The docker format is for containers: on the host there is nothing to mount.",
                    hint="Say `dunnage env --container --format docker`, or choose another format.",
                )
            return shlex.join(switch.docker_options) + "\n"
        case Format.JSON:
            return documents.dump(documents.environment(switch))


def _github(name: str, value: str) -> str:
    """A line of $GITHUB_ENV; a value of several lines stands between two marks that it does not contain."""
    if "\n" not in value:
        return f"{name}={value}\n"
    mark = "DUNNAGE_END"
    while mark in value:
        mark += "_"
    return f"{name}<<{mark}\n{value}\n{mark}\n"
