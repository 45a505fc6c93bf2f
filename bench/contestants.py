"""Who takes part: plain cargo, dunnage, and the peers that can be had (`bench.peers`).

A contestant gets an empty directory for all that it keeps. `start` is not timed, `settle` neither: a daemon that is
up and a store that is written are what a user has on an ordinary day.
"""

import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any


def call(*argv: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return what it printed. Raises CalledProcessError."""
    done = subprocess.run(
        [str(word) for word in argv],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


class Contestant(ABC):
    """One way to build."""

    name: str
    command: Sequence[str] = ("cargo",)
    """What stands before the word `build`."""
    wraps_rustc = True
    """Whether it is a RUSTC_WRAPPER, so that a single call of rustc can be given to it."""

    @abstractmethod
    def start(self, directory: Path) -> dict[str, str]:
        """Begin with an empty store in `directory`; the environment in which cargo is to run."""

    def settle(self) -> None:  # noqa: B027 - most have nothing to wait for
        """Wait until everything that was compiled is stored."""

    def stop(self) -> None:  # noqa: B027 - not everybody has a daemon
        """End whatever `start` started."""

    def hits(self) -> str:
        """What the contestant itself says about its hits since `start`."""
        return ""


class Plain(Contestant):
    """cargo and nothing else."""

    name = "plain"

    def start(self, directory: Path) -> dict[str, str]:  # noqa: ARG002
        """Nothing to start."""
        return {}


class Dunnage(Contestant):
    """This checkout's own."""

    name = "dunnage"

    def __init__(self) -> None:
        self.env: dict[str, str] = {}

    def call(self, *words: str) -> str:
        """Run `dunnage` with this store."""
        return call(sys.executable, "-m", "dunnage", *words, env=self.env)

    def start(self, directory: Path) -> dict[str, str]:
        """A daemon of its own, and the variables that `dunnage run` would set."""
        self.env = {"DUNNAGE_DIR": str(directory)}
        self.call("start")
        document: dict[str, Any] = json.loads(self.call("env", "--format", "json"))
        return {**self.env, **document["env"]}

    def status(self) -> dict[str, Any]:
        """What `status --json` says."""
        document: dict[str, Any] = json.loads(self.call("status", "--json"))
        return document

    def stats(self) -> dict[str, Any]:
        """What `stats --json` says."""
        document: dict[str, Any] = json.loads(self.call("stats", "--json"))
        return document

    def settle(self) -> None:
        """Ask until nothing is being stored any more."""
        while self.status().get("storing", 0):
            pass

    def stop(self) -> None:
        """End the daemon."""
        self.call("stop")

    def hits(self) -> str:
        """Hits and misses."""
        counts = self.stats()["outcomes"]
        return f"{counts['hit']} hits, {counts['miss']} misses, {counts['uncacheable']} uncacheable"


NAMES = ("plain", "dunnage", "sccache", "zccache", "kache", "mbx")
"""Everybody, in the order of the table."""


def installed(
    cache: Path, tell: Callable[[str], None], only: Collection[str] | None = None
) -> dict[str, Contestant]:
    """Everybody (or of `only`) who can take part here, in the order of the table; `tell` is given who cannot, and why.

    Nobody else is installed: some take ten minutes to compile.
    """
    from bench.peers import installed_peers

    wanted = NAMES if only is None else only
    ours = [one for one in (Plain(), Dunnage()) if one.name in wanted]
    return {one.name: one for one in (*ours, *installed_peers(cache, tell, wanted))}
