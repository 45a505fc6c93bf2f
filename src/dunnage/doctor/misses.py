"""What was counted: reasons that somebody can do something about."""

import time
from collections.abc import Iterator, Mapping
from typing import Final

from dunnage.doctor.finding import Finding, failed, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.errors import DunnageError, NotRunning
from dunnage.model.advice import ADVICE
from dunnage.model.outcome import REASONS, Outcome

_BOUND: Final = "bound-elsewhere"


def _rows(outcome: Outcome, reasons: str) -> list[tuple[Outcome, str]]:
    return [(outcome, reason) for reason in reasons.split()]


_TROUBLES: Final = (
    *_rows(Outcome.FALLBACK, "internal no-store protocol timeout version busy write-failed"),
    *_rows(
        Outcome.MISS, "store-failed corrupt evicted verify-differs remote-late remote-failed link-unobserved"
    ),
    *_rows(Outcome.MISS, "macro-unobserved compiler-unobserved compiler-unfollowed run-unobserved"),
    *_rows(Outcome.UNCACHEABLE, "toolchain-unknown unknown-compiler linker-not-asked linker-unknown"),
    *_rows(Outcome.UNCACHEABLE, "extra-inputs native-cpu"),
)
"""Those that something is wrong behind, or at least avoidable."""


def check(patient: Patient) -> Iterator[Finding]:
    """Of what the daemon has counted, the reasons that have a cure."""
    stats = patient.stats
    if isinstance(stats, DunnageError):
        is_quiet = isinstance(stats, NotRunning)
        yield ok("no daemon runs, so nobody was asked what was counted") if is_quiet else failed(stats)
        return
    counted: Mapping[str, Mapping[str, int]] = stats["reasons"]
    day = time.strftime("%Y-%m-%d", time.localtime(stats["since"]))
    since = f"Counted since {day}; `dunnage stats --zero` begins anew."
    found = [*_bound(patient, counted, since), *_troubles(counted, since)]
    yield from found or [ok("nothing that could be avoided was counted")]


def _bound(patient: Patient, counted: Mapping[str, Mapping[str, int]], since: str) -> Iterator[Finding]:
    count = counted.get(Outcome.MISS, {}).get(_BOUND, 0)
    if count and patient.settings.portable == "off":
        yield note(
            f"{count:,} misses: every result that is known holds paths of another place ({_BOUND}).",
            f"The same was built in another directory, by another user, or in a container. {since}",
            "Turn portable mode on (`portable = true` in dunnage.toml), or build at the same place.",
        )


def _troubles(counted: Mapping[str, Mapping[str, int]], since: str) -> Iterator[Finding]:
    for outcome, reason in _TROUBLES:
        count = counted.get(outcome, {}).get(reason, 0)
        row = REASONS.get((outcome, reason))
        if count and row is not None:
            yield warning(f"{count:,} × {outcome}, {reason}: {row.text}.", since, ADVICE[outcome, reason])
