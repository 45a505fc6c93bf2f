"""All checks, in the order in which a person reads what they found: what everything else stands on comes first.

A check is a module with `check(patient) -> Iterable[Finding]`. It is imported when it is made. One that fails itself
is a finding, too: the others are made all the same.
"""

import importlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from dunnage.doctor.finding import Finding, error
from dunnage.doctor.patient import Patient

log = logging.getLogger(__name__)


class Check(Protocol):
    """What a module of a check has."""

    def check(self, patient: Patient) -> Iterable[Finding]:
        """What it found: at least one finding where it looked at something."""


CHECKS: Final[Mapping[str, str]] = {
    "remotes": "whether each remote answers, lets us in, has its bucket, and is written from here",
}
"""Their names, which are those of their modules and what a person calls them by, and what each looks at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding with the name of its check."""

    check: str
    finding: Finding

    @property
    def document(self) -> dict[str, str]:
        """For a document."""
        found = self.finding
        return {
            "check": self.check,
            "level": str(found.level),
            "what": found.what,
            "why": found.why,
            "cure": found.cure,
        }


def examined(patient: Patient, names: Collection[str] = CHECKS) -> Iterator[Row]:
    """Make these checks, in the order of the table."""
    for name in CHECKS:
        if name in names:
            yield from (Row(name, finding) for finding in _made(name, patient))


def _made(name: str, patient: Patient) -> list[Finding]:
    module: Check = importlib.import_module(f"dunnage.doctor.{name}")
    try:
        return list(module.check(patient))
    except Exception as unexpected:
        log.exception("the check %s failed", name)
        return [
            error(
                "This could not be checked.",
                f"An error in dunnage: {type(unexpected).__name__}: {unexpected}.",
                f"Report it, with what `dunnage doctor {name}` says.",
            )
        ]
