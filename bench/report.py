"""The table on the terminal, and the same figures as JSON."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.builds import Times
from bench.client import ClientCost
from bench.containers import HOST, WarmBuilds
from bench.costs import rows_of
from bench.daemon import DaemonCost
from bench.figures import Series, ratio, ratios
from bench.github import Jobs
from bench.next_jobs import NextJobs
from bench.observe import ObserveCost
from bench.scale import Scale
from bench.warm import Warm


@dataclass(slots=True)
class Report:
    """Everything that one run of the benchmark measured."""

    project: str
    rounds: int
    builds: dict[str, Times] = field(default_factory=dict)
    warm: dict[str, Warm] = field(default_factory=dict)
    """Warm builds in turn, over stores that were filled once."""
    units: dict[str, Times] = field(default_factory=dict)
    """The library units alone, replayed."""
    unit_count: int = 0
    c_compiles: dict[str, dict[str, Times]] = field(default_factory=dict)
    """Compiles of C and C++ by group of sources: cold one after the other, warm on all cores."""
    c_counts: dict[str, int] = field(default_factory=dict)
    client: ClientCost | None = None
    daemon: DaemonCost | None = None
    observe: ObserveCost | None = None
    scale: list[Scale] = field(default_factory=list)
    """Small and large stores."""
    notice: Series | None = None
    """Delays of the notice of the metadata on a miss."""
    containers: dict[str, WarmBuilds] = field(default_factory=dict)
    """Warm builds on the host and in containers."""
    container_hits: str = ""
    github: dict[str, Jobs] = field(default_factory=dict)
    next_jobs: dict[str, NextJobs] = field(default_factory=dict)
    """Jobs on new machines, over GitHub's cache."""
    answers: dict[str, Series] = field(default_factory=dict)
    throughput: dict[int, float] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The report as JSON has it; every time in seconds."""
        return {
            "schema": 1,
            "machine": machine(),
            "project": self.project,
            "rounds": self.rounds,
            "builds": _document(self.builds),
            "warm": {name: {"warm_s": one.seconds, "hits": one.hits} for name, one in self.warm.items()},
            "library_units": {"count": self.unit_count, **_document(self.units)},
            "c_compiles": {
                group: {"count": self.c_counts[group], **_document(race)}
                for group, race in self.c_compiles.items()
            },
            "client": self.client
            and {
                "exec_to_connected_s": self.client.connected.seconds,
                "only_connects_s": self.client.floor.seconds,
                "nothing_s": self.client.nothing.seconds,
                "size_bytes": self.client.size_bytes,
                "resident_kib": self.client.resident_kib,
            },
            "daemon": self.daemon and asdict(self.daemon),
            "scale": [asdict(scale) for scale in self.scale],
            "notice_s": self.notice and self.notice.seconds,
            "containers": {
                name: {"warm_s": one.warm, "start_s": one.start} for name, one in self.containers.items()
            },
            "github": {
                name: {
                    "cold_s": one.times.cold,
                    "warm_s": one.times.warm,
                    "requests": one.requests,
                    "lost": one.lost,
                }
                for name, one in self.github.items()
            },
            "next_jobs_s": {name: one.times for name, one in self.next_jobs.items()},
            "observe": self.observe
            and {
                "plain_cpu_s": self.observe.plain.seconds,
                "observed_cpu_s": self.observe.observed.seconds,
                "note_bytes": self.observe.note_bytes,
            },
            "answers_s": {name: series.seconds for name, series in self.answers.items()},
            "sessions_per_s": {str(width): rate for width, rate in self.throughput.items()},
        }

    def write(self, path: Path) -> None:
        """Write the document."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.document(), indent=1) + "\n")


def _document(times: dict[str, Times]) -> dict[str, Any]:
    return {name: {"cold_s": one.cold, "warm_s": one.warm, "hits": one.hits} for name, one in times.items()}


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "arch": platform.machine(),
        "python": platform.python_version(),
        "rustc": rustc,
    }


def print_report(report: Report, console: Console) -> None:
    """All tables, with the aims beside what was reached."""
    facts = machine()
    console.print(
        f"\n{report.project}, {report.rounds} rounds, medians · {facts['cores']} cores · {facts['rustc']} · "
        f"Linux {facts['kernel']}"
    )
    if report.builds:
        console.print(_race(report.builds, "cargo build, target wiped, CARGO_INCREMENTAL=0"))
    if report.warm:
        console.print(_warm(report.warm))
    if report.units:
        title = f"the {report.unit_count} library units alone, one after the other"
        console.print(_race(report.units, title))
    for group, race in report.c_compiles.items():
        count = report.c_counts[group]
        console.print(_race(race, f"{group}: {count} compiles, cold one after the other, warm on all cores"))
    if report.containers:
        console.print(_containers(report.containers, report.container_hits))
    if report.github:
        console.print(_github(report.github))
    if report.next_jobs:
        console.print(_next_jobs(report.next_jobs))
    costs = Table("what", "measured", "aim", title="costs", title_justify="left")
    for row in rows_of(report):
        costs.add_row(*row)
    if costs.row_count:
        console.print(costs)


