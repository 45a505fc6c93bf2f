"""The library units alone, one after the other: what a hit costs when nothing is linked, and nothing else is built.

A build of cargo's is recorded once, with a wrapper that writes down every call. Those that make a library are then
replayed in the order in which cargo started them, which has every dependency before its users; what is linked stays.
"""

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.builds import Site, Times, clean_environment, wait_for_quiet
from bench.contestants import Contestant
from bench.figures import turns

RECORDER = """#!{python} -I
import fcntl, json, os, sys
with open({log!r}, "a") as log:
    fcntl.flock(log, fcntl.LOCK_EX)
    log.write(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]) + "\\n")
os.execvp(sys.argv[1], sys.argv[1:])
"""

CARGOS_OWN = ("CARGO_MAKEFLAGS", "MAKEFLAGS", "RUSTC_WRAPPER")
"""Variables that only mean something below the cargo that set them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One recorded call of rustc, and what it writes."""

    argv: list[str]
    cwd: str
    env: dict[str, str]

    def value(self, name: str) -> str:
        """The word after an option; empty without one."""
        return self.argv[self.argv.index(name) + 1] if name in self.argv else ""

    @property
    def is_library(self) -> bool:
        """Whether it makes an rlib."""
        return self.value("--crate-type") in ("lib", "rlib") and "link" in self.emits

    @property
    def emits(self) -> list[str]:
        """The kinds of `--emit`."""
        return [kind for word in self.argv if word.startswith("--emit=") for kind in word[7:].split(",")]

    def outputs(self) -> list[Path]:
        """The files that are there after it."""
        extra = next((word[15:] for word in self.argv if word.startswith("extra-filename=")), "")
        return sorted(Path(self.value("--out-dir")).glob(f"*{self.value('--crate-name')}{extra}.*"))


def record(site: Site, scratch: Path) -> list[Unit]:
    """Build once, and return the library units in cargo's order."""
    scratch.mkdir(parents=True, exist_ok=True)
    log, recorder = scratch / "calls", scratch / "recorder"
    recorder.write_text(RECORDER.format(python=sys.executable, log=str(log)))
    recorder.chmod(recorder.stat().st_mode | stat.S_IXUSR)
    site.build({"RUSTC_WRAPPER": str(recorder)})
    units = []
    for line in log.read_text().splitlines():
        argv, cwd, env = json.loads(line)
        units.append(Unit(argv, cwd, {name: value for name, value in env.items() if name not in CARGOS_OWN}))
    return [unit for unit in units if unit.is_library]


def replay(units: list[Unit], env: Mapping[str, str], after_each: Callable[[], None] = lambda: None) -> float:
    """Remove what the units make, and make it again, one after the other; the seconds. RuntimeError where one fails."""
    for unit in units:
        for path in unit.outputs():
            path.unlink()
    wrapper = [env["RUSTC_WRAPPER"]] if "RUSTC_WRAPPER" in env else []
    clean = clean_environment()
    environments = [{**clean, **unit.env, **env} for unit in units]
    began = time.perf_counter()
    for unit, environment in zip(units, environments, strict=True):
        done = subprocess.run(
            [*wrapper, *unit.argv],
            cwd=unit.cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(unit.argv)} exits {done.returncode}")
        after_each()
    took = time.perf_counter() - began
    missing = [unit.value("--crate-name") for unit in units if not unit.outputs()]
    if missing:
        raise RuntimeError(f"nothing was written for {missing}")
    return took


def race(
    site: Site, units: list[Unit], contestants: dict[str, Contestant], rounds: int
) -> Iterator[tuple[int, str, Times]]:
    """As `builds.race`, for the library units alone, and for who wraps rustc."""
    contestants = {name: one for name, one in contestants.items() if one.wraps_rustc}
    times = {name: Times() for name in contestants}
    for number, order in enumerate(turns(list(contestants), rounds)):
        for name in order:
            contestant, taken = contestants[name], times[name]
            with site.running(contestant) as env:
                wait_for_quiet()
                taken.cold.append(replay(units, env))
                contestant.settle()
                if name != "plain":
                    wait_for_quiet()
                    taken.warm.append(replay(units, env))
                    taken.hits = contestant.hits()
            yield number, name, taken
