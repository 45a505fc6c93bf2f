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
    "settings": "both files and all variables can be read, and mean something",
    "switches": "nothing is switched off that makes builds warm",
    "directory": "it is this user's, can be written, and its sockets can be reached",
    "store": "its file system is fit for it and has room, nothing in it was damaged, no other version's is left",
    "clock": "file systems stamp files by the system's clock",
    "daemon": "it answers, is of this version, can use its store, goes by what is set now",
    "client": "it is there, can be run from where it is, is of this version",
    "wrapper": "nobody else stands in front of rustc (RUSTC_WRAPPER, cargo's configuration)",
    "flags": "no flag keeps units out of the cache (CARGO_INCREMENTAL, RUSTFLAGS)",
    "compilers": "rustc, cargo and a C compiler are there and answer",
    "masquerade": "no other cache stands in the place of compilers (ccache in PATH, CC)",
    "observing": "what compilers and macros look at can be observed",
    "engines": "docker, podman and nerdctl answer, on this machine",
    "cross": "no variable keeps the client out of cross's container",
    "remotes": "each one answers, lets us in, has its bucket; whether results are sent there",
    "seals": "keys can be read and used, and nobody else reads those that are secret",
    "offer": "the address is free and there is a token",
    "misses": "what was counted, and has a cure: portable mode, for one",
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
