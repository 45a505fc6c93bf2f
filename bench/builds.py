"""Cold and warm builds of a real project, everybody in turn, at one and the same place."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.contestants import Contestant
from bench.figures import Series, turns

QUIET_SHARE = 0.12
"""Rounds wait until others use less than this share of the machine, as far as they ever do."""


@dataclass(slots=True)
class Times:
    """One contestant's builds, in seconds, round by round."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    hits: str = ""

    @property
    def cold_series(self) -> Series:
        """The cold builds."""
        return Series(tuple(self.cold))

    @property
    def warm_series(self) -> Series:
        """The warm builds."""
        return Series(tuple(self.warm))


@dataclass(frozen=True, slots=True)
class Site:
    """Where everybody builds: the same absolute paths for all."""

    project: Path
    cargo_home: Path
    scratch: Path

    def build(self, env: Mapping[str, str], command: Sequence[str] = ("cargo",)) -> float:
        """Wipe the target directory and build; the seconds that cargo took. Raises RuntimeError with cargo's words.

        `command` is what stands before the word `build`: some peers wrap cargo itself.
        """
        shutil.rmtree(self.project / "target", ignore_errors=True)
        wait_for_quiet()
        full = {**clean_environment(), "CARGO_INCREMENTAL": "0", **env, "CARGO_HOME": str(self.cargo_home)}
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "build", "--locked", "--offline", "--quiet"],
            cwd=self.project,
            env=full,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
        took = time.perf_counter() - began
        if done.returncode != 0:
            raise RuntimeError(f"the build failed: {done.stderr[-2000:]}")
        if (self.project / "target").is_symlink():
            raise RuntimeError("the target directory is somewhere else, and was not wiped")
        return took

    @contextmanager
    def running(self, contestant: Contestant) -> Iterator[dict[str, str]]:
        """The contestant with an empty store; what it kept is gone afterwards."""
        directory = self.scratch / contestant.name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        env = contestant.start(directory)
        try:
            yield env
        finally:
            contestant.stop()
            end_all_of(directory)
            shutil.rmtree(directory, ignore_errors=True)


def wipe(target: Path) -> None:
    """Empty a target directory; the directory itself may be mounted somewhere."""
    for entry in target.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def end_all_of(directory: Path) -> None:
    """End what was told to stop and did not: a daemon that goes on would take its share of the next turn."""
    from support.daemons import (
        stop_daemons,
    )  # the benchmark's __main__ has put the tests' helpers on the path

    stop_daemons(directory)


def clean_environment() -> dict[str, str]:
    """The environment without anything that would change how cargo builds."""
    unwanted = ("CARGO", "RUSTC", "RUSTFLAGS", "DUNNAGE_", "SCCACHE_", "ZCCACHE_", "KACHE_", "MBX_")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def race(site: Site, contestants: dict[str, Contestant], rounds: int) -> Iterator[tuple[int, str, Times]]:
    """Run all rounds; after each contestant's turn its number of round, its name, and all its times so far."""
    times = {name: Times() for name in contestants}
    site.build({})  # reads every source once: the first build of all would pay for the disk
    for number, order in enumerate(turns(list(contestants), rounds)):
        for name in order:
            contestant, taken = contestants[name], times[name]
            with site.running(contestant) as env:
                taken.cold.append(site.build(env, contestant.command))
                contestant.settle()
                if name != "plain":
                    taken.warm.append(site.build(env, contestant.command))
                    taken.hits = contestant.hits()
            yield number, name, taken


def wait_for_quiet(patience_s: float = 10.0) -> None:
    """Wait until the machine has little else to do, but not for ever."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        before = _busy()
        time.sleep(0.25)
        after = _busy()
        if after[0] - before[0] < QUIET_SHARE * max(1, after[1] - before[1]):
            return


def _busy() -> tuple[int, int]:
    """Ticks that all cores spent working, and ticks altogether."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
