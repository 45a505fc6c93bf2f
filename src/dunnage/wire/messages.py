"""The table of messages. The codec, the C header and the tables in `docs/reference/wire.md` are made from it.

All integers are little endian. A field is one of these kinds:

    u8 u16 u32 u64 i32 i64      an integer
    blob                        u32 length, then the bytes
    text                        a blob: a path, a word of argv, a name; bytes of any encoding (str with surrogateescape)
    texts                       u32 count, then that many texts
    errnos                      u32 count, then that many u32: 0, or the errno of Linux on this architecture
    stats                       u32 count, then that many stat records (48 bytes, `STAT_RECORD`)
    names                       u32 count, then that many (u8 kind, text): the entries of a directory
    files                       u32 count, then that many files to write (`WriteFile`)

A client sends types from 0x80 on, a daemon those below, so that a frame on the wrong side is seen at once.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Final

STAT_RECORD: Final = struct.Struct("<IIQQQqq")
"""errno, mode, dev, ino, size, mtime in ns, ctime in ns. With errno set everything else is zero."""


class Stream(IntEnum):
    """Which stream a chunk of OUTPUT comes from."""

    STDOUT = 1
    STDERR = 2


class Tty(IntFlag):
    """Which of the client's streams are terminals."""

    STDIN = 1
    STDOUT = 2
    STDERR = 4


class RunFlag(IntFlag):
    """How RUN runs."""

    QUIET = 1
    """The streams go to the daemon only, and stdin is empty: a question to a compiler, not the user's compile."""


class EntryKind(IntEnum):
    """What kind of file a name in a listing is."""

    OTHER = 0
    FILE = 1
    DIRECTORY = 2
    SYMLINK = 3


class FileSource(IntEnum):
    """Where the bytes of a file to write come from."""

    DESCRIPTOR = 0
    INLINE = 1


@dataclass(frozen=True, slots=True)
class WriteFile:
    """One file of WRITE: `text path`, `u8 executable`, `u8 source`, `blob data` (empty with DESCRIPTOR)."""

    path: str
    executable: bool
    source: FileSource
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Hello:
    """The client's greeting, always its first frame."""

    TYPE: ClassVar = 0x81
    FIELDS: ClassVar = (
        ("magic", "u64"),
        ("wire_version", "u16"),
        ("capabilities", "u32"),
        ("pid", "u32"),
        ("mount_namespace", "u64"),
        ("tty", "u8"),
        ("client_version", "text"),
        ("program", "text"),
        ("cwd", "text"),
        ("argv", "texts"),
        ("env", "texts"),
    )
    magic: int
    wire_version: int
    capabilities: int
    pid: int
    mount_namespace: int
    tty: int
    client_version: str
    program: str
    """The path that `execve` would get: argv[0] as found in PATH."""
    cwd: str
    argv: Sequence[str]
    """The command line without the client itself: argv[0] is the compiler as it was named."""
    env: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stats:
    """Answer to STAT: one record a path, in order."""

    TYPE: ClassVar = 0x82
    FIELDS: ClassVar = (("records", "stats"),)
    records: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Opened:
    """Answer to OPEN: an errno a path; the descriptors of those with 0 travel with the frame, in order."""

    TYPE: ClassVar = 0x83
    FIELDS: ClassVar = (("errnos", "errnos"),)
    errnos: Sequence[int]


