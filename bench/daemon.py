"""What the daemon costs: CPU time per hit, memory, how fast the command line answers, many sessions at once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.builds import Site
from bench.contestants import Dunnage
from bench.figures import Series
from bench.units import Unit, replay
from dunnage.config.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonCost:
    """Of many hits, and after them."""

    cpu_ms_per_hit: float
    p99_cpu_ms_per_hit: float
    """What the daemon's work from one hit to the next does not exceed 99 times out of 100, storing behind included."""
    hits: int
    actions: int
    """How many results were in its store."""
    resident_mib: float
    peak_mib: float


def cpu_clock(pid: int) -> int:
    """The clock that counts a process's CPU time, for `time.clock_gettime_ns`. Source: clock_getcpuclockid(3)."""
    process_wide = 2  # CPUCLOCK_SCHED, and not CPUCLOCK_PERTHREAD
    return (~pid << 3) | process_wide


def cpu_s(pid: int) -> float:
    """CPU time of a process so far, of threads that have ended, too."""
    return time.clock_gettime_ns(cpu_clock(pid)) / 1e9


def memory_mib(pid: int, name: str) -> float:
    """A line of /proc/<pid>/status that counts kB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


def cost_of_hits(
    site: Site, calls: list[Unit], replays: int, prepare: Callable[[Path], None] | None = None
) -> DaemonCost:
    """The daemon's CPU time over many replays of library units, hit by hit.

    `prepare` is given the directory of its store before the daemon opens it.
    """
    dunnage = Dunnage()
    with site.running(dunnage) as env:
        if prepare is not None:
            dunnage.call("stop")
            prepare(Places.find(dunnage.env).store)
            dunnage.call("start")
        replay(calls, env)
        dunnage.settle()
        replay(calls, env)
        pid = int(dunnage.status()["pid"])
        before = dunnage.stats()
        ticks = [cpu_s(pid)]
        for _ in range(replays):
            replay(calls, env, after_each=lambda: ticks.append(cpu_s(pid)))
        hits = dunnage.stats()["outcomes"]["hit"] - before["outcomes"]["hit"]
        if hits != replays * len(calls):
            raise RuntimeError(f"{hits} hits in {replays} replays of {len(calls)} units")
        each = Series(tuple(after - earlier for earlier, after in pairwise(ticks)))
        return DaemonCost(
            cpu_ms_per_hit=1000 * (ticks[-1] - ticks[0]) / hits,
            p99_cpu_ms_per_hit=1000 * each.percentile(99),
            hits=hits,
            actions=before["store"]["actions"],
            resident_mib=memory_mib(pid, "VmRSS"),
            peak_mib=memory_mib(pid, "VmHWM"),
        )


def answers(scratch: Path, runs: int) -> dict[str, Series]:
    """How long `dunnage --version` and `dunnage stats` take, a daemon running, beside an empty interpreter."""
    dunnage = Dunnage()
    dunnage.start(scratch / "answers")
    script = Path(sys.executable).with_name("dunnage")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "dunnage"]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "dunnage --version": [*program, "--version"],
        "dunnage stats": [*program, "stats"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    try:
        for _ in range(runs):
            for name, argv in commands.items():
                began = time.perf_counter()
                subprocess.run(argv, env={**os.environ, **dunnage.env}, stdout=subprocess.DEVNULL, check=True)
                taken[name].append(time.perf_counter() - began)
    finally:
        dunnage.stop()
    return {name: Series(tuple(times)) for name, times in taken.items()}


def throughput(scratch: Path, widths: tuple[int, ...], hits: int) -> dict[int, float]:
    """Hits a second with so many clients at once, each in a directory of its own, as several builds are.

    In one directory for all, 64 clients on two cores spend most of their time waiting for the kernel's lock of that
    directory, whatever the daemon does. `xargs` starts them, because it costs less than Python.
    """
    dunnage = Dunnage()
    env = {**os.environ, **dunnage.start(scratch / "throughput")}
    unit = (
        f"{env['RUSTC_WRAPPER']} rustc --crate-name unit --edition=2021 lib.rs --error-format=json --json=artifacts "
        "--crate-type lib --emit=dep-info,metadata,link -C metadata=$SLOT -C extra-filename=-1 --out-dir out"
    )
    places = [scratch / "unit" / str(slot) for slot in range(max(widths))]
    rates: dict[int, float] = {}
    try:
        for place in places:
            (place / "out").mkdir(parents=True)
            (place / "lib.rs").write_text("pub fn twice(n: u32) -> u32 { n * 2 }\n")
            one = unit.replace("$SLOT", place.name).split()
            subprocess.run(one, cwd=place, env=env, check=True, stderr=subprocess.DEVNULL)
        dunnage.settle()
        for width in widths:
            began = time.perf_counter()
            each = f"cd $SLOT && exec {unit}"
            subprocess.run(
                [
                    "sh",
                    "-c",
                    f"seq {hits} | xargs --process-slot-var=SLOT -P {width} -I unused sh -c '{each}' 2>/dev/null",
                ],
                cwd=scratch / "unit",
                env=env,
                check=True,
            )
            rates[width] = hits / (time.perf_counter() - began)
        counts = dunnage.stats()["outcomes"]
        if counts["hit"] < hits * len(widths):
            raise RuntimeError(f"not every session was a hit: {counts}")
    finally:
        dunnage.stop()
    return rates
