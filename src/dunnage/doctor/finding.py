"""A finding: what a check says of one thing that it looked at."""

from dataclasses import dataclass
from enum import StrEnum

from dunnage.errors import DunnageError


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, but a person might want to know."""
    WARNING = "warning"
    """The cache works, and does less than it could."""
    ERROR = "error"
    """The cache, or something that was asked for, does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Sentences for a person."""

    level: Level
    what: str
    """What is so. Of what is in order a few words."""
    why: str = ""
    """Why probably, or what comes of it; empty where `what` says it."""
    cure: str = ""
    """What to do; empty only where there is nothing to do."""


def ok(what: str) -> Finding:
    """This is in order."""
    return Finding(Level.OK, what)


def note(what: str, why: str = "", cure: str = "") -> Finding:
    """Nothing is wrong."""
    return Finding(Level.NOTE, what, why, cure)


def warning(what: str, why: str, cure: str) -> Finding:
    """The cache does less than it could."""
    return Finding(Level.WARNING, what, why, cure)


def error(what: str, why: str, cure: str) -> Finding:
    """The cache does not work."""
    return Finding(Level.ERROR, what, why, cure)


def failed(trouble: DunnageError) -> Finding:
    """What an error of ours says."""
    return Finding(Level.ERROR, trouble.message, "", trouble.advice)
