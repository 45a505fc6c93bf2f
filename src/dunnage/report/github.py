"""The summary on the page of a job of GitHub Actions: Markdown, some lines, the slowest misses with reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dunnage.config.values import format_duration, format_size
from dunnage.model.outcome import Outcome
from dunnage.report.remotes import REASONS

SLOWEST_MAX: Final = 10
"""Misses that are named."""


def slowest(units: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The units whose misses took longest."""
    missed = [unit for unit in units if unit["misses"]]
    return sorted(missed, key=lambda unit: -unit["compile_s"])[:SLOWEST_MAX]


def why(sessions: Sequence[Mapping[str, Any]]) -> str:
    """Why a unit was a miss when it last was one, from `explain --json`."""
    for session in sessions:
        if session["outcome"] == Outcome.MISS:
            detail = f" ({session['detail']})" if session["detail"] else ""
            return f"{session['sentence']}{detail}"
    return ""


def summary(document: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    """The page's part: from `stats --units --json`, and for the slowest misses (by unit) why they were no hits."""
    counts = document["outcomes"]
    looked_up = counts[Outcome.HIT] + counts[Outcome.MISS]
    rate = f"{100 * counts[Outcome.HIT] / looked_up:.1f} %" if looked_up else "-"
    cells = [f"{counts[outcome]:,}" for outcome in Outcome]
    cells += [rate, format_duration(document["time_saved_s"]), format_size(document["store"]["size_bytes"])]
    lines = [
        "### dunnage",
        "",
        "| hits | misses | uncacheable | fallbacks | hit rate | time saved | store |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        f"| {' | '.join(cells)} |",
        "",
    ]
    lines += _remotes(document.get("remotes", ()))
    lines += _misses(slowest(document.get("units", ())), reasons)
    return "\n".join(lines) + "\n"


def _remotes(remotes: Sequence[Mapping[str, Any]]) -> list[str]:
    if not remotes:
        return []
    lines = ["| remote | fetched | requests | not fetched |", "| --- | ---: | ---: | --- |"]
    for tier in remotes:
        troubles = [
            f"{count:,}: {REASONS.get(name, name)}" for name, count in sorted(tier["not_fetched"].items())
        ]
        fetched = f"{tier['fetched']:,} ({format_size(tier['fetched_bytes'])})"
        lines.append(
            f"| {_cell(tier['name'])} | {fetched} | {tier['requests']:,} | {_cell('; '.join(troubles))} |"
        )
    return [*lines, ""]


def _misses(units: Sequence[Mapping[str, Any]], reasons: Mapping[str, str]) -> list[str]:
    if not units:
        return []
    lines = [
        "<details><summary>slowest misses</summary>",
        "",
        "| unit | seconds | why |",
        "| --- | ---: | --- |",
    ]
    for unit in units:
        told = _cell(reasons.get(unit["name"], ""))
        lines.append(f"| {_cell(unit['name'])} | {unit['compile_s']:.2f} | {told} |")
    return [*lines, "", "</details>", ""]


def _cell(text: str) -> str:
    """Text in a table: nothing in it ends the cell, or is taken for HTML."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("|", "\\|")
        .replace("\n", " ")
        .replace("`", "'")
    )
