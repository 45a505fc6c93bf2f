"""Stores to test with: a clock that stands still, files to put, results to record, and a look at all that is kept."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from blake3 import blake3

from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey, Digest, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.model.view import STAT, StatRecord
from dunnage.store.layout import Step, no_step
from dunnage.store.store import Store

ROOM = 10**9


class Clock:
    """Unix time that moves when it is told to."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def opened(
    directory: Path | str,
    *,
    size: int = ROOM,
    clock: Callable[[], float] | None = None,
    step: Step = no_step,
) -> Iterator[Store]:
    """A store that is closed at the end."""
    store = Store.open(str(directory), size_bytes_max=size, clock=clock or Clock(), step=step)
    try:
        yield store
    finally:
        store.close()


def unit_key(name: object) -> UnitKey:
    return UnitKey(blake3(f"unit {name}".encode()).digest())


def action_key(name: object) -> ActionKey:
    return ActionKey(blake3(f"action {name}".encode()).digest())


def digest_of(data: bytes) -> Digest:
    return Digest(blake3(data).digest())


def put(store: Store, data: bytes) -> tuple[Digest, int]:
    """Put some bytes, as a client's open file."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return store.put(file.fileno())


def result_of(contents: Sequence[bytes], **changes: object) -> ActionResult:
    """A result with these outputs; `changes` are other fields of it."""
    outputs = tuple(
        StoredFile(f"kind{number}", digest_of(data), len(data), number % 2 == 1)
        for number, data in enumerate(contents)
    )
    fields: dict[str, object] = {
        "outputs": outputs,
        "dep_info": b"out: in\n",
        "stdout": b"",
        "stderr": b"warning: \xff\n",
        "bound": (),
        "compile_us": 1_000,
        "created_s": 1_800_000_000,
        "unit_name": "serde (lib)",
    }
    return ActionResult(**{**fields, **changes})  # type: ignore[arg-type]


def paths_of(name: object) -> PathSet:
    return PathSet((f"workspace/src/{name}.rs",), (f"workspace/src/{name}/mod.rs",), ("CARGO_PKG_NAME",))


def add(store: Store, name: object, contents: Sequence[bytes], **changes: object) -> ActionResult:
    """Put the contents and record them under keys made from a name."""
    for data in contents:
        put(store, data)
    result = result_of(contents, **changes)
    store.add(unit_key(name), paths_of(name), action_key(name), result)
    return result


def read(store: Store, digest: Digest, size: int) -> bytes:
    """All bytes of a blob."""
    fd = store.open_blob(digest, size)
    with os.fdopen(fd, "rb") as file:
        return file.read()


def assert_whole(store: Store, names: Iterable[object]) -> set[object]:
    """Whatever can be found under these names is whole; those that can."""
    found = set()
    for name in names:
        results = store.results(action_key(name))
        for result in results:
            for output in result.outputs:
                assert digest_of(read(store, output.digest, output.size)) == output.digest
        if results:
            assert store.path_sets(unit_key(name)) == [paths_of(name)]
            found.add(name)
    return found


def record_of(number: int, *, device: int = os.makedev(254, 1), errno: int = 0) -> StatRecord:
    """A stat record, another one for each number."""
    return StatRecord(STAT.pack(errno, 0o100644, device, number, 100, number, number))


def blob_path(directory: Path, digest: Digest) -> Path:
    return directory / "v1" / "blobs" / digest.hex()[:2] / digest.hex()
