"""A view: the files as one client sees them. The brain works against this and never opens a client's path itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType, Protocol

StatRecord = NewType("StatRecord", bytes)
"""48 bytes as on the wire (`wire.messages.STAT_RECORD`): errno, mode, dev, ino, size, mtime and ctime in ns.
Compared and remembered as bytes, because that is all that most of them are needed for."""

STAT_DEV = slice(8, 16)
STAT_ERRNO = slice(0, 4)
NO_ERRNO = bytes(4)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a directory."""

    name: str
    is_dir: bool


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

    def list(self, path: str) -> list[Entry] | None:
        """The entries of a directory, None where it cannot be listed."""

    def ask(self, argv: Sequence[str]) -> Run:
        """Run a question to a compiler (`rustc --print sysroot`): quiet, in the client's cwd and environment."""

    def compile(self) -> Run:
        """Run the compiler as the client was called, its streams passed on live."""
