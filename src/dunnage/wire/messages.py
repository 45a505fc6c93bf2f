"""The table of messages. The codec, the C header and the tables in `docs/reference/wire.md` are made from it.

All integers are little endian. A field is one of these kinds:

    u8 u16 u32 u64 i64          an integer
    stream                      u8: a `Stream`
    code                        i32: what `_exit` takes, 0 to 255
    signal                      i32: the signal that ended a process, 1 to 64; 0 for none
    flag                        u8: 0 or 1
    run_flags                   u32: bits of `RunFlag`, and no others
    blob                        u32 length, then the bytes
    text                        a blob: a path, a word, a name; of any encoding (str with surrogateescape)
    texts                       u32 count, u32 bytes of the rest, then that many texts, each ended by a NUL
    errnos                      u32 count, then that many u32: 0, or the errno of Linux on this architecture
    stats                       u32 count, then that many stat records (48 bytes, `STAT_RECORD`)
    names                       u32 count, then that many (u8 kind, text): the entries of a directory
    files                       u32 count, then that many files to write (`WriteFile`)

A limit bounds what a u32 counts: bytes of a blob, else entries. Where none is named the frame's own holds.
A text holds no NUL byte: it becomes a C string on the client's side. Those of `texts` are C strings already:
Python reads and writes them all at once, and the client uses them where they lie.

A client sends types from 0x80 on, a daemon those below, so that a frame on the wrong side is seen at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Final, NamedTuple

from dunnage.model.view import STAT

STAT_RECORD: Final = STAT
"""errno, mode, dev, ino, size, mtime in ns, ctime in ns. With errno set everything else is zero."""


class Field(NamedTuple):
    """A row of a message's table."""

    name: str
    kind: str
    limit: str = ""
    """The name in `dunnage.limits` of what its u32 may be at most."""


Fields = tuple[Field, ...]


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
    """How RUN runs: any of these together."""

    QUIET = 1
    """The streams go to the daemon only, stdin is empty: a question to a compiler, not the user's compile."""
    NOTES = 2
    """The compiler inherits an empty memory file as number `NOTES_DESCRIPTOR`, and `argv` stands behind the words of
    HELLO. Where that cannot be done they are left out, and there are no notes."""
    SEEN = 4
    """The program and its children note what they look at (`wire.seen`), where they can be observed."""


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
    LAUNCHER = 2
    """From a descriptor, with the client's `launcher` in front; `data` is the digest of the program, 64 hex digits."""
    DIRECTORY = 3
    """No file: a directory."""
    SYMLINK = 4
    """No file: a symbolic link; `data` is what it says."""
    RENAME = 5
    """What stands at the path `data` is moved here."""
    LENT = 6
    """From a descriptor, whose file may itself get this name, too, where nobody else has it; else a copy of it."""


WITH_DESCRIPTOR: Final = frozenset({FileSource.DESCRIPTOR, FileSource.LAUNCHER, FileSource.LENT})
"""Sources whose bytes come with a descriptor."""


@dataclass(frozen=True, slots=True)
class WriteFile:
    """One file of WRITE: `text path`, `u8 executable`, `u8 source`, `blob data` (as `FileSource` says; empty with
    DESCRIPTOR, LENT and DIRECTORY), `blob notice` (printed to stderr when this file is in place, and all in front of
    it, before the next one is begun; empty for nothing).
    """

    path: str
    executable: bool
    source: FileSource
    data: bytes = b""
    notice: bytes = b""


