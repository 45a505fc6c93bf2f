"""What disqualifies a run, row by row."""

from collections.abc import Sequence

import pytest

from dunnage.engine.run_verdict import Facts, disqualified, is_tool, temporary_places, within
from dunnage.engine.subject import Missed
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.seen import Process, Seen

FIRST = "/memfd:build-script (deleted)"
OUT = "/t/debug/build/a-1/out"


def judge(*, gone: Sequence[str] = (), **seen: object) -> Missed | None:
    noted = Seen(**({"first": FIRST} | seen))  # type: ignore[arg-type]
    facts = Facts(noted, OUT, frozenset({"/tmp"}), lambda paths: [path for path in paths if path in gone])
    return disqualified(facts)


def test_an_ordinary_run() -> None:
    assert (
        judge(
            read=frozenset({"/c/data.txt", "/dev/null"}),
            wrote=frozenset({f"{OUT}/x", OUT, "/t", "/t/debug", "/tmp/cc1.s", "/dev", "/dev/null"}),
            unseen=frozenset(
                {("/usr/lib/gcc/cc1", "clock"), ("/usr/bin/make", "cores"), ("/usr/bin/cmake", "machine")}
            ),
            gone=["/tmp/cc1.s"],
        )
        is None
    )


@pytest.mark.parametrize(
    ("reason", "seen"),
    [
        ("run-unobserved", {"first": None}),
        ("run-not-followed", {"unseen": frozenset({("/bin/static", "exec")})}),
        ("run-not-followed", {"unseen": frozenset({(FIRST, "system")})}),
        ("run-not-followed", {"unseen": frozenset({(FIRST, "listing")})}),
        ("run-network", {"unseen": frozenset({("/usr/bin/cc", "network")})}),
        ("run-clock", {"unseen": frozenset({(FIRST, "clock")})}),
        ("run-clock", {"unseen": frozenset({("/usr/bin/date", "clock")})}),
        ("run-clock", {"unseen": frozenset({("", "clock")})}),
        ("run-machine", {"unseen": frozenset({(FIRST, "cores")})}),
        ("run-machine", {"unseen": frozenset({(FIRST, "machine")})}),
        ("run-machine", {"programs": frozenset({"/usr/bin/uname"})}),
        ("run-machine", {"read": frozenset({"/proc/cpuinfo"})}),
        ("run-machine", {"looked": frozenset({"/proc/self/exe"})}),
        ("run-machine", {"read": frozenset({"/sys/fs/cgroup/cpu.max"})}),
        ("run-machine", {"read": frozenset({"/dev/urandom"})}),
        ("run-machine", {"read": frozenset({"/dev/tty"})}),
        ("run-wrote", {"wrote": frozenset({"/c/src/made.rs"})}),
        ("run-wrote", {"wrote": frozenset({"/tmp/stays"})}),
        ("run-wrote", {"wrote": frozenset({f"{OUT}/../../b-1/out/x"})}),
        ("run-wrote", {"wrote": frozenset({f"{OUT}-other/x"})}),
    ],
)  # fmt: skip
def test_rows(reason: str, seen: dict[str, object]) -> None:
    missed = judge(**seen)
    assert missed is not None
    assert missed.reason == reason
    assert (Outcome.MISS, reason) in REASONS


OF_TOOLS = ("/sys/fs/cgroup/cpu.max", "/dev/urandom", "/dev/tty", "/proc/self/exe")


def asked_by(program: str, *paths: str) -> frozenset[tuple[str, str]]:
    return frozenset((program, path) for path in paths)


@pytest.mark.parametrize("program", ["/usr/bin/rustc", "/usr/lib/llvm-14/bin/clang"])
def test_tools_may_ask_for_processors_and_themselves(program: str) -> None:
    assert judge(read=frozenset(OF_TOOLS), special=asked_by(program, *OF_TOOLS)) is None
    assert judge(special=asked_by(program, "/proc/cpuinfo")) is not None


@pytest.mark.parametrize("program", ["", FIRST, "/usr/bin/python3"])
@pytest.mark.parametrize("path", OF_TOOLS)
def test_others_may_not_although_a_tool_asked_too(program: str, path: str) -> None:
    special = asked_by("/usr/bin/rustc", path) | asked_by(program, path)
    assert judge(looked=frozenset({path}), special=special) == Missed("run-machine", path)


RMETA = ("/c/x-1.0.0/rmetaDfJsSu", "/c/x-1.0.0/rmetaDfJsSu/full.rmeta")
"""What rustc leaves for a moment beside `-o -`, in the current directory."""


def made_by(program: str, *paths: str) -> dict[str, object]:
    """These paths were written by a process of that program."""
    process = Process(pid=7, parent=1, program=program, wrote=frozenset(paths))
    return {"wrote": frozenset(paths), "by_pid": {7: process}}


def test_what_rustc_has_for_a_moment() -> None:
    """A build script that tries whether something compiles (rustix, for one) has it happen where it stands."""
    assert judge(gone=RMETA, **made_by("/r/bin/rustc", *RMETA)) is None


@pytest.mark.parametrize(
    ("program", "paths", "gone"),
    [
        ("/r/bin/rustc", RMETA, RMETA[1:]),
        ("/r/bin/rustc", (*RMETA, "/c/x-1.0.0/made.rs"), (*RMETA, "/c/x-1.0.0/made.rs")),
        ("/r/bin/rustc", ("/c/rmeta", "/c/rmetadata.rs"), ("/c/rmeta", "/c/rmetadata.rs")),
        ("/usr/bin/touch", RMETA, RMETA),
        (FIRST, RMETA, RMETA),
    ],
)
def test_what_is_not_rustcs_or_stays(program: str, paths: Sequence[str], gone: Sequence[str]) -> None:
    missed = judge(gone=gone, **made_by(program, *paths))
    assert missed is not None
    assert missed.reason == "run-wrote"


def test_what_rustc_was_not_alone_with() -> None:
    both = {
        pid: Process(pid=pid, parent=1, program=program, wrote=frozenset(RMETA))
        for pid, program in ((7, "/r/bin/rustc"), (8, "/usr/bin/rm"))
    }
    assert judge(gone=RMETA, wrote=frozenset(RMETA), by_pid=both) is not None


@pytest.mark.parametrize(
    "program",
    [
        "/usr/bin/x86_64-linux-gnu-gcc-12",
        "/usr/lib/gcc/cc1plus",
        "/usr/bin/make",
        "/r/rustc",
        "/usr/bin/clang-18",
    ],
)
def test_tools(program: str) -> None:
    assert is_tool(program)


@pytest.mark.parametrize(
    "program", ["", FIRST, "/usr/bin/date", "/usr/bin/python3", "/usr/bin/git", "/usr/bin/bash", "/x/accent"]
)
def test_no_tools(program: str) -> None:
    assert not is_tool(program)


def test_places() -> None:
    assert within(f"{OUT}/a/../b", OUT)
    assert not within(f"{OUT}/..", OUT)
    assert temporary_places({"TMPDIR": "/mine/", "TMP": "relative"}) == {"/tmp", "/var/tmp", "/mine"}
