"""What is said of remotes: a paragraph of `stats`, and how results are sent when the daemon stops."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

from dunnage.config.values import format_size
from dunnage.report.style import Style
from dunnage.report.table import Column, Table

if TYPE_CHECKING:
    import rich.progress

REASONS: Final[Mapping[str, str]] = {
    "late": "did not come within the time that compiling takes",
    "unavailable": "could not be reached, or did not answer in time",
    "busy": "asked to be left alone for a while",
    "refused": "did not let us in, or not do that",
    "full": "had no room",
    "damaged": "sent something else than was asked for",
    "untrusted": "had a record without the right seal",
    "evicted": "or the store, had lost a file of it",
    "queue-full": "more waited to be sent than are kept in mind",
    "store-failed": "the store could not be read",
    "internal": "an error in dunnage; the log has the details",
    "failed": "failed; the log has the details",
}
"""Why a result was not fetched or sent (`engine.tiers.Tally`)."""


def table(remotes: Sequence[Mapping[str, Any]], style: Style) -> str:
    """A row a remote, and under it what went wrong; nothing where there is none."""
    if not remotes:
        return ""
    columns = (
        Column("remote"), Column("fetched", right=True), Column("", right=True), Column("sent", right=True),
        Column("", right=True), Column("waiting", right=True),
    )  # fmt: skip
    rows = [
        (
            tier["name"],
            f"{tier['fetched']:,}",
            format_size(tier["fetched_bytes"]),
            f"{tier['sent']:,}" if tier["writes"] else "-",
            format_size(tier["sent_bytes"]) if tier["writes"] else "",
            f"{tier['waiting']:,}" if tier["writes"] else "",
        )
        for tier in remotes
    ]
    return f"\n{style.table(Table(columns, rows))}{''.join(_troubles(remotes))}"


def _troubles(remotes: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for tier in remotes:
        for did, counted in (("fetched", tier["not_fetched"]), ("sent", tier["not_sent"])):
            for why, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
                lines.append(f"  {count:,} not {did}: {tier['name']} {REASONS.get(why, why)}\n")
        if tier["trouble"]:
            lines.append(f"  {tier['trouble']}\n")
    return lines


def sent(remotes: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each remote that something was sent to since the daemon began."""
    return [
        f"{_results(tier['sent'])} ({format_size(tier['sent_bytes'])}) went to {tier['name']}."
        for tier in remotes
        if tier["sent"]
    ]


def not_sent(remotes: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for whatever was not sent, with its reason, or waits too long."""
    found = [
        f"{_results(count)} did not go to {tier['name']}: it {REASONS.get(why, why)}."
        for tier in remotes
        for why, count in sorted(tier["not_sent"].items())
    ]
    found += [
        f"{_results(tier['waiting'])} could not go to {tier['name']} in time. {tier['trouble']}".rstrip()
        for tier in remotes
        if tier["waiting"]
    ]
    return found


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count:,} results"


class Progress:
    """A bar on a terminal while results are sent; nothing elsewhere, and nothing where nothing is sent."""

    def __init__(self) -> None:
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._most = 0

    def show(self, waiting: int) -> None:
        """So many are still to be sent."""
        self._most = max(self._most, waiting)
        if not waiting and self._bar is None:
            return
        if self._bar is None:
            if not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("sending results")
        assert self._task is not None
        self._bar.update(self._task, total=self._most, completed=self._most - waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
