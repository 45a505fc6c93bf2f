"""Each function of the library: it notes what it should, and returns what the C library's own would, errno and all."""

import platform
import re
from pathlib import Path

import pytest

from dunnage.wire.seen import SeenKind
from support.native import NATIVE
from support.observing import Note, observe, program, trapping_library, unobserved

R, W, L, D = SeenKind.READ, SeenKind.WROTE, SeenKind.LOOKED, SeenKind.LISTED
ENV, UNSEEN = SeenKind.ENV, SeenKind.UNSEEN
CREATE, EXCLUSIVE, TRUNCATE, APPEND, READ_WRITE, WRITE = 0o100, 0o200, 0o1000, 0o2000, 2, 1
DIRECTORY, PATH, TEMPORARY = 0o200000, 0o10000000, 0o20200000
HERE = -100
"""AT_FDCWD."""

Case = tuple[str, list[tuple[SeenKind, str]]]


def both(names: str, arguments: str, *notes: tuple[SeenKind, str]) -> list[Case]:
    """Functions that take the same arguments and note the same."""
    return [(f"{name} {arguments}".strip(), list(notes)) for name in names.split()]


OPENING = [
    *both("open open64 __open_2 __open64_2", "s:f i:0", (R, "f")),
    *both("open open64", f"s:new i:{WRITE | CREATE} i:0644", (W, "new")),
    *both("open", f"s:f i:{READ_WRITE}", (R, "f"), (W, "f")),
    *both("open", f"s:f i:{READ_WRITE | TRUNCATE}", (W, "f")),
    *both("open", f"s:f i:{READ_WRITE | CREATE} i:0600", (R, "f"), (W, "f")),
    *both("open", f"s:new i:{READ_WRITE | CREATE | EXCLUSIVE} i:0600", (W, "new")),
    *both("open", f"s:f i:{WRITE | APPEND}", (W, "f")),
    *both("open", f"s:d i:{DIRECTORY}", (L, "d")),
    *both("open", f"s:f i:{PATH}", (L, "f")),
    *both("open", f"s:d i:{TEMPORARY | WRITE} i:0600"),
    *both("open", "s:nowhere i:0", (R, "nowhere")),
    *both("open", "i:0 i:0"),
    *both("open", "s: i:0"),
    *both("openat openat64 __openat_2 __openat64_2", f"i:{HERE} s:f i:0", (R, "f")),
    *both("openat openat64", f"i:{HERE} s:new i:{WRITE | CREATE} i:0644", (W, "new")),
    *both("creat creat64", "s:new i:0600", (W, "new")),
    *both("fopen fopen64", "s:f s:r", (R, "f")),
    *both("fopen", "s:f s:rb+", (R, "f"), (W, "f")),
    *both("fopen", "s:new s:w", (W, "new")),
    *both("fopen", "s:new s:w+", (W, "new")),
    *both("fopen", "s:f s:a", (W, "f")),
    *both("fopen", "s:f s:a+e", (R, "f"), (W, "f")),
    *both("fopen", "s:nowhere s:r", (R, "nowhere")),
    *both("mkdtemp", "s:xXXXXXX", (W, "x......")),
    *both("mkstemp mkstemp64", "s:xXXXXXX", (W, "x......")),
    *both("mkostemp mkostemp64", "s:xXXXXXX i:0", (W, "x......")),
    *both("mkstemps mkstemps64", "s:xXXXXXX.o i:2", (W, r"x......\.o")),
    *both("mkostemps mkostemps64", "s:xXXXXXX.o i:2 i:0", (W, r"x......\.o")),
    *both(
        "posix_spawn_file_actions_init", "b , posix_spawn_file_actions_addopen b i:1 s:f i:0 i:0", (R, "f")
    ),
]

LOOKING = [
    *both("stat stat64 lstat lstat64", "s:f b", (L, "f")),
    *both("stat", "s:nowhere b", (L, "nowhere")),
    *both("stat", "s:f/below b", (L, "f/below")),
    *both("__xstat __xstat64 __lxstat __lxstat64", "i:1 s:f b", (L, "f")),
    *both("fstatat fstatat64", f"i:{HERE} s:f b i:0", (L, "f")),
    *both("__fxstatat __fxstatat64", f"i:1 i:{HERE} s:f b i:0", (L, "f")),
    *both("statx", f"i:{HERE} s:f i:0 i:0xfff b", (L, "f")),
    *both("statx", "i:0 i:0 i:0 i:0xfff i:0"),
    *both("statx", "i:0 s: i:0x1000 i:0xfff b"),
    *both("access euidaccess eaccess", "s:f i:4", (L, "f")),
    *both("faccessat", f"i:{HERE} s:f i:4 i:0", (L, "f")),
    *both("readlink", "s:link b i:100", (L, "link")),
    *both("readlinkat", f"i:{HERE} s:link b i:100", (L, "link")),
    *both("__readlink_chk", "s:link b i:100 i:200", (L, "link")),
    *both("__readlinkat_chk", f"i:{HERE} s:link b i:100 i:200", (L, "link")),
    *both("realpath", "s:link b", (L, "link")),
    *both("__realpath_chk", "s:link b i:8192", (L, "link")),
    *both("canonicalize_file_name", "s:nowhere", (L, "nowhere")),
    *both("chdir", "s:d , access s:g i:0", (L, "d"), (L, "d/g")),
]

