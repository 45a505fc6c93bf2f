"""Two processes at one store at once: another version of dunnage, or one daemon ending while the next begins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.stores import Clock, add, assert_whole, opened, put, result_of

TESTS = Path(__file__).parents[1]
ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])}

WORKER = """
import sys, time
from support.stores import add, assert_whole, opened
from dunnage.errors import BlobMissing
from dunnage.model.outcome import Outcome, Result
directory, who, rounds, room = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with opened(directory, clock=time.time, size=room) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for n in range(rounds):
        try:
            add(store, f"{who} {n}", [b"common" * 500, f"{n}".encode() * 500])
        except BlobMissing:
            pass  # The other one trimmed it between put and add.
        store.count(Result(outcome=Outcome.MISS, reason="new"))
        try:
            assert_whole(store, [f"a {n}", f"b {n}"])
        except BlobMissing:
            pass
    print("done", flush=True)
    sys.stdin.readline()
"""


def start(directory: Path, who: str, rounds: int, room: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(directory), who, str(rounds), str(room)],
        env=ENVIRON,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def expect(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{line}\n"


def go_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_both_begin_and_fill_a_store(tmp_path: Path) -> None:
    rounds = 150
    with start(tmp_path, "a", rounds, 10**9) as a, start(tmp_path, "b", rounds, 10**9) as b:
        for process in (a, b):
            expect(process, "open")
        for process in (a, b):
            go_on(process)
        for process in (a, b):
            expect(process, "done")
        for process in (a, b):
            go_on(process)
    assert (a.returncode, b.returncode) == (0, 0)
    names = [f"{who} {n}" for who in "ab" for n in range(rounds)]
    with opened(tmp_path) as store:
        assert assert_whole(store, names) == set(names)
        report = store.fsck()
        assert report.clean
        assert (report.results, report.blobs) == (2 * rounds, rounds + 1)
        assert [row.sessions for row in store.counters().rows] == [2 * rounds]


def test_one_trims_what_the_other_reads(tmp_path: Path) -> None:
    rounds = 150
    with start(tmp_path, "a", rounds, 40_000) as a, start(tmp_path, "b", rounds, 10**9) as b:
        for process in (a, b):
            expect(process, "open")
            go_on(process)
        for process in (a, b):
            expect(process, "done")
            go_on(process)
    assert (a.returncode, b.returncode) == (0, 0)
    with opened(tmp_path) as store:
        assert_whole(store, [f"{who} {n}" for who in "ab" for n in range(rounds)])
        assert store.fsck().clean


def test_deleted_under_both_and_begun_anew_by_one(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    with start(directory, "a", 1, 10**9) as a:
        expect(a, "open")
        with opened(directory) as store:
            add(store, "old", [b"old"])
            shutil.rmtree(directory)
            add(store, "new", [b"new"])  # Begins the new one here.
            go_on(a)  # It still has the old one open, finds out, and must not take the new one's log away.
            expect(a, "done")
            add(store, "newer", [b"newer"])
            go_on(a)
            a.wait()
            assert a.returncode == 0
            add(store, "newest", [b"newest"])
            everything = {"new", "newer", "newest", "a 0"}
            assert assert_whole(store, everything) == everything
    with opened(directory) as store:
        assert assert_whole(store, everything) == everything
        assert store.fsck().clean


def test_what_a_living_process_is_putting_is_not_a_leftover(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        put(one, b"output")
        with opened(tmp_path, clock=Clock(10**10)):
            assert len(list((tmp_path / "v1" / "tmp").iterdir())) == 2
        assert len(list((tmp_path / "v1" / "tmp").iterdir())) == 1
        put(one, b"second")
        assert result_of([b"second"]).outputs[0].size == 6
