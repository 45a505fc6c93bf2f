"""What the daemon costs: CPU time per hit, memory, how fast the command line answers, many sessions at once."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.builds import Site
from bench.contestants import Dunnage
from bench.figures import Series
from bench.units import Unit, replay

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonCost:
    """Of many hits, and after them."""

    cpu_ms_per_hit: float
    hits: int
    resident_mib: float
    peak_mib: float


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def memory_mib(pid: int, name: str) -> float:
    """A line of /proc/<pid>/status that counts kB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


def cost_of_hits(site: Site, calls: list[Unit], replays: int) -> DaemonCost:
    """The daemon's CPU time over many replays of library units, by their hits: its ticks are too coarse for one."""
    dunnage = Dunnage()
    with site.running(dunnage) as env:
        replay(calls, env)
        dunnage.settle()
        replay(calls, env)
        pid = int(dunnage.status()["pid"])
        hits_before, cpu_before = dunnage.stats()["outcomes"]["hit"], cpu_s(pid)
        for _ in range(replays):
            replay(calls, env)
        spent = cpu_s(pid) - cpu_before
        hits = dunnage.stats()["outcomes"]["hit"] - hits_before
        if hits != replays * len(calls):
            raise RuntimeError(f"{hits} hits in {replays} replays of {len(calls)} units")
        return DaemonCost(
            cpu_ms_per_hit=1000 * spent / hits,
            hits=hits,
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
