"""What disqualifies the run of a build script from being stored: a table. Pure; what nobody is sure of disqualifies.

Each row looks at what was seen and names what it found; its reason is one of `model.outcome`.
"""

import posixpath
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.engine.git_words import is_idle_question
from dunnage.engine.subject import Missed
from dunnage.model.seen import Seen, is_special

TOOLS: Final = re.compile(
    r"(.*-)?(cc|c\+\+|gcc|g\+\+|clang|clang\+\+|cpp|ar|ranlib|nm|as|strip|objcopy|objdump)(-[0-9.]+)?"
    r"|(.*-)?ld(\.(bfd|gold|lld))?|lld|cc1|cc1plus|collect2|lto-wrapper|lto1|rust-lld|gcc-(ar|ranlib|nm)"
    r"|rustc|rustup|cargo|rustdoc|g?make|ninja|cmake|pkg-config|pkgconf|dash"
)
"""Names of programs that ask for the time and about the machine and put neither into what they make: compilers time
themselves and seed random names, make compares stamps, all of them count processors for their threads, CMake and rustup
ask what system this is. Where a source asks a compiler for the time (`__DATE__`) is looked at apart
(`engine.run_sources`)."""

_READ_BY_ALL: Final = re.compile(
    r"/dev/(null|zero|full|stdin|stdout|stderr|fd(/.*)?)|/proc/filesystems|/proc/sys/vm/overcommit_memory"
    r"|/proc/(self|thread-self|[0-9]+)/(maps|auxv|fd(/.*)?)"
    r"|/sys/kernel/mm/transparent_hugepage/.*|/proc/self|/proc|/sys|/dev|/sys/fs/selinux"
)
"""What says nothing that a build script could put into its output on purpose, or nothing at all."""

_CORES: Final = re.compile(
    r"/sys/fs/cgroup(/.*)?|/sys/devices/system/cpu(/.*)?|/proc/(self|[0-9]+)/(cgroup|mountinfo|statm)"
)
"""Where the number of processors and a program's own size are found: for tools, that is how, not what. Who asks by
itself asks the C library for them, too, which is noted (`cores`)."""

TELLERS: Final = frozenset(
    {
        *("date", "uptime", "uuidgen", "who", "w", "users", "last"),
        *("uname", "arch", "hostname", "hostnamectl", "domainname", "hostid", "sysctl"),
        *("nproc", "lscpu", "getconf", "free", "df", "ps", "pgrep", "top", "vmstat"),
        *("whoami", "id", "groups", "logname", "tty", "stty"),
    }
)
"""Programs that print what they asked the kernel for: no file has it."""

_OF_TOOLS: Final = re.compile(r"/dev/(urandom|random|tty)|/proc/(self|thread-self|[0-9]+)/exe")
"""For names by chance, for how wide rustc's diagnostics may be, and for where clang's own headers are: an output shows
none of them. What a tool finds beside itself it looks at. (The run's own program is in a memory file, and sees another
name of itself than it would have.)"""

_WRITTEN_BY_ALL: Final = re.compile(
    r"/dev|/dev/(null|zero|full|stdout|stderr|fd/.*)|/proc/(self|[0-9]+)/fd/.*"
)

_OF_RUSTC: Final = re.compile(r"/rmeta[A-Za-z0-9]{6}(/|$)")
"""A directory that rustc makes where its output goes, the current directory for `-o -`, and removes again. Build
scripts that try whether something compiles are at home in their package. Source: `rustc_metadata::fs`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run is judged by."""

    seen: Seen
    out_dir: str
    temporary: frozenset[str]
    """Where programs put what they need for a moment."""
    gone: Callable[[Sequence[str]], Sequence[str]]
    """Of these paths those that do not exist now."""


Row = tuple[str, Callable[[Facts], str]]


def disqualified(facts: Facts) -> Missed | None:
    """Why a run is not stored; None where nothing speaks against it."""
    for reason, look in ROWS:
        if detail := look(facts):
            return Missed(reason, detail)
    return None


def within(path: str, directory: str) -> bool:
    """Whether a path is a directory or below it. One with `..` is below only what it comes back to."""
    if "/../" in path + "/" or "/./" in path + "/" or "//" in path:
        path = posixpath.normpath(path)
    return path == directory or path.startswith(directory + "/")


