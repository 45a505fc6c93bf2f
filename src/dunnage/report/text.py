"""What people read: stats, units, status. Documents in (see `report.documents`), text out, lines ended.

stats and status are drawn without rich, whose import alone takes longer than all the rest of them.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dunnage.config.values import format_duration, format_size
from dunnage.model.outcome import REASONS, Outcome
from dunnage.report import remotes
from dunnage.report.style import Style
from dunnage.report.table import Column, Table, plain

_LABELS: Final = {
    Outcome.HIT: "hits",
    Outcome.MISS: "misses",
    Outcome.UNCACHEABLE: "uncacheable",
    Outcome.FALLBACK: "fallbacks",
}

_REPORTS_SHOWN: Final = 5


def stats(document: Mapping[str, Any], style: Style) -> str:
    """Counts of outcomes, time saved, the store, and under them why."""
    counts, store = document["outcomes"], document["store"]
    facts = [(label, f"{counts[outcome]:,}") for outcome, label in _LABELS.items()]
    facts.append(("hit rate", _percent(document["hit_rate"])))
    facts.append(("time saved", format_duration(document["time_saved_s"])))
    size, size_max = format_size(store["size_bytes"]), format_size(store["size_bytes_max"])
    facts.append(
        (
            "store",
            f"{size} of {size_max}, {_count(store['actions'], 'action')}, {_count(store['blobs'], 'blob')}",
        )
    )
    reports = document.get("verify_reports", ())
    hint = "\n`dunnage explain --last` says what the last miss was due to.\n" if counts[Outcome.MISS] else ""
    told = _facts(facts, style) + _reasons(document["reasons"], style) + hint
    return told + remotes.table(document.get("remotes", ()), style) + _verify_reports(reports, style)


def _verify_reports(paths: Sequence[str], style: Style) -> str:
    """Where to read what verify mode found, the newest first."""
    if not paths:
        return ""
    shown = [f"  {path}\n" for path in paths[:_REPORTS_SHOWN]]
    more = len(paths) - len(shown)
    rest = f"  and {_count(more, 'older one')} beside it\n" if more else ""
    return f"\n{style.strong('differences that verify mode found')}\n{''.join(shown)}{rest}"


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate * 100:.1f} %"


def _reasons(reasons: Mapping[str, Mapping[str, int]], style: Style) -> str:
    """A paragraph an outcome: each reason that was counted, the frequent ones first, as a sentence."""
    text = ""
    for outcome, label in _LABELS.items():
        counted = sorted(reasons.get(outcome, {}).items(), key=lambda item: (-item[1], item[0]))
        rows = [(f"{count:,}", name, reason_text(outcome, name)) for name, count in counted if count]
        if rows:
            table = Table((Column("", right=True), Column(""), Column("")), rows)
            text += f"\n{style.strong(label)}\n{plain(table, heading=False)}"
    return text


def reason_text(outcome: Outcome, name: str) -> str:
    """The sentence of a reason; nothing for one that only a newer daemon knows."""
    row = REASONS.get((outcome, name))
    return "" if row is None else row.text


def units(document: Mapping[str, Any], style: Style) -> str:
    """A row a unit: how often it hit and missed, what its compiler took, what that saved."""
    rows = [
        (
            unit["name"],
            f"{unit['hits']:,}",
            f"{unit['misses']:,}",
            f"{unit['compile_s']:.2f}",
            f"{unit['saved_s']:.2f}",
        )
        for unit in document.get("units", ())
    ]
    if not rows:
        return "No units yet.\n"
    columns = (
        Column("unit"),
        Column("hits", right=True),
        Column("misses", right=True),
        Column("compile s", right=True),
        Column("saved s", right=True),
    )
    return style.table(Table(columns, rows))


def status(document: Mapping[str, Any], style: Style, now_s: float) -> str:
    """Whether a daemon runs, and where everything is."""
    if not document["running"]:
        facts = [("running", "no")]
    else:
        facts = [("running", "yes"), ("pid", str(document["pid"]))]
    facts.append(("version", document["version"]))
    if document.get("up_since") is not None:
        since = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(document["up_since"]))
        facts.append(("up since", f"{since} ({format_duration(max(0.0, now_s - document['up_since']))})"))
    if document["running"]:
        facts.append(("sessions", str(document["sessions"])))
        facts.append(("storing", str(document.get("storing", 0))))
    if document.get("store_error"):
        facts.append(("trouble", document["store_error"]))
    elif document.get("size_bytes") is not None:
        facts.append(("size", format_size(document["size_bytes"])))
    facts += [
        ("store", document["store"]),
        ("socket", document["socket"]),
        ("for containers", document["container_socket"]),
        *(("offered at", place) for key in ("offer", "offer_sockets") for place in document.get(key, [])),
        ("log", document["log"]),
    ]
    return _facts(facts, style)


def removed(reply: Mapping[str, Any]) -> str:
    """What `trim` and `clear` did."""
    return f"Removed {_count(reply['removed_blobs'], 'blob')}, {format_size(reply['removed_bytes'])}.\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _facts(facts: list[tuple[str, str]], style: Style) -> str:
    width = max(len(name) for name, _ in facts)
    return "".join(f"{style.strong(name.ljust(width))}  {value}\n" for name, value in facts)
