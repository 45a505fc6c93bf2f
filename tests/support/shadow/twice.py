"""One state, built twice at the same place: without dunnage, and with it over a store that has seen the history.

Two target directories are renamed to one and the same place in turn, so paths are equal to the letter, and on both
sides cargo compiles only what the state before makes necessary.
"""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from support.builds import Built, Site, differences
from support.shadow.state import State
from support.tools import Host

_T = TypeVar("_T")

_TOOL = Host()

_WORDS = ("--offline", "--keep-going", "--message-format=json")
"""`--keep-going`: otherwise a failing build ends with what happened to be compiled by then."""

UNTRACED = {"RUST_BACKTRACE": "0"}
"""A build script runs from a memory file, where its backtrace finds no names: ADR 12 says so. Whoever has the variable
set would be told of that as a difference."""

_PASSING = ("warning: build failed, waiting", "Blocking waiting for file lock")
"""What cargo says depending on how long something took."""

_BY_CHANCE = re.compile(r" in [0-9.]+m? ?[0-9.]*s$|(?<=thread 'main' )\(\d+\)")
"""How long a build took, and the number of a thread that panicked."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both builds of one state."""

    plain: Built
    cached: Built
    again: Built | None
    """With what dunnage left, by cargo alone; None where the build failed."""

    def differences(self) -> list[str]:
        """What is not as it should be, in words; empty when all is well."""
        found = []
        if self.plain.ran.returncode != self.cached.ran.returncode:
            found.append(f"exit code {self.plain.ran.returncode} became {self.cached.ran.returncode}")
        found += [
            f"{stream}: {line}"
            for stream, one, other in (
                ("stdout", self.plain.ran.stdout, self.cached.ran.stdout),
                ("stderr", self.plain.ran.stderr, self.cached.ran.stderr),
            )
            for line in _different_lines(one, other)
        ]
        found += [f"file: {name}" for name in differences(self.plain.files, self.cached.files)]
        if self.again is not None:
            found += [f"not fresh: {name}" for name in stale(self.again)]
        return found


class Place:
    """Where a project is built twice."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._target = site.directories.target
        for side in ("plain", "cached"):
            self._kept(side).mkdir()

    def build(self, state: State) -> Pair:
        """Both builds of what stands in the source directory."""
        site = self._site.with_env(**UNTRACED, **state.env)
        cargo = (*state.command, *state.features, *_WORDS)
        plain = self._with_side("plain", lambda: site.build(_TOOL, cache=False, cargo=cargo))
        cached, again = self._with_side("cached", lambda: _and_again(site, cargo))
        return Pair(plain, cached, again)

    def wipe(self) -> None:
        """Empty both target directories."""
        for side in ("plain", "cached"):
            shutil.rmtree(self._kept(side))
            self._kept(side).mkdir()

    def _kept(self, side: str) -> Path:
        return self._target.with_name(f"target.{side}")

    def _with_side(self, side: str, build: Callable[[], _T]) -> _T:
        if self._target.exists():
            self._target.rmdir()  # empty: the site made it
        self._kept(side).rename(self._target)
        try:
            return build()
        finally:
            self._target.rename(self._kept(side))


def _and_again(site: Site, cargo: Sequence[str]) -> tuple[Built, Built | None]:
    built = site.build(_TOOL, cargo=cargo)
    return built, site.build(_TOOL, cache=False, cargo=cargo) if built.ran.returncode == 0 else None


def stale(built: Built) -> list[str]:
    """The packages that cargo did not find fresh."""
    messages = [json.loads(line) for line in built.ran.stdout.splitlines() if line.startswith("{")]
    return [str(said["package_id"]) for said in messages if said.get("fresh") is False]


def _different_lines(one: str, other: str) -> list[str]:
    """Lines that only one of both has, marked; their order is a matter of time."""
    counted: dict[str, int] = {}
    for text, sign in ((one, -1), (other, 1)):
        for line in _lines(text):
            counted[line] = counted.get(line, 0) + sign
    return [
        f"{'with' if count > 0 else 'without'} dunnage: {line}" for line, count in counted.items() if count
    ]


def _lines(text: str) -> list[str]:
    return [
        _BY_CHANCE.sub("", line)
        for line in text.splitlines()
        if line.strip() and not line.strip().startswith(_PASSING)
    ]