def _never_began(facts: Facts) -> str:
    return "" if facts.seen.first else "the program noted nothing"


def _not_followed(facts: Facts) -> str:
    return _first(
        f"{program or 'a child'}: {word}" for program, word in facts.seen.unseen if word not in _JUDGED
    )


_JUDGED: Final = ("network", "clock", "cores", "machine")
_OF_THE_MACHINE: Final = {"cores": "processors", "machine": "the machine's name, or its kernel's"}


def _network(facts: Facts) -> str:
    return _first(program or "a child" for program, word in facts.seen.unseen if word == "network")


def _clock(facts: Facts) -> str:
    return _first(program or "a child" for program, _ in _asked(facts, ("clock",)))


def _machine(facts: Facts) -> str:
    return _first(
        f"{program or 'a child'}: {_OF_THE_MACHINE[word]}" for program, word in _asked(facts, _OF_THE_MACHINE)
    )


def _asked(facts: Facts, words: Container[str]) -> Iterator[tuple[str, str]]:
    """Who asked for one of these, and may put the answer into what it makes."""
    for program, word in facts.seen.unseen:
        if word in words and not is_tool(program) and not is_idle_question(facts.seen, program, word):
            yield program, word


def _told(facts: Facts) -> str:
    programs = (*facts.seen.programs, *(process.program for process in facts.seen.by_pid.values()))
    return _first(program for program in programs if posixpath.basename(program) in TELLERS)


def is_tool(program: str) -> bool:
    """Whether a program, by its file, is one of `TOOLS`."""
    return TOOLS.fullmatch(posixpath.basename(program)) is not None


def _special(facts: Facts) -> str:
    seen = facts.seen
    by_whom = {path for _, path in seen.special}
    by_nobody_known = (
        ("", path)
        for path in (*seen.read, *seen.listed, *seen.looked)
        if is_special(path) and path not in by_whom
    )
    return _first(
        path for program, path in (*seen.special, *by_nobody_known) if not _says_nothing(program, path)
    )


def _says_nothing(program: str, path: str) -> bool:
    if _READ_BY_ALL.fullmatch(path) or path.startswith("/memfd:"):
        return True
    return is_tool(program) and bool(_CORES.fullmatch(path) or _OF_TOOLS.fullmatch(path))


def _wrote(facts: Facts) -> str:
    out_dir = facts.out_dir
    elsewhere = sorted(
        path
        for path in facts.seen.wrote
        if not (
            within(path, out_dir)
            or out_dir.startswith(path.rstrip("/") + "/")
            or _WRITTEN_BY_ALL.fullmatch(path)
        )
    )
    passing = [
        path
        for path in elsewhere
        if any(within(path, place) and path != place for place in facts.temporary)
        or _is_rustcs_own(path, facts.seen)
    ]
    lasting = sorted(set(elsewhere) - set(facts.gone(passing))) if passing else elsewhere
    return _first(path for path in lasting if path not in facts.temporary)


def _is_rustcs_own(path: str, seen: Seen) -> bool:
    """Whether rustc and nobody else made a path, for a moment and with a name by chance."""
    if not _OF_RUSTC.search(path):
        return False
    writers = [process.program for process in seen.by_pid.values() if path in process.wrote]
    return bool(writers) and all(posixpath.basename(program) == "rustc" for program in writers)


def _first(found: object) -> str:
    texts = sorted(set(found))  # type: ignore[call-overload]
    return str(texts[0]) if texts else ""


ROWS: Final[tuple[Row, ...]] = (
    ("run-unobserved", _never_began),
    ("run-not-followed", _not_followed),
    ("run-network", _network),
    ("run-clock", _clock),
    ("run-machine", _machine),
    ("run-machine", _told),
    ("run-machine", _special),
    ("run-wrote", _wrote),
)
"""In the order in which they are looked at; the first that finds something is the reason."""


def temporary_places(env: Mapping[str, str]) -> frozenset[str]:
    """Where programs put what they need for a moment: TMPDIR and the system's own."""
    named = (env.get(name, "").rstrip("/") for name in ("TMPDIR", "TMP", "TEMP"))
    return frozenset({"/tmp", "/var/tmp", *(place for place in named if place.startswith("/"))})
