"""A switch: what turns dunnage on for a command on the host, or in a container. `report.environment` spells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mount:
    """A directory of the host, and where it stands in a container."""

    source: str
    target: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """Variables to set. For a container also what to mount, and both as the options of `docker run`."""

    env: Mapping[str, str]
    mounts: Sequence[Mount] = ()
    docker_options: Sequence[str] = ()