LISTING = [
    *both("opendir", "s:d", (D, "d")),
    *both("opendir", "s:nowhere", (D, "nowhere")),
    *both("open", f"s:d i:{DIRECTORY} , fdopendir r", (L, "d"), (D, "d")),
    *both("scandir scandir64", "s:d b i:0 i:0", (D, "d")),
    *both("scandirat scandirat64", f"i:{HERE} s:d b i:0 i:0", (D, "d")),
    *both("glob glob64", "s:* i:0 i:0 b", (UNSEEN, "listing")),
    *both("ftw ftw64", "s:nowhere i:0 i:5", (UNSEEN, "listing")),
    *both("nftw nftw64", "s:nowhere i:0 i:5 i:0", (UNSEEN, "listing")),
    *both("fts_open fts64_open", "b i:0 i:0", (UNSEEN, "listing")),
]

CHANGING = [
    *both("rename", "s:f s:new", (W, "f"), (W, "new")),
    *both("renameat", f"i:{HERE} s:f i:{HERE} s:new", (W, "f"), (W, "new")),
    *both("renameat2", f"i:{HERE} s:f i:{HERE} s:new i:0", (W, "f"), (W, "new")),
    *both("link", "s:f s:new", (R, "f"), (W, "new")),
    *both("linkat", f"i:{HERE} s:f i:{HERE} s:new i:0", (R, "f"), (W, "new")),
    *both("symlink", "s:f s:new", (W, "new")),
    *both("symlinkat", f"s:f i:{HERE} s:new", (W, "new")),
    *both("unlink remove", "s:f", (W, "f")),
    *both("rmdir", "s:d", (W, "d")),
    *both("unlinkat", f"i:{HERE} s:f i:0", (W, "f")),
    *both("mkdir mkfifo", "s:new i:0700", (W, "new")),
    *both("mkdirat mkfifoat", f"i:{HERE} s:new i:0700", (W, "new")),
    *both("mknod", "s:new i:0100600 i:0", (W, "new")),
    *both("mknodat", f"i:{HERE} s:new i:0100600 i:0", (W, "new")),
    *both("__xmknod", "i:0 s:new i:0100600 b", (W, "new")),
    *both("__xmknodat", f"i:0 i:{HERE} s:new i:0100600 b", (W, "new")),
    *both("truncate truncate64", "s:f i:1", (W, "f")),
    *both("chmod lchmod", "s:f i:0600", (W, "f")),
    *both("fchmodat", f"i:{HERE} s:f i:0600 i:0", (W, "f")),
    *both("chown lchown", "s:f i:-1 i:-1", (W, "f")),
    *both("fchownat", f"i:{HERE} s:f i:-1 i:-1 i:0", (W, "f")),
    *both("utime utimes lutimes", "s:f b", (W, "f")),
    *both("futimesat", f"i:{HERE} s:f b", (W, "f")),
    *both("utimensat", f"i:{HERE} s:f b i:0", (W, "f")),
    *both("utimensat", "i:0 i:0 b i:0"),
]

REST = [
    *both("getenv secure_getenv", "s:NAME", (ENV, "NAME")),
    *both("getenv", "s:NAME , getenv s:NAME", (ENV, "NAME")),
    *both("socket", "i:2 i:1 i:0", (UNSEEN, "network")),
    *both("socket", "i:1 i:1 i:0"),
    *both("connect", "i:-1 s:\x02\x01 i:16", (UNSEEN, "network")),
    *both("connect", "i:-1 i:0 i:0"),
    *both("getaddrinfo", "i:0 s:nosuch i:0 b", (UNSEEN, "network")),
    *both("gethostbyname", "s:256.0.0.1", (UNSEEN, "network")),
    *both("time", "i:0 , access s:f i:0", (UNSEEN, "clock"), (L, "f")),
    *both("gettimeofday", "b i:0", (UNSEEN, "clock")),
    *both("clock_gettime", "i:0 b", (UNSEEN, "clock")),
    *both("clock_gettime", "i:5 b", (UNSEEN, "clock")),
    *both("clock_gettime", "i:1 b"),
    *both("timespec_get", "b i:1", (UNSEEN, "clock")),
    *both("sched_getaffinity", "i:0 i:128 b", (UNSEEN, "cores")),
    *both("sysconf", "i:84", (UNSEEN, "cores")),
    *both("sysconf", "i:83", (UNSEEN, "cores")),
    *both("sysconf", "i:30"),
    *both("get_nprocs get_nprocs_conf", "", (UNSEEN, "cores")),
    *both("uname", "b", (UNSEEN, "machine")),
    *both("gethostname getdomainname", "b i:64", (UNSEEN, "machine")),
    *both("gethostid", "", (UNSEEN, "machine")),
    *both("system", "s:true", (UNSEEN, "system")),
    *both("system", "i:0"),
    *both("popen", "s:true s:r", (UNSEEN, "system")),
    *both("wordexp", "s:word b i:0", (UNSEEN, "system")),
]

