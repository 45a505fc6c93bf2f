"""Compiles of C and C++, one after the other and as many at once as there are cores: plain, with dunnage, with ccache.

The sources are real (`c_sources`), each group of them a race of its own: plain C, one huge file, and C++ with heavy
headers do not cost alike. ccache is Debian's, in its direct mode, which is its fastest.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Final

from bench.builds import Times, clean_environment, end_all_of, wait_for_quiet
from bench.c_sources import Compile
from bench.contestants import Contestant, Dunnage, Plain, call
from bench.figures import turns
from dunnage.config.clients import client_dir, host_arch

WARM_RUNS: Final = 9
"""In each round: one takes a few hundredths of a second, and the kernel may still write what the cold one made."""


class Ccache(Contestant):
    """ccache as Debian has it."""

    name = "ccache"

    def __init__(self) -> None:
        self.env: dict[str, str] = {}

    def start(self, directory: Path) -> dict[str, str]:
        """An empty store; nothing has to run."""
        self.env = {"CCACHE_DIR": str(directory / "store"), "CCACHE_CONFIGPATH": str(directory / "none")}
        return self.env

    def hits(self) -> str:
        """Hits and misses."""
        counts = dict(
            line.split("\t", 1) for line in call("ccache", "--print-stats", env=self.env).splitlines()
        )
        hits = int(counts["direct_cache_hit"]) + int(counts["preprocessed_cache_hit"])
        return f"{hits} hits, {counts['cache_miss']} misses"


def launcher(contestant: Contestant) -> tuple[str, ...]:
    """What stands in front of the compiler."""
    if isinstance(contestant, Dunnage):
        return (str(client_dir(host_arch()) / "dunnage"),)
    return ("ccache",) if isinstance(contestant, Ccache) else ()


def run(work: Sequence[Compile], before: tuple[str, ...], env: Mapping[str, str], width: int) -> float:
    """Remove all objects and make them again, `width` at once; the seconds. CalledProcessError where one fails."""
    for one in work:
        one.output.unlink(missing_ok=True)
    environment = {**clean_environment(), **env}

    def compile_one(one: Compile) -> None:
        subprocess.run(
            [*before, *one.argv], cwd=one.cwd, env=environment, stdin=subprocess.DEVNULL, check=True
        )

    began = time.perf_counter()
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(compile_one, work))
    return time.perf_counter() - began


def race(work: Sequence[Compile], scratch: Path, rounds: int) -> Iterator[tuple[int, str, Times]]:
    """As `builds.race`. Cold with one at a time, which is what varies least; warm as a build calls: on all cores."""
    contestants: dict[str, Contestant] = {one.name: one for one in (Plain(), Dunnage(), Ccache())}
    if shutil.which("ccache") is None:
        del contestants["ccache"]
    times = {name: Times() for name in contestants}
    run(work, (), {}, 1)  # reads every source once
    for number, order in enumerate(turns(list(contestants), rounds)):
        for name in order:
            contestant, taken = contestants[name], times[name]
            directory = scratch / name
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            env, before = contestant.start(directory), launcher(contestant)
            try:
                wait_for_quiet()
                taken.cold.append(run(work, before, env, 1))
                contestant.settle()
                if name != "plain":
                    wait_for_quiet()
                    width = os.cpu_count() or 1
                    taken.warm.append(median(run(work, before, env, width) for _ in range(WARM_RUNS)))
                    taken.hits = contestant.hits()
            finally:
                contestant.stop()
                end_all_of(directory)
            yield number, name, taken
