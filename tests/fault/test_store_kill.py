"""kill -9 at every step: what can be read afterwards is whole, and what was reported as done is there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from support.store_steps import NAMES
from support.stores import Clock, add, assert_whole, opened, read

TESTS = Path(__file__).parents[1]
ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])}
MUCH_LATER = time.time() + 10**6


def certain(said: list[str]) -> set[str]:
    """The names that must be there after these words: added, and nobody was removing anything yet."""
    names: set[str] = set()
    for word in said:
        match word.split():
            case ["added", name]:
                names.add(name)
            case ["replaced", _] | ["trimmed"] | ["cleared"]:  # What came next in the scenario removes.
                names.clear()
    return names


def test_a_store_is_whole_whatever_step_was_the_last(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "support.store_steps", str(tmp_path)],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
    )
    killed = int(done.stdout)
    assert killed > 60  # Every put has five steps, every record three.
    for n in range(1, killed + 2):
        directory = tmp_path / str(n)
        said = Path(f"{directory}.log").read_text().splitlines() if Path(f"{directory}.log").exists() else []
        with opened(directory, clock=Clock(MUCH_LATER)) as store:
            found = assert_whole(store, NAMES)
            assert certain(said) <= found <= set(NAMES), (n, said, found)
            report = store.fsck()
            assert report.clean, (n, said, report)
            assert assert_whole(store, NAMES) == found
            assert len(os.listdir(directory / "v1" / "tmp")) == 1  # Our own; those of the dead are gone.
            kept = {path.name for path in (directory / "v1" / "blobs").glob("*/*")}
            assert len(kept) == store.size().blobs  # Orphans are gone, too.
            result = add(store, "after", [b"works again"])
            assert read(store, result.outputs[0].digest, result.outputs[0].size) == b"works again"


LOOP = """
import sys, itertools
from support.stores import add, opened
import time
with opened(sys.argv[1], clock=time.time, size=400_000) as store:
    for n in itertools.count(int(sys.argv[2])):
        add(store, n, [b"common" * 999, str(n).encode() * 1000])
        print(n, flush=True)
"""


def test_a_store_is_whole_after_a_kill_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(4)
    first = last = 0
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", LOOP, str(tmp_path), str(first)], env=ENVIRON, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            for _ in range(chance.randrange(3, 120)):
                last = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read().split()
        last = int(rest[-1]) if rest else last
        with opened(tmp_path, clock=Clock(MUCH_LATER)) as store:
            assert last in assert_whole(store, range(first, last + 2))
            report = store.fsck()
            assert report.clean, report
            # A kill between a record and the trim that it calls for leaves that one result too many.
            largest = max(blob.stat().st_size for blob in tmp_path.rglob("blobs/*/*"))
            assert report.bytes <= 400_000 + largest
        first = last + 1
