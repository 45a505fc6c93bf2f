"""Runs as a program: ends a process by SIGKILL before its n-th change on disk, for every n.

    python -m support.store_steps <directory>

`<directory>/<n>` is then the store that the n-th process left, `<directory>/<n>.log` what it had been told was done.
Each process is a child of this one (fork before any thread): an interpreter takes longer to start than all of it.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from dunnage.model.outcome import Outcome, Result
from dunnage.store.store import Store
from support.stores import ROOM, Clock, action_key, add, paths_of, put, unit_key

NAMES = ("one", "two", "three")
SHARED = b"shared" * 1000


def scenario(store: Store, done: Callable[[str], object]) -> None:
    """Everything that changes something, in the order of a session's life. `done(word)` after each step."""
    for name in NAMES:
        add(store, name, [SHARED, f"{name}'s own".encode() * 500])
        done(f"added {name}")
    again = add(store, "one", [b"made anew" * 300, SHARED])
    done("replaced one")
    store.used(unit_key("one"), paths_of("one"), action_key("one"), again)
    store.count(Result(outcome=Outcome.MISS, reason="new", name="one", wall_us=5))
    put(store, b"never recorded")
    store.trim(12_000)
    done("trimmed")
    store.clear()
    done("cleared")
    add(store, "two", [SHARED])
    done("added two")


def _child(directory: str, deadly: int) -> None:
    steps = 0

    def step(_: str) -> None:
        nonlocal steps
        steps += 1
        if steps == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    log = os.open(f"{directory}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    store = Store.open(directory, size_bytes_max=ROOM, clock=Clock(), step=step)
    scenario(store, lambda word: os.write(log, f"{word}\n".encode()))
    store.close()


def main(directory: Path) -> int:
    """Until a process lives to its end; how many did not."""
    deadly = 1
    while True:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _child(str(directory / str(deadly)), deadly)
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(deadly - 1)
            return os.waitstatus_to_exitcode(status)
        deadly += 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
