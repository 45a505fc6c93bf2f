"""Warm builds in an unmodified container, by `docker run` and by cross, beside the same build on the host.

All of them build one project for one target triple with the same sources and the same store, each into a target
directory of its own, and warm after its own cold build. What a container's start costs is measured in the same rounds
by a command that does nothing: `docker run … true`, and `cross metadata`, which asks all that cross asks, starts its
container, and there runs a cargo that has nothing to do.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.builds import Site, clean_environment, wait_for_quiet, wipe
from bench.contestants import Dunnage
from bench.figures import Series, turns

BUILD = ("build", "--locked", "--offline", "--quiet")
NOTHING = ("metadata", "--no-deps", "--offline", "--quiet", "--format-version=1")
HOST = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Command lines of one way to build, and what they need in the environment."""

    build: list[str]
    nothing: list[str] | None
    """None: there is no start to be measured."""
    env: Mapping[str, str]
    target: Path


@dataclass(slots=True)
class WarmBuilds:
    """What one way took, in seconds, round by round."""

    warm: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)

    @property
    def series(self) -> Series:
        """The warm builds, start included."""
        return Series(tuple(self.warm))

    def against(self, host: "WarmBuilds") -> float:
        """The warm build less the start, in warm builds of the host: the median of the rounds' own ratios."""
        rounds = zip(self.warm, self.start, host.warm, strict=True)
        return median((warm - start) / base for warm, start, base in rounds)


def ways(site: Site) -> dict[str, Way]:
    """The host, `docker run`, cross. Makes the image, and cross, where they are not there yet: minutes, once."""
    from support import images
    from support.tools import Container, Cross, Directories, Host

    image = images.bookworm()
    found: dict[str, Way] = {}
    for name, tool in ((HOST, Host()), ("docker run", Container(image)), ("cross 0.2.5", Cross(image))):
        at = Directories(site.project, site.scratch / f"target of {name}".replace(" ", "-"), site.cargo_home)
        is_cross = isinstance(tool, Cross)
        words = BUILD if is_cross else (*BUILD, "--target", Cross.TRIPLE)  # cross's tool says it by itself
        argv = tool.argv(at, words)
        env = dict(tool.env(at))
        nothing = None
        if is_cross:
            nothing = ["cross", *NOTHING]
            env["CROSS_BUILD_TARGET"] = Cross.TRIPLE
        elif name != HOST:
            nothing = [*argv[: -len(words) - 1], "true"]
        dunnage = [sys.executable, "-m", "dunnage", *tool.with_dunnage(argv)]
        found[name] = Way(build=dunnage, nothing=nothing, env=env, target=at.target)
    return found


def race(site: Site, rounds: int) -> Iterator[tuple[int, str, dict[str, WarmBuilds], str]]:
    """Run all rounds; after each turn its number, its name, all times so far, and what dunnage says of its hits."""
    dunnage = Dunnage()
    with site.running(dunnage):
        everybody = ways(site)
        times = {name: WarmBuilds() for name in everybody}
        for way in everybody.values():
            way.target.mkdir()
            _run(site, way.build, way, dunnage.env)
            dunnage.settle()
        dunnage.call("stats", "--zero")
        for number, order in enumerate(turns(list(everybody), rounds)):
            for name in order:
                way, taken = everybody[name], times[name]
                if way.nothing is not None:
                    taken.start.append(_run(site, way.nothing, way, {}))
                wipe(way.target)
                taken.warm.append(_run(site, way.build, way, dunnage.env))
                yield number, name, times, dunnage.hits()


def _run(site: Site, argv: list[str], way: Way, env: Mapping[str, str]) -> float:
    """The seconds of one command. Raises RuntimeError with its words."""
    wait_for_quiet()
    began = time.perf_counter()
    done = subprocess.run(
        argv,
        cwd=site.project,
        env={**clean_environment(), **way.env, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr[-2000:]}")
    return took
