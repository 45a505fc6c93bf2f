"""The table on the terminal, and the same figures as JSON."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.builds import Times
from bench.client import ClientCost
from bench.daemon import DaemonCost
from bench.figures import Series, ratio
from bench.observe import ObserveCost


@dataclass(slots=True)
class Report:
    """Everything that one run of the benchmark measured."""

    project: str
    rounds: int
    builds: dict[str, Times] = field(default_factory=dict)
    units: dict[str, Times] = field(default_factory=dict)
    """The library units alone, replayed."""
    unit_count: int = 0
    client: ClientCost | None = None
    daemon: DaemonCost | None = None
    observe: ObserveCost | None = None
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
            "library_units": {"count": self.unit_count, **_document(self.units)},
            "client": self.client
            and {
                "exec_to_connected_s": self.client.connected.seconds,
                "nothing_s": self.client.nothing.seconds,
                "size_bytes": self.client.size_bytes,
                "resident_kib": self.client.resident_kib,
            },
            "daemon": self.daemon
            and {
                "cpu_ms_per_hit": self.daemon.cpu_ms_per_hit,
                "hits": self.daemon.hits,
                "resident_mib": self.daemon.resident_mib,
                "peak_mib": self.daemon.peak_mib,
            },
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
    if report.units:
        title = f"the {report.unit_count} library units alone, one after the other"
        console.print(_race(report.units, title))
    costs = Table("what", "measured", "aim", title="costs", title_justify="left")
    for row in _costs(report):
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


def _costs(report: Report) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    if report.client:
        client = report.client
        rows += [
            ("client: exec to connected", _spread(client.connected), "≤ 0.5 ms"),
            ("  a static program that does nothing, exec to end", _spread(client.nothing), ""),
            ("client: size", f"{client.size_bytes / 1024:.0f} KiB", "≤ 64 KiB"),
            ("client: resident", f"{client.resident_kib} KiB", "≤ 1024 KiB"),
        ]
    if report.daemon:
        daemon = report.daemon
        rows += [
            ("daemon: CPU per hit", f"{daemon.cpu_ms_per_hit:.2f} ms ({daemon.hits} hits)", "≤ 1 ms"),
            ("daemon: resident", f"{daemon.resident_mib:.0f} MiB (peak {daemon.peak_mib:.0f})", "≤ 150 MiB"),
        ]
    if report.observe:
        cost = report.observe
        rows += [
            ("observing: CPU time of cargo check", f"× {ratio(cost.observed, cost.plain):.4f}", "≤ 1.01"),
            ("  of plain", f"{cost.plain.median:.2f} s ({len(cost.plain.seconds)} rounds)", ""),
            ("observing: notes", f"{cost.note_bytes / 1024:.0f} KiB", ""),
        ]
    for name, series in report.answers.items():
        rows.append((name, _spread(series), "≤ 100 ms" if name.startswith("dunnage") else ""))
    if report.throughput:
        widest, base = max(report.throughput), report.throughput.get(8)
        rows += [
            (f"{width} sessions at once", f"{rate:.0f} hits/s", "")
            for width, rate in report.throughput.items()
        ]
        if base:
            fall = 1 - report.throughput[widest] / base
            rows.append((f"  fall from 8 to {widest}", f"{100 * fall:.0f} %", "< 10 %"))
    return rows


def _spread(series: Series) -> str:
    return f"{1000 * series.median:.2f} ms (p90 {1000 * series.percentile(90):.2f})"