NUMBERS = {
    "x86_64": {
        "openat": 257,
        "statx": 332,
        "getdents64": 217,
        "unlinkat": 263,
        "futex": 202,
        "open": 2,
        "uname": 63,
    }
}
"""Of system calls; their numbers elsewhere are the compiler's business."""

SYSCALLS: list[Case] = [
    (f"syscall i:{number[name]} {arguments}", notes)
    for number in [NUMBERS.get(platform.machine(), {})]
    for name, arguments, notes in [
        ("openat", f"i:{HERE} s:f i:0", [(R, "f")]),
        ("open", "s:f i:0", [(R, "f")]),
        ("statx", f"i:{HERE} s:f i:0 i:0xfff b", [(L, "f")]),
        ("unlinkat", f"i:{HERE} s:f i:0", [(W, "f")]),
        ("futex", "b i:1 i:1 i:0 i:0 i:0", []),
        ("openat", "i:-1 s:f i:0", [(UNSEEN, "place")]),
        ("uname", "b", [(UNSEEN, "machine")]),
    ]
    if name in number
]

ALL = [*OPENING, *LOOKING, *LISTING, *CHANGING, *REST, *SYSCALLS]
VARIES = re.compile(rb"(?m)^((?:time|gettimeofday|realpath|__realpath_chk|fopen\w*|opendir|fdopendir|scandir\w*"
                    rb"|getenv|secure_getenv|popen|gethostbyname|mkdtemp|canonicalize\w*|fts\w*|system"
                    rb"|posix_spawn\w*) )-?[0-9]+")  # fmt: skip
"""Pointers and times: another number each time."""


def stage(place: Path) -> Path:
    """A directory with a file, a link, and a directory with a file in it."""
    (place / "d").mkdir(parents=True)
    (place / "d" / "g").touch()
    (place / "f").write_text("text")
    (place / "link").symlink_to("f")
    return place


def noted(notes: list[Note], place: Path) -> list[tuple[SeenKind, str]]:
    """What the program itself did, its paths relative to the stage."""
    began = [SeenKind.BEGAN, SeenKind.LIBRARY]
    return [(note.kind, note.text.removeprefix(f"{place}/")) for note in notes if note.kind not in began]


def expected(notes: list[tuple[SeenKind, str]], arguments: str) -> str:
    """As a regular expression, because some names are made up."""
    made_up = "XXXXXX" in arguments
    return " ".join(f"{kind.name}:{text if made_up else re.escape(text)}" for kind, text in notes)


@pytest.mark.parametrize("case", ALL, ids=[case[0] for case in ALL])
def test_what_a_function_notes(case: Case, tmp_path: Path) -> None:
    words = case[0].split(" ")
    # fdopendir takes a number or fails; a chain with `,` is one program.
    call = program("call")
    place = stage(tmp_path / "observed")
    observed = observe([call, *words], cwd=place)
    plain = unobserved([call, *words], cwd=stage(tmp_path / "plain"))
    said = noted(observed.notes, place)
    assert re.fullmatch(expected(case[1], case[0]), " ".join(f"{kind.name}:{text}" for kind, text in said))
    if b"missing" not in plain.stdout:
        same = [VARIES.sub(rb"\1 any", out) for out in (observed.out, plain.stdout)]
        assert same[0] == same[1]
        assert (observed.code, observed.err) == (plain.returncode, plain.stderr)


def test_nothing_undefined_happens(tmp_path: Path) -> None:
    """All of it once more, with a library that would die of it."""
    for number, case in enumerate(ALL):
        place = stage(tmp_path / str(number))
        observed = observe([program("call"), *case[0].split(" ")], cwd=place, library=trapping_library())
        assert observed.code == 0, case[0]
        assert len(noted(observed.notes, place)) == len(case[1]), case[0]


ELSEWHERE = {
    "execve", "execvpe", "fexecve", "execveat", "posix_spawn", "posix_spawnp", "pidfd_spawn",
    "pidfd_spawnp", "dlopen", "dlmopen", "syscall", "fchdir", "freopen", "freopen64",
    "posix_spawn_file_actions_addopen", "gethostbyname2", "gethostbyname_r", "gethostbyname2_r",
}  # fmt: skip
"""Seen in other tests, or the same macro as one that is seen here with another number of arguments."""


def test_every_function_of_the_list_is_tried() -> None:
    """Those of 32 bits' and of musl's own names are tried by what uses them there."""
    listed = set(re.findall(r"X\((\w+)\)", (NATIVE / "observe" / "names.h").read_text()))
    tried = {word.split(" ")[0] for case in ALL for word in case[0].split(" , ")}
    narrow = {name for name in listed if re.search(r"time64$|64$", name) and name.startswith("__")}
    assert listed - tried - narrow - ELSEWHERE == {"__secure_getenv"}
