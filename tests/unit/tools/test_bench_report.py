"""The benchmark's report: every part that was measured is printed with its aim, and written."""

import io
import json

from rich.console import Console

from bench.builds import Times
from bench.client import ClientCost
from bench.containers import WarmBuilds
from bench.daemon import DaemonCost
from bench.figures import Series
from bench.next_jobs import NextJobs
from bench.observe import ObserveCost
from bench.report import Report, print_report
from bench.scale import Scale
from bench.warm import Warm


def daemon(cpu_ms: float, actions: int) -> DaemonCost:
    return DaemonCost(
        cpu_ms_per_hit=cpu_ms, p99_cpu_ms_per_hit=2.5, hits=660, actions=actions, resident_mib=30.0, peak_mib=31.0
    )  # fmt: skip


def full() -> Report:
    report = Report("ripgrep 15.2.0", 2)
    report.builds = {
        "plain": Times([10.0, 12.0]),
        "dunnage": Times([10.0, 13.2], [0.3, 0.5], "44 hits"),
        "mbx": Times([12.0, 14.0], [0.6, 0.5], "54 hits"),
    }
    connected, floor, nothing = Series((0.00013,)), Series((0.00012,)), Series((0.00011,))
    report.client = ClientCost(
        connected=connected, floor=floor, nothing=nothing, size_bytes=30776, resident_kib=76
    )
    report.daemon = daemon(0.8, 33)
    report.scale = [Scale(1_000, 200.0, daemon(0.8, 1_033)), Scale(200_000, 220.0, daemon(0.88, 200_033))]
    report.notice = Series((0.0002, 0.0003))
    report.containers = {"host": WarmBuilds([0.5, 0.5]), "docker run": WarmBuilds([1.0, 1.2], [0.4, 0.7])}
    report.container_hits = "176 hits"
    report.observe = ObserveCost(
        plain=Series((10.0, 12.0)), observed=Series((10.1, 12.0)), note_bytes=204_800
    )
    return report


def printed(report: Report) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, beginning: str) -> str:
    """The row of a table that begins so, without what separates its cells."""
    [found] = [line for line in text.splitlines() if line.strip("│┃ ").startswith(beginning)]
    return " ".join(found.replace("│", " ").split())


def test_warm_builds_are_compared_round_by_round() -> None:
    report = full()
    report.builds = {}
    report.warm = {
        "dunnage": Warm([0.2, 0.3, 0.2], "9 hits"),
        "mbx": Warm([0.4, 0.4, 0.5], "10 hits"),
    }
    text = printed(report)
    assert "3 rounds in turn" in text
    assert row(text, "mbx") == "mbx 0.40 s 0.40 s 0.50 0.40 to 0.75 10 hits"
    assert row(text, "dunnage") == "dunnage 0.20 s 0.20 s 1.00 1.00 to 1.00 9 hits"
    assert report.document()["warm"]["mbx"]["warm_s"] == [0.4, 0.4, 0.5]


def test_ratios_are_against_plain_and_against_dunnage() -> None:
    assert row(printed(full()), "mbx") == "mbx 13.00 s 1.18 0.55 s 0.051 0.75 54 hits"


def test_observing_is_against_the_same_rounds() -> None:
    text = printed(full())
    assert row(text, "observing") == "observing: CPU time of cargo check × 1.0050 ≤ × 1.01"
    assert row(text, "of plain") == "of plain 11.00 s (2 rounds)"
    assert row(text, "notes") == "notes 200 KiB"


def test_a_container_counts_without_its_start() -> None:
    text = printed(full())
    assert row(text, "docker run") == "docker run 1.10 s 0.55 s 1.10 ≤ 1.2"
    assert "176 hits" in text


def test_costs_stand_beside_their_aims() -> None:
    text = printed(full())
    assert row(text, "client: exec to connected").endswith("0.13 ms (least 0.13, p90 0.13) ≤ 0.5 ms")
    assert row(text, "the client's own part") == "the client's own part of it 0.01 ms (least 0.01, p90 0.01)"
    assert row(text, "99 of 100 hits") == "99 of 100 hits 2.50 ms ≤ 3 ms"
    assert row(text, "growth of a hit") == "growth of a hit × 1.10 (the store's part × 1.10) < × 1.3"
    assert row(text, "notice of the metadata").endswith("≤ 5 ms")


def test_the_next_jobs_are_against_each_other_way() -> None:
    report = full()
    report.next_jobs = {
        "rust-cache's way": NextJobs({"bstr 1.12.1": [10.0, 10.0]}),
        "actions/cache's example": NextJobs({"bstr 1.12.1": [20.0, 16.0]}),
        "dunnage": NextJobs({"bstr 1.12.1": [8.0, 8.0]}, {"bstr 1.12.1": "45 hits"}),
    }
    assert row(printed(report), "bstr 1.12.1") == "bstr 1.12.1 10.00 s 18.00 s 8.00 s 0.80 0.45 45 hits"


def test_what_was_not_measured_is_not_printed() -> None:
    text = printed(Report("ripgrep 15.2.0", 5))
    assert "ripgrep 15.2.0, 5 rounds" in text
    assert "client" not in text


def test_the_document_is_json() -> None:
    document = json.loads(json.dumps(full().document()))
    assert document["scale"][1]["daemon"]["actions"] == 200_033
    assert document["containers"]["docker run"] == {"warm_s": [1.0, 1.2], "start_s": [0.4, 0.7]}
    assert document["client"]["only_connects_s"] == [0.00012]
