"""A case of the battery for C: a few files, states of them that a cache could mix up, and one command line for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = "{here}"
"""In a word or a variable's value: the project's directory."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, where a case has a file."""

    target: str


Files = Mapping[str, str | Link | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a case, and how it is compiled."""

    files: Files = field(default_factory=dict)
    """Written over the case's own; None: not there."""
    words: tuple[str, ...] | None = None
    """Instead of the case's own."""
    env: Mapping[str, str | None] = field(default_factory=dict)
    """Variables; None: unset."""
    cwd: str = "."
    """Below the project's directory."""
    prepare: Callable[[Path], None] | None = None
    """Does in the project's directory what texts cannot say: modes, times, other compilers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CCase:
    """Each state is compiled without dunnage and with it; then all of them again."""

    name: str
    claim: str
    """What has to be true, in a sentence for the table."""
    files: Files
    words: tuple[str, ...] = ("gcc", "-c", "a.c")
    states: tuple[State, ...]
    hits: int | None = None
    """How many of the compilations come from the store; None: one for each state."""
    reason: str = ""
    """Why nothing is stored, where nothing is."""
    differ: bool = True
    """Whether the states, compiled without dunnage, are all different."""
    varies: tuple[str, ...] = ()
    """Outputs, by their ends, that two compilations without dunnage do not make the same: only that they are there
    is compared."""