@dataclass(frozen=True, slots=True)
class Hello:
    """The client's greeting, always its first frame."""

    TYPE: ClassVar[int] = 0x81
    FIELDS: ClassVar[Fields] = (
        Field("magic", "u64"),
        Field("wire_version", "u16"),
        Field("capabilities", "u32"),
        Field("pid", "u32"),
        Field("mount_namespace", "u64"),
        Field("tty", "u8"),
        Field("client_version", "text"),
        Field("program", "text"),
        Field("cwd", "text"),
        Field("payload", "text"),
        Field("argv", "texts", "STRINGS_PER_LIST_MAX"),
        Field("env", "texts", "STRINGS_PER_LIST_MAX"),
    )
    magic: int
    wire_version: int
    capabilities: int
    pid: int
    """Of the client, in its own pid namespace: for the log."""
    mount_namespace: int
    """The same number, the same files behind the same paths; 0 when the kernel does not say."""
    tty: int
    """Bits of `Tty`; others are ignored."""
    client_version: str
    """For the log. Versions of the wire are what decides."""
    program: str
    """The path that `execve` would get: argv[0] as found in PATH."""
    cwd: str
    payload: str
    """The digest of the program that a launcher carries, as hex text; empty from everybody else."""
    argv: Sequence[str]
    """The command line without the client itself: argv[0] is the compiler as it was named."""
    env: Sequence[str]
    """`NAME=value`, untouched and in order; a name may be there twice."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Answer to STAT: one record a path, in order."""

    TYPE: ClassVar[int] = 0x82
    FIELDS: ClassVar[Fields] = (Field("records", "stats", "PATHS_PER_FRAME_MAX"),)
    records: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Opened:
    """Answer to OPEN: an errno a path; the descriptors of those with 0 travel with the frame, in order."""

    TYPE: ClassVar[int] = 0x83
    FIELDS: ClassVar[Fields] = (Field("errnos", "errnos", "FDS_PER_FRAME_MAX"),)
    errnos: Sequence[int]


@dataclass(frozen=True, slots=True)
class Listed:
    """Answer to LIST: errno, and the entries without `.` and `..` in the order of the directory."""

    TYPE: ClassVar[int] = 0x84
    FIELDS: ClassVar[Fields] = (Field("errno", "u32"), Field("names", "names", "NAMES_PER_LISTING_MAX"))
    errno: int
    """0, or why the directory cannot be listed; E2BIG when it has too many names."""
    names: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Output:
    """A chunk of the compiler's stdout or stderr, sent while it runs."""

    TYPE: ClassVar[int] = 0x85
    FIELDS: ClassVar[Fields] = (Field("stream", "stream"), Field("data", "blob", "OUTPUT_CHUNK_BYTES_MAX"))
    stream: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Exited:
    """Answer to RUN, after all OUTPUT: how the compiler ended. `signal` is 0 unless one killed it."""

    TYPE: ClassVar[int] = 0x86
    FIELDS: ClassVar[Fields] = (
        Field("errno", "u32"),
        Field("code", "code"),
        Field("signal", "signal"),
        Field("started_ns", "i64"),
        Field("wall_us", "u64"),
        Field("cpu_us", "u64"),
        Field("notes", "flag"),
        Field("seen", "flag"),
        Field("outlived", "flag"),
    )
    errno: int
    """Not 0 when the program could not be started at all."""
    code: int
    signal: int
    started_ns: int
    """CLOCK_REALTIME just before the start, never behind the stamp of a file that was there already."""
    wall_us: int
    cpu_us: int
    """User and system time of the compiler and the children that it waited for."""
    notes: int = 0
    """1: the memory file of NOTES travels with the frame, whatever the compiler made of it."""
    seen: int = 0
    """1: the memory file of SEEN travels with the frame, behind that of NOTES; 0 where nothing was observed."""
    outlived: int = 0
    """1, from a launcher only: a child of the program has not ended with it, or that cannot be told."""


@dataclass(frozen=True, slots=True)
class Written:
    """Answer to WRITE: a stat record a file, as it stands under its name; errno where it was not written."""

    TYPE: ClassVar[int] = 0x87
    FIELDS: ClassVar[Fields] = (Field("records", "stats", "OUTPUTS_PER_UNIT_MAX"),)
    records: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Control:
    """A request of the command line, JSON in UTF-8; only the host's own socket takes it, instead of HELLO."""

    TYPE: ClassVar[int] = 0xF0
    FIELDS: ClassVar[Fields] = (Field("magic", "u64"), Field("wire_version", "u16"), Field("request", "blob"))
    magic: int
    wire_version: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Welcome:
    """The daemon's greeting, sent in front of its first request."""

    TYPE: ClassVar[int] = 0x01
    FIELDS: ClassVar[Fields] = (Field("wire_version", "u16"), Field("capabilities", "u32"))
    wire_version: int
    capabilities: int


