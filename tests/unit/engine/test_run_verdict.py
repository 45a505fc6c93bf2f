"""What disqualifies a run, row by row."""

from collections.abc import Sequence

import pytest

from dunnage.engine.run_verdict import Facts, disqualified, is_special, is_tool, temporary_places, within
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
            unseen=frozenset({("/usr/lib/gcc/cc1", "clock"), ("/usr/bin/make", "cores")}),
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


def test_tools_may_ask_for_processors() -> None:
    by_pid = {7: Process(pid=7, parent=1, program="/usr/bin/rustc")}
    assert (
        judge(read=frozenset({"/sys/fs/cgroup/cpu.max", "/dev/urandom", "/dev/tty"}), by_pid=by_pid) is None
    )


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
    assert is_special("/proc/1/maps")
    assert is_special(FIRST)
    assert not is_special("/processes")
    assert temporary_places({"TMPDIR": "/mine/", "TMP": "relative"}) == {"/tmp", "/var/tmp", "/mine"}
