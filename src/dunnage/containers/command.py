"""Command: a command line that is ready to be executed, with its environment and what the person should be told."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """What to execute. `argv[0]` is looked up in PATH; `env` is the whole environment."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    """One sentence each, for stderr, before the command starts. There is one whenever the cache stays out."""
