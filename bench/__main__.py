"""`python -m bench`: measure, print the table, write JSON and a plot."""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import (
    builds,
    c_compiles,
    c_sources,
    client,
    containers,
    contestants,
    daemon,
    github,
    next_jobs,
    notice,
    observe,
    scale,
    units,
    warm,
)
from bench.plot import draw
from bench.report import Report, print_report
from bench.units import Unit
from dunnage.config.clients import client_dir, host_arch

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = {"ripgrep": "15.2.0", "hyperfine": "1.20.0", "cargo-nextest": "0.9.151"}
OBSERVE_ROUNDS = 10
"""A difference of one part in a hundred does not show in fewer."""
PARTS = (
    "builds",
    "warm",
    "units",
    "containers",
    "github",
    "next-jobs",
    "c",
    "client",
    "notice",
    "daemon",
    "scale",
    "sessions",
    "observe",
)
OF_A_PROJECT = {"builds", "warm", "units", "daemon", "scale", "containers", "github", "observe"}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds of cold and warm builds (default 5)")
    parser.add_argument("--project", choices=VERSIONS, default="ripgrep")
    parser.add_argument(
        "--only", action="append", choices=contestants.NAMES, help="a contestant; may be given more than once"
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="a part; may be given more than once")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "bench" / "results", help="where JSON and plot go"
    )
    asked = parser.parse_args()
    asked.part = asked.part or PARTS
    return asked


def site_of(name: str, scratch: Path) -> builds.Site:
    """A copy of the project to build in. The projects are those of the tests."""
    from support import projects

    project = projects.fetch(name, VERSIONS[name])
    return builds.Site(project.copy_to(scratch / "project"), project.cargo_home, scratch / "stores")


def those_who_race(asked: argparse.Namespace, console: Console) -> dict[str, contestants.Contestant]:
    """Whoever was asked for and can be had."""
    cache = ROOT / ".cache" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    return contestants.installed(cache, console.print, asked.only)


def race_warm(report: Report, site: builds.Site, asked: argparse.Namespace, console: Console) -> None:
    """The rounds of warm builds alone."""
    racing = those_who_race(asked, console)
    for number, name, so_far in warm.race(site, racing, max(warm.ROUNDS_MIN, report.rounds)):
        report.warm = so_far
        console.print(f"warm, round {number + 1}: {name}: {so_far[name].seconds[-1]:.2f} s")


def race(
    report: Report, site: builds.Site, calls: list[Unit], asked: argparse.Namespace, console: Console
) -> None:
    """The rounds of library units alone, and of builds, each turn told as it ends."""
    racing = those_who_race(asked, console)
    races = []
    if "units" in asked.part:
        races.append(("library units", report.units, units.race(site, calls, racing, report.rounds)))
    if "builds" in asked.part:
        races.append(("build", report.builds, builds.race(site, racing, report.rounds)))
    for kind, results, turns in races:
        for number, name, times in turns:
            results[name] = times
            last = "".join(f", warm {seconds:.2f} s" for seconds in times.warm[-1:])
            console.print(f"{kind}, round {number + 1}: {name}: cold {times.cold[-1]:.2f} s{last}")


def contain(report: Report, site: builds.Site, console: Console) -> None:
    """The rounds of warm builds in containers, where there is a docker engine."""
    from support.require import missing

    reason = missing("docker")
    if reason is not None:
        console.print(f"containers: not measured: {reason}")
        return
    for number, name, ways, hits in containers.race(site, report.rounds):
        report.containers, report.container_hits = ways, hits
        console.print(f"containers, round {number + 1}: {name}: warm {ways[name].warm[-1]:.2f} s")


def compile_c(report: Report, scratch: Path, console: Console) -> None:
    """The rounds of C and C++ compiles."""
    for group, work in c_sources.groups(scratch / "c", console.print).items():
        report.c_counts[group] = len(work)
        for number, name, times in c_compiles.race(work, scratch / "c-stores", report.rounds):
            report.c_compiles.setdefault(group, {})[name] = times
            last = "".join(f", warm {seconds:.2f} s" for seconds in times.warm[-1:])
            console.print(f"{group}, round {number + 1}: {name}: cold {times.cold[-1]:.2f} s{last}")


def compare_next_jobs(report: Report, scratch: Path, console: Console) -> None:
    """The rounds of jobs beside what others do for Rust."""
    from support import projects

    for number, name, changed, found in next_jobs.race(scratch / "jobs", projects.ripgrep(), report.rounds):
        report.next_jobs = found
        console.print(
            f"next job, round {number + 1}: {name}: {changed}: {found[name].times[changed][-1]:.2f} s"
        )


def measure(report: Report, asked: argparse.Namespace, scratch: Path, console: Console) -> None:
    """Every part that was asked for."""
    if "client" in asked.part:
        report.client = client.measure(client_dir(host_arch()) / "dunnage", scratch / "client", runs=200)
    if "sessions" in asked.part:
        report.throughput = daemon.throughput(scratch, widths=(1, 8, 64), hits=1000)
    if "daemon" in asked.part:
        report.answers = daemon.answers(scratch, runs=20)
    if "c" in asked.part:
        compile_c(report, scratch, console)
    if "notice" in asked.part:
        report.notice = notice.measure(scratch / "notice", runs=20)
    if "next-jobs" in asked.part:
        compare_next_jobs(report, scratch, console)
    if OF_A_PROJECT & set(asked.part):
        measure_project(report, asked, scratch, console)


def measure_project(report: Report, asked: argparse.Namespace, scratch: Path, console: Console) -> None:
    """The parts that build the project that was asked for."""
    site = site_of(asked.project, scratch)
    if "github" in asked.part:
        for number, name, jobs in github.race(site, report.rounds):
            report.github = jobs
            console.print(
                f"GitHub's cache, round {number + 1}: {name}: warm {jobs[name].times.warm[-1]:.2f} s"
            )
    if "observe" in asked.part:
        rounds = max(OBSERVE_ROUNDS, asked.runs)
        report.observe = observe.measure(site, client_dir(host_arch()), scratch / "observe", rounds)
    if "warm" in asked.part:
        race_warm(report, site, asked, console)
    if {"builds", "units", "daemon", "scale", "containers"} & set(asked.part):
        calls = units.record(site, scratch / "record")
        report.unit_count = len(calls)
        if "daemon" in asked.part:
            report.daemon = daemon.cost_of_hits(site, calls, replays=20)
        if "scale" in asked.part:
            report.scale = list(scale.measure(site, calls))
        if "containers" in asked.part:
            contain(report, site, console)
        if {"builds", "units"} & set(asked.part):
            race(report, site, calls, asked, console)


def main() -> int:
    """Measure what the command line asks for, print it, and write it down."""
    sys.path.insert(0, str(ROOT / "tests"))
    asked = arguments()
    console = Console(width=None if sys.stdout.isatty() else 110)
    report = Report(f"{asked.project} {VERSIONS[asked.project]}", asked.runs)
    with tempfile.TemporaryDirectory(prefix="dunnage-bench-", ignore_cleanup_errors=True) as name:
        measure(report, asked, Path(name), console)
    print_report(report, console)
    path: Path = asked.output / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{asked.project}.json"
    report.write(path)
    console.print(f"written: {path}", soft_wrap=True)
    if report.builds:
        plot = path.with_suffix(".svg")
        drawn = draw(report, plot)
        console.print(f"plot: {plot}" if drawn else "plot: none without matplotlib", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