@dataclass(frozen=True, slots=True)
class Stat:
    """Stat these paths (following links)."""

    TYPE: ClassVar[int] = 0x02
    FIELDS: ClassVar[Fields] = (Field("paths", "texts", "PATHS_PER_FRAME_MAX"),)
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class Open:
    """Open these paths for reading and pass the descriptors."""

    TYPE: ClassVar[int] = 0x03
    FIELDS: ClassVar[Fields] = (Field("paths", "texts", "FDS_PER_FRAME_MAX"),)
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class List:
    """List this directory."""

    TYPE: ClassVar[int] = 0x04
    FIELDS: ClassVar[Fields] = (Field("path", "text"),)
    path: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run the compiler as the client was called, or with other words, and stream what it says."""

    TYPE: ClassVar[int] = 0x05
    FIELDS: ClassVar[Fields] = (Field("flags", "run_flags"), Field("argv", "texts", "STRINGS_PER_LIST_MAX"))
    flags: int
    argv: Sequence[str] = ()
    """Empty: the command line of HELLO, untouched. With NOTES: more words, behind those."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write these files, each under a temporary name beside its own and then renamed.

    If one of them fails the client says so in WRITTEN, ignores what else was sent, and falls back. What was printed
    until then is not printed again. All notices of a session have at most NOTICE_BYTES_MAX bytes together.
    """

    TYPE: ClassVar[int] = 0x06
    FIELDS: ClassVar[Fields] = (Field("files", "files", "OUTPUTS_PER_UNIT_MAX"),)
    files: Sequence[WriteFile]


@dataclass(frozen=True, slots=True)
class Exit:
    """Print these streams and end with this code, or by this signal. The last message of a session."""

    TYPE: ClassVar[int] = 0x07
    FIELDS: ClassVar[Fields] = (
        Field("code", "code"),
        Field("signal", "signal"),
        Field("stdout", "blob", "STREAM_BYTES_MAX"),
        Field("stderr", "blob", "STREAM_BYTES_MAX"),
    )
    code: int
    signal: int
    """When not 0, the client dies by it, and `code` means nothing."""
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class Exec:
    """Become the compiler (`execve`), without us. The last message of a session."""

    TYPE: ClassVar[int] = 0x08
    FIELDS: ClassVar[Fields] = (Field("reason", "text"),)
    reason: str
    """A name from the table of outcomes: for whoever traces the client."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to CONTROL, JSON in UTF-8."""

    TYPE: ClassVar[int] = 0x70
    FIELDS: ClassVar[Fields] = (Field("answer", "blob"),)
    answer: bytes


ClientMessage = Hello | Stats | Opened | Listed | Output | Exited | Written | Control
DaemonMessage = Welcome | Stat | Open | List | Run | Write | Exit | Exec | Reply
Message = ClientMessage | DaemonMessage

CLIENT_MESSAGES: Final[tuple[type[Message], ...]] = (
    Hello,
    Stats,
    Opened,
    Listed,
    Output,
    Exited,
    Written,
    Control,
)
DAEMON_MESSAGES: Final[tuple[type[Message], ...]] = (Welcome, Stat, Open, List, Run, Write, Exit, Exec, Reply)

GREETINGS: Final[tuple[type[Message], ...]] = (Hello, Control, Welcome)
"""Their fields up to `wire_version` stay the same in every version, so that versions know each other apart.
What follows is read only when the version is ours; else it is empty."""

FIRST_CLIENT_TYPE: Final = 0x80
"""Types from here on come from clients, those below from daemons."""
