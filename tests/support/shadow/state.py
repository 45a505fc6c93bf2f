"""States of a project as data, and the steps that lead from one to the next.

A step is a word and a number, `body:1234`: the number seeds every choice that the edit makes, so a list of steps on
one line is the whole story. Any step can be played on any state, so a story stays a story when steps are left out:
that is how a failing one is made smaller.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One edit and the number that all its choices come from."""

    kind: str
    seed: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.seed}"

    @classmethod
    def parse(cls, word: str) -> "Step":
        """Read `kind:seed`. ValueError when it is none."""
        kind, colon, seed = word.partition(":")
        if not kind or not colon:
            raise ValueError(f"{word}: a step is written kind:seed")
        return cls(kind, int(seed))


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a build depends on, as it differs from the project's own sources."""

    files: Mapping[str, str | None] = field(default_factory=dict)
    """Contents of what was written; None for what was taken away."""
    touched: Mapping[str, int] = field(default_factory=dict)
    """How often a file got a new time and nothing else."""
    env: Mapping[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    """Words for cargo."""
    command: tuple[str, ...] = ("build",)
    wiped: int = 0
    """How often both target directories were emptied."""


def read_sources(directory: Path) -> dict[str, str]:
    """Every text of a project, by its path below `directory`."""
    found = {}
    for place, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if name not in {"target", ".git"})
        for name in sorted(files):
            path = Path(place, name)
            if name.endswith((".rs", ".toml", ".txt")):
                found[str(path.relative_to(directory))] = path.read_text(encoding="utf-8")
    return found


def write_state(base: Mapping[str, str], before: State, now: State, directory: Path) -> None:
    """Make what stands in `directory` another state, writing no file that is the same in both.

    What is written gets a new time, as an editor or a version control system would give it.
    """
    for path in sorted(before.files.keys() | now.files.keys() | now.touched.keys()):
        old, new = (state.files.get(path, base.get(path)) for state in (before, now))
        file = directory / path
        if new is None:
            file.unlink(missing_ok=True)
        elif new != old:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(new, encoding="utf-8")
        elif before.touched.get(path, 0) != now.touched.get(path, 0):
            os.utime(file)