@dataclass(frozen=True, slots=True)
class Listed:
    """Answer to LIST: errno, and the entries without `.` and `..` in the order of the directory."""

    TYPE: ClassVar = 0x84
    FIELDS: ClassVar = (("errno", "u32"), ("names", "names"))
    errno: int
    names: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Output:
    """A chunk of the compiler's stdout or stderr, sent while it runs."""

    TYPE: ClassVar = 0x85
    FIELDS: ClassVar = (("stream", "u8"), ("data", "blob"))
    stream: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Exited:
    """Answer to RUN, after all OUTPUT: how the compiler ended. `signal` is 0 unless one killed it."""

    TYPE: ClassVar = 0x86
    FIELDS: ClassVar = (
        ("errno", "u32"),
        ("code", "i32"),
        ("signal", "i32"),
        ("started_ns", "i64"),
        ("wall_us", "u64"),
        ("cpu_us", "u64"),
    )
    errno: int
    """Not 0 when the program could not be started at all."""
    code: int
    signal: int
    started_ns: int
    """CLOCK_REALTIME_COARSE just before the start: the clock that stamps files."""
    wall_us: int
    cpu_us: int


@dataclass(frozen=True, slots=True)
class Written:
    """Answer to WRITE: a stat record a file, as it stands under its name; errno where it could not be written."""

    TYPE: ClassVar = 0x87
    FIELDS: ClassVar = (("records", "stats"),)
    records: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Control:
    """A request of the command line, JSON in UTF-8; only the host's own socket takes it, instead of HELLO."""

    TYPE: ClassVar = 0xF0
    FIELDS: ClassVar = (("magic", "u64"), ("wire_version", "u16"), ("request", "blob"))
    magic: int
    wire_version: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Welcome:
    """The daemon's greeting, sent in front of its first request."""

    TYPE: ClassVar = 0x01
    FIELDS: ClassVar = (("wire_version", "u16"), ("capabilities", "u32"))
    wire_version: int
    capabilities: int


@dataclass(frozen=True, slots=True)
class Stat:
    """Stat these paths (following links)."""

    TYPE: ClassVar = 0x02
    FIELDS: ClassVar = (("paths", "texts"),)
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class Open:
    """Open these paths for reading and pass the descriptors."""

    TYPE: ClassVar = 0x03
    FIELDS: ClassVar = (("paths", "texts"),)
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class List:
    """List this directory."""

    TYPE: ClassVar = 0x04
    FIELDS: ClassVar = (("path", "text"),)
    path: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run the compiler as the client was called, or with another argv; stream what it says, then say how it ended."""

    TYPE: ClassVar = 0x05
    FIELDS: ClassVar = (("flags", "u32"), ("argv", "texts"))
    flags: int
    argv: Sequence[str] = ()
    """Empty: the command line of HELLO, untouched."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write these files, each under a temporary name beside its own and then renamed.

    If one of them fails the client says so in WRITTEN, ignores what else was sent, and falls back.
    """

    TYPE: ClassVar = 0x06
    FIELDS: ClassVar = (("files", "files"),)
    files: Sequence[WriteFile]


@dataclass(frozen=True, slots=True)
class Exit:
    """Print these streams and end with this code, or by this signal. The last message of a session."""

    TYPE: ClassVar = 0x07
    FIELDS: ClassVar = (("code", "i32"), ("signal", "i32"), ("stdout", "blob"), ("stderr", "blob"))
    code: int
    signal: int
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class Exec:
    """Become the compiler (`execve`), without us. The last message of a session."""

    TYPE: ClassVar = 0x08
    FIELDS: ClassVar = (("reason", "text"),)
    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to CONTROL, JSON in UTF-8."""

    TYPE: ClassVar = 0x70
    FIELDS: ClassVar = (("answer", "blob"),)
    answer: bytes



ClientMessage = Hello | Stats | Opened | Listed | Output | Exited | Written | Control
DaemonMessage = Welcome | Stat | Open | List | Run | Write | Exit | Exec | Reply
Message = ClientMessage | DaemonMessage

CLIENT_MESSAGES: Final[tuple[type[ClientMessage], ...]] = (
    Hello, Stats, Opened, Listed, Output, Exited, Written, Control,
)  # fmt: skip
DAEMON_MESSAGES: Final[tuple[type[DaemonMessage], ...]] = (
    Welcome, Stat, Open, List, Run, Write, Exit, Exec, Reply,
)  # fmt: skip
