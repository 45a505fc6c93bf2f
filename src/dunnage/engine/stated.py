"""What the globs of extra inputs stand for on this machine: for `dunnage config`, which has no client's view."""

import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from dunnage.config.extra_inputs import Stated
from dunnage.keys.extras import walk
from dunnage.model.view import STAT, Entry, StatRecord, record_of


@dataclass(frozen=True, slots=True)
class Match:
    """One glob of a rule."""

    stated: Stated
    glob: str
    count: int
    """How many files it stands for."""
    problem: str
    """Why it cannot be told."""

    @property
    def warning(self) -> str:
        """What to tell a person; empty if all is well."""
        if self.problem:
            return (
                f"{self.stated.origin}: `{self.glob}`: {self.problem}, so units it speaks of are not cached."
            )
        return "" if self.count else f"{self.stated.origin}: `{self.glob}` stands for no file."


class OwnFiles:
    """This process's own files, as a view would show them."""

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        """See `View`."""
        return [_record(path) for path in paths]

    def entries(self, path: str) -> list[Entry] | None:
        """See `View`."""
        try:
            with os.scandir(path) as found:
                return [Entry(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
        except OSError:
            return None


def matches(stated: Sequence[Stated]) -> list[Match]:
    """Every glob of every rule, in order."""
    files = OwnFiles()
    found = []
    for item in stated:
        for glob in item.rule.files:
            walked = walk(files, posixpath.dirname(item.origin), [glob])
            found.append(Match(item, glob, len(walked.files), walked.problem))
    return found


def _record(path: str) -> StatRecord:
    try:
        return record_of(os.stat(path))
    except OSError as error:
        return StatRecord(STAT.pack(error.errno or 1, 0, 0, 0, 0, 0, 0))
