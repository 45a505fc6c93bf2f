"""The table of costs: what was measured beside the client's, the daemon's and the store's aims."""

from typing import TYPE_CHECKING

from bench.figures import Series, ratio

if TYPE_CHECKING:
    from bench.report import Report


def rows_of(report: "Report") -> list[tuple[str, str, str]]:
    """What, measured, aim: of every part that was measured."""
    rows: list[tuple[str, str, str]] = []
    if report.client:
        client = report.client
        rows += [
            ("client: exec to connected", _spread(client.connected), "≤ 0.5 ms"),
            ("  a static program that only connects", _spread(client.floor), ""),
            ("  the client's own part of it", _spread(client.own), ""),
            ("  a static program that does nothing, exec to end", _spread(client.nothing), ""),
            ("client: size", f"{client.size_bytes / 1024:.0f} KiB", "≤ 64 KiB"),
            ("client: resident", f"{client.resident_kib} KiB", "≤ 1024 KiB"),
        ]
    if report.daemon:
        daemon = report.daemon
        rows += [
            ("daemon: CPU per hit", f"{daemon.cpu_ms_per_hit:.2f} ms ({daemon.hits} hits)", "≤ 1 ms"),
            ("  99 of 100 hits", f"{daemon.p99_cpu_ms_per_hit:.2f} ms", "≤ 3 ms"),
            ("daemon: resident", f"{daemon.resident_mib:.0f} MiB (peak {daemon.peak_mib:.0f})", "≤ 150 MiB"),
        ]
    for scale in report.scale:
        name, of = f"with {scale.actions:,} results in the store", scale.daemon
        rows += [
            (name, f"store: {scale.store_us:.0f} µs CPU a hit", ""),
            ("  daemon: CPU per hit", f"{of.cpu_ms_per_hit:.2f} ms, p99 {of.p99_cpu_ms_per_hit:.2f} ms", ""),
            ("  daemon: resident", f"{of.resident_mib:.0f} MiB (peak {of.peak_mib:.0f})", "≤ 150 MiB"),
        ]
    if len(report.scale) > 1:
        least, most = report.scale[0], report.scale[-1]
        growth = most.daemon.cpu_ms_per_hit / least.daemon.cpu_ms_per_hit
        store = most.store_us / least.store_us
        rows.append(("  growth of a hit", f"× {growth:.2f} (the store's part × {store:.2f})", "< × 1.3"))
    if report.notice:
        rows.append(("notice of the metadata, delay on a miss", _spread(report.notice), "≤ 5 ms"))
    if report.observe:
        observe = report.observe
        rows += [
            (
                "observing: CPU time of cargo check",
                f"× {ratio(observe.observed, observe.plain):.4f}",
                "≤ × 1.01",
            ),
            ("  of plain", f"{observe.plain.median:.2f} s ({len(observe.plain.seconds)} rounds)", ""),
            ("  notes", f"{observe.note_bytes / 1024:.0f} KiB", ""),
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
    least, p90 = (1000 * series.percentile(percent) for percent in (0, 90))
    return f"{1000 * series.median:.2f} ms (least {least:.2f}, p90 {p90:.2f})"
