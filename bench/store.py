"""What the store costs: the hit path at growing numbers of actions, and memory with 200,000 of them.

    python -m bench.store [--actions 1000 --actions 100000 …] [--resident]

CPU time of the calling thread, of the whole process (the committer works behind it), and wall time, per hit: one
manifest, one result, three blobs opened, sixty digests by stat, the stamps and the counter.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from blake3 import blake3

from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey, Digest, UnitKey
from dunnage.model.outcome import Outcome, Result
from dunnage.model.path_set import PathSet
from dunnage.model.view import STAT, StatRecord
from dunnage.store.store import Store

OUTPUTS = 3
INPUTS = 60
HITS = 2_000
RESIDENT_ACTIONS = 200_000
ROOM = 1 << 50
HIT = Result(outcome=Outcome.HIT, reason="local", name="serde (lib)", saved_us=1)


def key_of(kind: str, number: int) -> bytes:
    """The key of the n-th unit or action."""
    return blake3(f"{kind} {number}".encode()).digest()


def paths_of(number: int) -> PathSet:
    """Sixty files of a crate."""
    return PathSet(tuple(f"cargo/registry/src/crate-{number}/src/module_{n}.rs" for n in range(INPUTS)))


def records_of(number: int) -> list[StatRecord]:
    """What a client says of these files; as many crates share theirs, there are 256 sets."""
    first = number % 256 * INPUTS
    device = os.makedev(254, 1)
    return [StatRecord(STAT.pack(0, 0o100644, device, first + n, 5000, 1, 1)) for n in range(INPUTS)]


def fill(store: Store, actions: int) -> None:
    """Record so many results of three small blobs each, shared by 64 results."""
    outputs: tuple[StoredFile, ...] = ()
    with tempfile.TemporaryFile() as file:
        for number in range(actions):
            if number % 64 == 0:
                outputs = tuple(put(store, file.fileno(), number * OUTPUTS + n) for n in range(OUTPUTS))
            result = ActionResult(
                outputs=outputs,
                dep_info=b"/target/debug/deps/libcrate.rlib: /registry/src/module.rs\n" * 60,
                stdout=b"",
                stderr=b'{"$message_type":"artifact"}\n' * 3,
                bound=(("root:cargo-home", "/home/user/.cargo"),),
                compile_us=1_000_000,
                created_s=number,
                unit_name=f"crate-{number} (lib)",
            )
            store.add(
                UnitKey(key_of("unit", number)), paths_of(number), ActionKey(key_of("action", number)), result
            )
    for number in range(256):
        for record in records_of(number):
            store.remember(record, 1, Digest(key_of("file", number)))


def put(store: Store, fd: int, number: int) -> StoredFile:
    """One blob of 4 kB that is like no other."""
    os.pwrite(fd, number.to_bytes(8, "little") * 512, 0)
    digest, size = store.put(fd)
    return StoredFile(f"kind{number % OUTPUTS}", digest, size, False)


def hit(store: Store, number: int) -> None:
    """What the engine asks of the store for one hit."""
    unit, action = UnitKey(key_of("unit", number)), ActionKey(key_of("action", number))
    [paths] = store.path_sets(unit)
    for record in records_of(number):
        if store.digest_of(record, 1) is None:
            raise RuntimeError("the memo forgot a file")
    [result] = store.results(action)
    for output in result.outputs:
        os.close(store.open_blob(output.digest, output.size))
    store.used(unit, paths, action, result)
    store.count(HIT)


def nothing(number: int) -> None:
    """What `hit` does besides using the store."""
    key_of("unit", number)
    key_of("action", number)
    records_of(number)


def measure(store: Store, actions: int) -> dict[str, float]:
    """Microseconds per hit, the keys' own making taken off: medians of batches of 100."""
    chosen = random.Random(0)
    numbers = [chosen.randrange(actions) for _ in range(HITS)]
    for number in numbers[:200]:
        hit(store, number)
    batches = [numbers[start : start + 100] for start in range(0, HITS, 100)]
    clocks: dict[str, Callable[[], int]] = {
        "thread": time.thread_time_ns,
        "process": time.process_time_ns,
        "wall": time.perf_counter_ns,
    }
    found: dict[str, list[float]] = {name: [] for name in clocks}
    for batch in batches:
        before = {name: clock() for name, clock in clocks.items()}
        for number in batch:
            hit(store, number)
        between = {name: clock() for name, clock in clocks.items()}
        for number in batch:
            nothing(number)
        for name, clock in clocks.items():
            own = clock() - between[name]
            found[name].append((between[name] - before[name] - own) / len(batch) / 1000)
    return {name: statistics.median(values) for name, values in found.items()}


def fill_directory(directory: Path, actions: int) -> float:
    """Make a store of so many results; the microseconds that each took."""
    store = Store.open(str(directory), size_bytes_max=ROOM, clock=time.time)
    begun = time.perf_counter()
    fill(store, actions)
    store.close()
    return (time.perf_counter() - begun) / actions * 1e6


def measure_directory(directory: Path, actions: int) -> dict[str, float]:
    """As `measure`, for a store that `fill_directory` made."""
    store = Store.open(str(directory), size_bytes_max=ROOM, clock=time.time)
    figures = measure(store, actions)
    store.close()
    return figures


def growth(actions: int, directory: Path) -> None:
    """One line of the table."""
    filled_us = fill_directory(directory, actions)
    figures = measure_directory(directory, actions)
    database_mib = (directory / "v1" / "records.db").stat().st_size / 2**20
    print(
        f"{actions:>9,} actions: hit {figures['thread']:6.0f} us CPU of the session, {figures['process']:6.0f} us of"
        f" the process, {figures['wall']:6.0f} us wall; add {filled_us:6.0f} us; records {database_mib:,.0f} MiB"
    )


def peak_mib() -> float:
    """The most memory that this program had; `getrusage` would also count what its parent had before exec."""
    [line] = [
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) / 1024


def resident(directory: Path) -> None:
    """Peak memory of a process that opens a large store and uses it for a while; less that of one that only imports."""
    base = peak_mib()
    with_store = Store.open(str(directory), size_bytes_max=ROOM, clock=time.time)
    chosen = random.Random(1)
    for _ in range(20 * HITS):
        hit(with_store, chosen.randrange(RESIDENT_ACTIONS))
    with_store.close()
    peak = peak_mib()
    print(
        f"{RESIDENT_ACTIONS:>9,} actions: {peak:.0f} MiB resident at most, {base:.0f} MiB before the store was opened"
    )


def main() -> int:
    """Print one line a size."""
    parser = argparse.ArgumentParser(prog="bench.store", description=__doc__)
    parser.add_argument("--actions", type=int, action="append", help="1000 and 100000 unless given")
    parser.add_argument("--resident", action="store_true", help=f"memory with {RESIDENT_ACTIONS:,} actions")
    parser.add_argument("--use", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.use:
        resident(options.use)
        return 0
    for actions in options.actions or ([] if options.resident else [1_000, 100_000]):
        with tempfile.TemporaryDirectory() as scratch:
            growth(actions, Path(scratch))
    if options.resident:
        with tempfile.TemporaryDirectory() as scratch:
            fill_directory(Path(scratch), RESIDENT_ACTIONS)
            subprocess.run([sys.executable, "-m", "bench.store", "--use", scratch], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
