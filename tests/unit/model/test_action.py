"""Stored files: expected ones, and those that only the compiler could name."""

from dunnage.model.action import LISTED, StoredFile
from dunnage.model.digest import Digest


def named(kind: str) -> str | None:
    return StoredFile(kind, Digest(bytes(32)), 0, executable=False).listed_name


def test_the_name_of_what_was_listed() -> None:
    assert named("link") is None
    assert named(f"{LISTED}x-1.unit.rcgu.dwo") == "x-1.unit.rcgu.dwo"
