"""What a run looked at: noted by a library that was preloaded into the program and into its children.

All paths are absolute and as they were named: never normalised, links not followed. A path may stand in several
places: read, and looked at before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_KERNELS: Final = ("/proc/", "/sys/", "/dev/", "/memfd:")


def is_special(path: str) -> bool:
    """Whether a path is the kernel's own and no input."""
    return path.startswith(_KERNELS) or path in ("/proc", "/sys", "/dev")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of a run."""

    pid: int
    parent: int
    """0 where that is not known: it was forked and never ran a program of its own."""
    program: str
    """The file of the last program that it ran; empty where it ran none of its own."""
    arguments: tuple[str, ...] = ()
    """The words that this program was started with, its own name first; empty where they were not noted."""
    wrote: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    """The words for what could not be followed in it, `exec` also for a child of its that could not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What all processes of a run looked at, together."""

    read: frozenset[str] = frozenset()
    """Opened for reading."""
    wrote: frozenset[str] = frozenset()
    """Made, changed, renamed (both names) or removed."""
    looked: frozenset[str] = frozenset()
    """Asked for (stat, access, readlink), or tried in vain as a program."""
    listed: frozenset[str] = frozenset()
    special: frozenset[tuple[str, str]] = frozenset()
    """(program, path) of who read, looked at or listed what is the kernel's own: such paths stand in these three sets,
    too. The program is empty where it is a process's that was forked and ran none yet."""
    env: frozenset[str] = frozenset()
    """Variables that were asked for by their names, set or not, save those of `compiler_env`."""
    compiler_env: frozenset[str] = frozenset()
    """Variables that rustc's own code asked for. One may stand in both."""
    programs: frozenset[str] = frozenset()
    """Programs that ran, as they were named and by their own files; scripts, too."""
    libraries: frozenset[str] = frozenset()
    """Shared objects that were loaded."""
    unseen: frozenset[tuple[str, str]] = frozenset()
    """(program, word) of what could not be followed or repeated: `network`, `clock`, `cores`, `system`, `exec`. With
    `exec` it is the program that could not be followed, as named."""
    first: str | None = None
    """The file of the program that the client ran; None where it never began."""
    first_pid: int = 0
    by_pid: Mapping[int, Process] = field(default_factory=dict)
