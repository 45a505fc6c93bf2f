"""A view: the files as one client sees them. The brain works against this and never opens a client's path itself."""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from stat import S_ISDIR, S_ISREG
from typing import Final, NewType, Protocol

StatRecord = NewType("StatRecord", bytes)
"""48 bytes as on the wire (`wire.messages.STAT_RECORD`): errno, mode, dev, ino, size, mtime and ctime in ns.
Compared and remembered as bytes, because that is all that most of them are needed for."""

STAT: Final = struct.Struct("<IIQQQqq")
"""errno, mode, dev, ino, size, mtime in ns, ctime in ns: the layout of a `StatRecord`."""

NO_ERRNO: Final = bytes(4)
"""What a record of something that exists begins with."""


def exists(record: StatRecord) -> bool:
    """Whether the path could be statted at all."""
    return record[:4] == NO_ERRNO


def is_regular(record: StatRecord) -> bool:
    """Whether the record is of a regular file that exists."""
    return record[:4] == NO_ERRNO and S_ISREG(int.from_bytes(record[4:8], "little"))


def is_directory(record: StatRecord) -> bool:
    """Whether the record is of a directory that exists."""
    return record[:4] == NO_ERRNO and S_ISDIR(int.from_bytes(record[4:8], "little"))


def record_of(status: os.stat_result) -> StatRecord:
    """The record of an open descriptor: the same bytes that a client makes of the same file."""
    return StatRecord(
        STAT.pack(
            0,
            status.st_mode,
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a directory."""

    name: str
    is_dir: bool
    is_link: bool = field(default=False, compare=False)
    """It is a symbolic link, whatever it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a compiler ended."""

    code: int
    signal: int
    stdout: bytes | None
    """None: more than is kept."""
    stderr: bytes | None
    started_ns: int
    """Of the clock that stamps files, just before the compiler started."""
    wall_us: int
    cpu_us: int
    outlived: bool = False
    """A child of a launcher's program had not ended with it, or that could not be told."""
    notes: bytes | None = None
    """What stands in the memory file that the compiler was given; None where it was not."""
    seen: bytes | None = None
    """What the program and its children noted of what they looked at (`wire.seen`); None where nobody watched."""


class Made(IntEnum):
    """What a client is to make at a path."""

    FILE = 0
    LAUNCHER = 1
    """A launcher that carries the program of the descriptor; `data` is its digest as hex text."""
    DIRECTORY = 2
    MOVED = 3
    """What stands at the path `data`, moved here at once."""
    LENT = 4
    """The file of the descriptor itself under this name, too, where nobody else has it; else a copy."""


@dataclass(frozen=True, slots=True)
class RestoreFile:
    """A file that a client is to write: from a descriptor, or from `data` where there is none."""

    path: str
    executable: bool
    descriptor: int | None
    data: bytes = b""
    made: Made = Made.FILE
    notice: bytes = b""
    """Printed to stderr when this file is in place, and all in front of it, before the next one is begun."""


class ViewGone(Exception):
    """The client behind a view went away, did not answer in time, or broke the rules. `reason` is a fallback row."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class View(Protocol):
    """What a client does for the brain. Every method may raise `ViewGone`."""

    @property
    def mount_namespace(self) -> int:
        """Names the client's mount namespace; 0 when that is not known."""

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        """A record a path, in order; links are followed."""

    def open(self, paths: Sequence[str]) -> list[int | None]:
        """Descriptors for reading, in order, None where a path cannot be opened. The caller closes them."""

    def entries(self, path: str) -> list[Entry] | None:
        """The entries of a directory, None where it cannot be listed."""

    def ask(self, argv: Sequence[str]) -> Run:
        """Run a question to a compiler (`rustc --print sysroot`): quiet, in the client's cwd and environment."""

    def compile(
        self, noting: Sequence[str] = (), *, adding: Sequence[str] = (), observing: bool = False
    ) -> Run:
        """Run the compiler as the client was called, with the words of `adding` behind, its streams passed on live.

        With `noting`, words that make it write into the memory file `limits.NOTES_DESCRIPTOR`: those stand behind the
        others, unless the client has no such file to give; then `notes` is None. When `observing`, the compiler and
        its children note what they look at, unless it cannot be observed; then `seen` is None.
        """

    def write(self, files: Sequence[RestoreFile]) -> list[StatRecord]:
        """Write these files, as many as there are; records of them as they stand.

        Raises:
            ViewGone: `write-failed`: the client could not write one of them. Unless its compiler has run, it runs it.
        """

    def restore(self, files: Sequence[RestoreFile], stdout: bytes, stderr: bytes) -> list[StatRecord]:
        """Write these files, print these streams and end with 0; records of the files as they stand.

        Raises:
            ViewGone: `write-failed`: the client could not write one of them, and runs the compiler.
        """

    def exit(self, run: Run) -> None:
        """End as the compiler ended; its streams were passed on already."""

    def step_aside(self, reason: str) -> None:
        """Let the client become the compiler, without us."""
