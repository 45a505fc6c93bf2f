"""Compiles of C and C++, one after the other and as many at once as there are cores: plain, with dunnage, with ccache.

The sources are zstd's, as zstd-sys brings them along, and a handful of C++ files that include much of the standard
library each: a C++ file is mostly headers. ccache is Debian's, in its direct mode, which is its fastest.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.builds import Times, clean_environment, end_all_of, wait_for_quiet
from bench.contestants import Contestant, Dunnage, Plain, call
from bench.figures import turns
from dunnage.config.clients import client_dir, host_arch

HEADERS: Final = (
    "algorithm", "array", "atomic", "chrono", "deque", "filesystem", "functional", "future", "iostream", "map",
    "memory", "mutex", "numeric", "optional", "random", "regex", "set",
    "sstream", "string", "thread", "tuple", "unordered_map",
    "variant", "vector",
)  # fmt: skip
CXX_FILES: Final = 12


@dataclass(frozen=True, slots=True)
class Compile:
    """One compile: its words, the directory in which it runs, and the object."""

    argv: tuple[str, ...]
    cwd: Path
    output: Path


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


def compiles(zstd: Path, scratch: Path) -> list[Compile]:
    """All of them; `zstd` is the library's directory in zstd-sys."""
    objects = scratch / "objects"
    objects.mkdir(parents=True)
    library = scratch / "zstd"
    shutil.copytree(zstd, library)
    found = []
    for source in sorted(
        path.relative_to(library) for path in library.rglob("*.c") if "legacy" not in path.parts
    ):
        output = objects / f"{source.stem}.o"
        words: tuple[str, ...] = ("gcc", "-O2", "-g", "-I.", "-Icommon", "-c", str(source), "-o", str(output))
        found.append(Compile(words, library, output))
    for number in range(CXX_FILES):
        chosen = [name for index, name in enumerate(HEADERS) if (index + number) % 3]
        text = "".join(f"#include <{name}>\n" for name in chosen)
        (scratch / f"c{number}.cpp").write_text(
            f"{text}std::string f{number}() {{ return std::to_string({number}); }}\n"
        )
        output = objects / f"c{number}.o"
        words = ("g++", "-O1", "-g", "-std=c++17", "-c", f"c{number}.cpp", "-o", str(output))
        found.append(Compile(words, scratch, output))
    return found


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
                    taken.warm.append(run(work, before, env, os.cpu_count() or 1))
                    taken.hits = contestant.hits()
            finally:
                contestant.stop()
                end_all_of(directory)
            yield number, name, taken
