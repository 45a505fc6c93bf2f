"""Counters as the documented, versioned JSON of `dunnage stats --json` (`docs/reference/stats-json.md`)."""

from typing import Any

from dunnage.model.outcome import Outcome
from dunnage.store.reports import Counters, UnitRow

_US = 1_000_000
LANGUAGES = ("rust", "c")


def documented(counters: Counters) -> dict[str, Any]:
    """Outcomes, reasons, languages, hit rate and time saved. Times are in seconds."""
    outcomes = {str(outcome): 0 for outcome in Outcome}
    reasons: dict[str, dict[str, int]] = {name: {} for name in outcomes}
    languages: dict[str, dict[str, int]] = {name: dict.fromkeys(outcomes, 0) for name in LANGUAGES}
    saved_us = 0
    for row in counters.rows:
        outcomes[row.outcome] += row.sessions
        reasons[row.outcome][row.reason] = reasons[row.outcome].get(row.reason, 0) + row.sessions
        languages.setdefault(row.language, dict.fromkeys(outcomes, 0))[row.outcome] += row.sessions
        saved_us += row.saved_us
    looked_up = outcomes["hit"] + outcomes["miss"]
    return {
        "outcomes": outcomes,
        "reasons": reasons,
        "languages": languages,
        "hit_rate": round(outcomes["hit"] / looked_up, 4) if looked_up else None,
        "time_saved_s": round(saved_us / _US, 3),
        "since": counters.since_s,
    }


def unit_document(row: UnitRow) -> dict[str, Any]:
    """One unit's line."""
    return {
        "name": row.name,
        "hits": row.hits,
        "misses": row.misses,
        "compile_s": round(row.compile_us / _US, 3),
        "saved_s": round(row.saved_us / _US, 3),
    }
