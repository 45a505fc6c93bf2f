"""Machines that share a remote: each with a store and an engine of its own, in this process."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dunnage.engine.engine import Engine
from dunnage.engine.tiers import Tier
from dunnage.errors import RemoteDamaged
from dunnage.model.outcome import Result
from dunnage.remote.contract import Backend, BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.guard import Guard
from dunnage.remote.memory import MemoryBackend
from dunnage.remote.sealing import Seal, checked
from dunnage.store.store import Store
from support.crates import Crate
from support.units import LocalView

WAIT_S = 60
"""Only ever a hang."""


class Troubled(MemoryBackend):
    """A remote that can be told to fail, to stand still, or to lie."""

    def __init__(self, traits: Traits | None = None) -> None:
        super().__init__()
        if traits is not None:
            self.traits = traits  # type: ignore[misc]
        self.failing: Callable[[], Exception] | None = None
        self.moving = threading.Event()
        """While it is not set, what is asked for is not answered."""
        self.moving.set()
        self.asked: list[str] = []
        """The requests, by the names of their methods."""
        self.lie: Callable[[BlobName, bytes], bytes] = lambda _, data: data
        self.unreadable: set[RecordName] = set()
        """Records of which nothing can be had until they are put again."""

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        assert self.moving.wait(WAIT_S)
        if self.failing is not None:
            raise self.failing()

    def check(self) -> None:
        self._asked("check")

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        self._asked("get_records")
        if not self.unreadable.isdisjoint(names):
            raise RemoteDamaged("A record came truncated.")
        return super().get_records(names)

    def put_records(self, records: Sequence[Record]) -> None:
        self._asked("put_records")
        self.unreadable.difference_update(record.name for record in records)
        super().put_records(records)

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        self._asked("missing")
        return super().missing(blobs)

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        self._asked("get_blobs")
        found = {blob: self.blobs[blob] for blob in blobs if blob in self.blobs}
        for blob, data in found.items():
            into(blob).write(self.lie(blob, data))
        return set(found)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        self._asked("put_blobs")
        super().put_blobs(blobs)

    def flush(self) -> None:
        self._asked("flush")


@dataclass(slots=True)
class Machine:
    """One of them."""

    store: Store
    engine: Engine
    tiers: Sequence[Tier]

    def compile(self, made: Crate, *more: str) -> Result:
        """Compile a crate whose outputs are not there."""
        invocation = made.invocation(*more)
        return self.engine.serve(made.view(invocation), invocation)

    def serve(self, view: LocalView, invocation: Any) -> Result:
        """Serve whatever it is."""
        return self.engine.serve(view, invocation)

    def sent(self) -> dict[str, Any]:
        """What its first remote counted, once all is sent."""
        self.engine.remotes.close(WAIT_S)
        return self.engine.remotes.documents()[0]


@contextmanager
def machine(
    directory: Path,
    *remotes: Backend,
    writes: bool = True,
    seal: Seal | None = None,
    domain: str = "",
) -> Iterator[Machine]:
    """A machine with an empty store and these remotes."""
    store = Store.open(str(directory / "store"), size_bytes_max=10**9, clock=time.time)
    tiers = [
        Tier(Guard(f"memory {number}", remote), seal or checked(domain), writes, domain)
        for number, remote in enumerate(remotes)
    ]
    engine = Engine(store, tiers=tiers)
    try:
        yield Machine(store, engine, tiers)
    finally:
        engine.remotes.close(WAIT_S)
        store.close()
