"""Jobs on GitHub's cache: each on a new machine, over the tests' fake of the service with the delays of a real one.

A job begins its server or daemon, builds, and ends; the first one of a round finds nothing, the second one what the
first has saved. What is timed is the build with all that has to be begun for it, not what is sent afterwards. The fake
answers each request after `DELAY_S`, gives `BYTES_PER_S` to all bodies together, and takes `UPLOADS_PER_MINUTE` new
entries, as GitHub does since 2026-01-16.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.builds import Site, Times, clean_environment, end_all_of, wait_for_quiet
from bench.figures import turns

if TYPE_CHECKING:
    from support.remotes.gha_service import GhaService

DELAY_S: Final = 0.020
BYTES_PER_S: Final = 50e6
UPLOADS_PER_MINUTE: Final = 200
BUILD: Final = ("cargo", "build", "--locked", "--offline", "--quiet")


@dataclass(slots=True)
class Jobs:
    """What one contestant's jobs took, and asked."""

    times: Times = field(default_factory=Times)
    requests: list[tuple[int, int]] = field(default_factory=list)
    """Of the cache service, by the first and the second job of each round."""
    lost: list[int] = field(default_factory=list)
    """Results that the first job could not save."""


Job = Callable[[Site, Mapping[str, str], Path], tuple[float, dict[str, Any]]]
"""One job: a place, what the runner gives an action, a directory of its own. Its seconds, and `hits`, `lost`."""


def plain(site: Site, runner: Mapping[str, str], own: Path) -> tuple[float, dict[str, Any]]:
    """No cache at all."""
    del runner, own
    return site.build({}), {"hits": "", "lost": 0}


def dunnage(site: Site, runner: Mapping[str, str], own: Path) -> tuple[float, dict[str, Any]]:
    """`gha://`, as the action starts it."""
    (own / "dunnage.toml").write_text('remotes = ["gha://?lane=bench"]\nremote_write = "on"\n')
    env = {"DUNNAGE_DIR": str(own / "home"), "DUNNAGE_CONFIG": str(own / "dunnage.toml")}
    words = [sys.executable, "-m", "dunnage"]
    began = time.perf_counter()
    _said([*words, "start"], {**env, **runner})
    told = json.loads(_said([*words, "env", "--format", "json", "--no-start"], env))["env"]
    begun_s = time.perf_counter() - began
    took = begun_s + site.build({**env, **told})
    stats = json.loads(_said([*words, "stats", "--json"], env))
    said = subprocess.run(
        [*words, "stop"], env=clean_environment() | env, capture_output=True, text=True, check=True
    )
    lost = sum(
        int(line.split()[1].replace(",", "")) for line in said.stderr.splitlines() if "did not go" in line
    )
    outcomes = stats["outcomes"]
    return took, {"hits": f"{outcomes['hit']} hits, {outcomes['miss']} misses", "lost": lost}


def sccache(site: Site, runner: Mapping[str, str], own: Path) -> tuple[float, dict[str, Any]]:
    """`SCCACHE_GHA_ENABLED`, its newest release on PyPI."""
    from support import images

    program = str(images.sccache())
    env = {
        **runner, "SCCACHE_GHA_ENABLED": "on", "SCCACHE_SERVER_UDS": str(own / "sock"),
        "SCCACHE_IDLE_TIMEOUT": "0",
    }  # fmt: skip
    began = time.perf_counter()
    _said([program, "--start-server"], env)
    begun_s = time.perf_counter() - began
    try:
        took = begun_s + site.build({**env, "RUSTC_WRAPPER": program})
        stats = json.loads(_said([program, "--show-stats", "--stats-format=json"], env))["stats"]
    finally:
        _said([program, "--stop-server"], env)
    hits = sum(stats["cache_hits"]["counts"].values())
    misses = sum(stats["cache_misses"]["counts"].values())
    return took, {"hits": f"{hits} hits, {misses} misses", "lost": stats["cache_write_errors"]}


CONTESTANTS: Final[Mapping[str, Job]] = {"plain": plain, "dunnage": dunnage, "sccache 0.16": sccache}


def race(site: Site, rounds: int) -> Iterator[tuple[int, str, dict[str, Jobs]]]:
    """Run all rounds; after each turn its number, its name, and everything so far."""
    from support.remotes.gha_service import gha_service

    found = {name: Jobs() for name in CONTESTANTS}
    site.build({})
    for number, order in enumerate(turns(list(CONTESTANTS), rounds)):
        for name in order:
            with gha_service(site.scratch / "github") as service:
                service.knobs.delay_s, service.knobs.bytes_per_s = DELAY_S, BYTES_PER_S
                service.knobs.uploads_per_minute = UPLOADS_PER_MINUTE
                _turn(site, service, CONTESTANTS[name], found[name])
            shutil.rmtree(site.scratch / "github", ignore_errors=True)
            yield number, name, found


def _turn(site: Site, service: "GhaService", job: Job, jobs: Jobs) -> None:
    asked = []
    for seconds in (jobs.times.cold, jobs.times.warm):
        own = site.scratch / "machine"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        service.asked.clear()
        wait_for_quiet()
        try:
            took, said = job(site, service.environ(), own)
        finally:
            end_all_of(own / "home")  # what a daemon was told, and is found by
        seconds.append(took)
        asked.append(len(service.asked))
        if seconds is jobs.times.cold:
            jobs.lost.append(said["lost"])
        jobs.times.hits = said["hits"]
    jobs.requests.append((asked[0], asked[1]))


def _said(words: list[str], env: Mapping[str, str]) -> str:
    return subprocess.run(
        words, env={**clean_environment(), **env}, capture_output=True, text=True, check=True
    ).stdout
