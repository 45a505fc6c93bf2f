"""How remotes are, as the command line hears of it. Asks nobody, and imports nothing that speaks to remotes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dunnage.errors import DunnageError


@dataclass(frozen=True, slots=True)
class Condition:
    """How one remote is."""

    name: str
    """Its URL, without secrets."""
    problem: DunnageError | None = None
    writes: bool = False
    why: str = ""
    """Why results are sent to it, or not, as the end of a sentence; empty where it cannot be used at all."""

    @property
    def document(self) -> dict[str, Any]:
        """For the command line."""
        problem = None if self.problem is None else told(self.problem)
        return {"name": self.name, "writes": self.writes, "why": self.why, "problem": problem}


def told(error: DunnageError) -> dict[str, str]:
    """An error for the command line."""
    return {"message": error.message, "hint": error.advice}


def problems_of(conditions: Iterable[Condition]) -> list[DunnageError]:
    """What is wrong, each thing once: a key that cannot be read keeps all remotes from being used."""
    found = {each.problem.message: each.problem for each in conditions if each.problem is not None}
    return list(found.values())