def _race(race: dict[str, Times], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "cold", "× plain", "warm", "× plain", "dunnage warm is × this", "says of itself"):
        table.add_column(heading, justify="left" if heading in ("", "says of itself") else "right")
    plain, ours = race.get("plain"), race.get("dunnage")
    for name, times in race.items():
        table.add_row(
            name,
            f"{times.cold_series.median:.2f} s",
            f"{ratio(times.cold_series, plain.cold_series):.2f}" if plain else "",
            f"{times.warm_series.median:.2f} s" if times.warm else "",
            f"{ratio(times.warm_series, plain.cold_series):.3f}" if plain and times.warm else "",
            f"{ratio(ours.warm_series, times.warm_series):.2f}" if ours and ours.warm and times.warm else "",
            times.hits,
        )
    return table


def _warm(race: dict[str, Warm]) -> Table:
    rounds = max(len(one.seconds) for one in race.values())
    table = Table(
        title=f"warm cargo build, every store filled once, {rounds} rounds in turn", title_justify="left"
    )
    for heading in ("", "least", "median", "dunnage is × this", "round by round", "says of itself"):
        table.add_column(heading, justify="left" if heading in ("", "says of itself") else "right")
    ours = race.get("dunnage")
    for name, one in race.items():
        found = ratios(ours.series, one.series) if ours else ()
        table.add_row(
            name,
            f"{min(one.seconds):.2f} s",
            f"{one.series.median:.2f} s",
            f"{median(found):.2f}" if found else "",
            f"{min(found):.2f} to {max(found):.2f}" if found else "",
            one.hits,
        )
    return table


def _github(jobs: dict[str, Jobs]) -> Table:
    title = (
        "jobs on new machines over a fake of GitHub's cache: 20 ms a request, 50 MB/s, 200 uploads a minute"
    )
    table = Table(title=title, title_justify="left")
    for heading in (
        "",
        "first job",
        "second job",
        "dunnage is × this",
        "requests",
        "not saved",
        "says of itself",
    ):
        table.add_column(heading, justify="left" if heading in ("", "says of itself") else "right")
    ours = jobs.get("dunnage")
    for name, one in jobs.items():
        against = (
            f"{ratio(ours.times.warm_series, one.times.warm_series):.2f}" if ours and ours.times.warm else ""
        )
        asked = "" if name == "plain" else " + ".join(map(str, one.requests[-1]))
        table.add_row(
            name,
            f"{one.times.cold_series.median:.2f} s",
            f"{one.times.warm_series.median:.2f} s",
            against,
            asked,
            str(max(one.lost)),
            one.times.hits,
        )
    return table


def _next_jobs(ways: dict[str, NextJobs]) -> Table:
    title = "the next job on a new machine, over the same fake: restoring, starting, and the build"
    others = [name for name in ways if name != "dunnage"]
    against = [f"× {name}" for name in others]
    table = Table(
        "what has changed", *ways, *against, "dunnage says of itself", title=title, title_justify="left"
    )
    for changed in ways["dunnage"].times:
        series = {name: Series(tuple(way.times[changed])) for name, way in ways.items()}
        medians = [f"{one.median:.2f} s" for one in series.values()]
        ratios = [f"{ratio(series['dunnage'], series[name]):.2f}" for name in others]
        table.add_row(changed, *medians, *ratios, ways["dunnage"].said.get(changed, ""))
    return table


def _containers(ways: dict[str, WarmBuilds], hits: str) -> Table:
    table = Table(title=f"warm builds in containers ({hits})", title_justify="left")
    for heading in ("", "warm", "start alone", "(warm - start) / host", "aim"):
        table.add_column(heading, justify="right" if heading else "left")
    host = ways[HOST]
    for name, way in ways.items():
        start = f"{Series(tuple(way.start)).median:.2f} s" if way.start else ""
        against = f"{way.against(host):.2f}" if way.start else ""
        table.add_row(name, f"{way.series.median:.2f} s", start, against, "≤ 1.2" if way.start else "")
    return table
