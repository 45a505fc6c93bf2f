"""What an observed program and its children note of what they look at: the layout of the memory file of SEEN.

All of it is little endian. In front stands a header, `SEEN_HEADER`: version, zero, bytes of notes that were claimed
(behind the header; more than there is room for means that some were lost), the rest zero. Then come notes, each
`SEEN_NOTE` (its whole size, pid, kind, zero, value), a text, a NUL, and zeros up to a multiple of 8.

Whoever notes claims its bytes first, and writes the size last: a size of 0 is a writer that died in between, and what
lies behind it cannot be told apart any more. Nothing in the file is the client's word: programs wrote it.

Paths are absolute, with the working directory in front where a program named a relative one, and otherwise as it
named them. A process notes each thing once.
"""

import struct
from enum import IntEnum, StrEnum
from typing import Final

SEEN_VERSION: Final = 3

SEEN_LIBRARY: Final = "observe.so"
"""The library's name, beside the client."""

SEEN_VARIABLE: Final = "DUNNAGE_SEEN"
"""The environment variable that names the memory file: `/proc/<pid of the client>/fd/<number>`."""

SEEN_TOLD: Final = "git"
"""The program whose words are noted: it asks for the time whatever it is asked for."""

SEEN_SEPARATOR: Final = "\x1f"

SEEN_HEADER: Final = struct.Struct("<IIQ48x")
SEEN_HEADER_BYTES: Final = SEEN_HEADER.size

SEEN_NOTE: Final = struct.Struct("<IIHHI")
"""What stands in front of a note's text."""

SEEN_ALIGNMENT: Final = 8
"""A note's size is a multiple of this."""


class SeenKind(IntEnum):
    """What a note is of."""

    BEGAN = 1
    """A process, or a program that it became. Text: the program's path; value: its parent's pid."""
    READ = 2
    """Opened for reading."""
    WROTE = 3
    """Opened for writing, made, renamed (both names are noted), removed, or changed in its mode, times or size."""
    LOOKED = 4
    """Statted or otherwise looked for, whether it is there or not; also each candidate of a search in PATH."""
    LISTED = 5
    """A directory whose names were read."""
    ENV = 6
    """The name of an environment variable that was asked for."""
    EXEC = 7
    """The program that this process is about to become, if it can."""
    FAILED = 8
    """The last EXEC of this process could not be done."""
    SPAWNED = 9
    """A program was started. Value: the child's pid."""
    LIBRARY = 10
    """A shared object that the process has loaded."""
    UNSEEN = 11
    """The process did something that notes cannot describe. Text: an `UnseenWord`."""
    COMPILER_ENV = 12
    """As ENV, asked for by rustc's own code (`librustc_driver`), not by a macro that it has loaded."""
    ARGUMENTS = 13
    """The words that a program called `SEEN_TOLD` was started with, `SEEN_SEPARATOR` between them, if they are few."""


class UnseenWord(StrEnum):
    """What notes cannot describe."""

    NETWORK = "network"
    """Talked to a network, or asked it for a name."""
    CLOCK = "clock"
    """Asked for the time of day."""
    CORES = "cores"
    """Asked how many processors there are."""
    MACHINE = "machine"
    """Asked for the machine's name, or its kernel's."""
    SYSTEM = "system"
    """Ran a shell through the C library (`system`, `popen`, `wordexp`)."""
    EXEC = "exec"
    """Became or started a program that cannot be observed."""
    LISTING = "listing"
    """Searched directories through the C library (`ftw`, `fts`, `glob`)."""
    PLACE = "place"
    """Named a file relative to a directory that has no path any more."""
