"""Remotes: each is really asked, by the daemon where one runs, since it has the credentials that count."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dunnage.daemon.tiering import open_tiers
from dunnage.doctor.finding import Finding, Level, note, ok
from dunnage.doctor.patient import Patient
from dunnage.errors import DunnageError


def check(patient: Patient) -> Iterator[Finding]:
    """A finding for each remote; what is wrong with all of them is said once."""
    said = _conditions(patient)
    if not said:
        yield ok("none are set")
        return
    told: set[str] = set()
    for condition in said:
        problem = condition["problem"]
        if problem is None:
            yield _usable(condition)
        elif problem["message"] not in told:
            told.add(problem["message"])
            yield Finding(Level.ERROR, problem["message"], "", problem["hint"])


def _usable(condition: Mapping[str, Any]) -> Finding:
    name, writes, why = condition["name"], condition["writes"], condition["why"]
    if writes:
        return ok(f"{name} answers; results are sent there: {why}")
    return note(
        f"{name} answers, and is read only: {why}.",
        "",
        "Nothing, unless this machine is to fill it: then set `remote_write = on`.",
    )


def _conditions(patient: Patient) -> Sequence[Mapping[str, Any]]:
    """How each remote is, as the daemon says, else as it looks from here."""
    answer = patient.remotes
    if not isinstance(answer, DunnageError):
        found: Sequence[Mapping[str, Any]] = answer["remotes"]
        return found
    opened = open_tiers(patient.own_settings, patient.environ)
    try:
        return [condition.document for condition in opened.conditions()]
    finally:
        for tier in opened.tiers:
            tier.remote.close()
