"""Jobs of GitHub Actions, as far as their cache goes: units that are looked for, and put where they are absent."""

import hashlib
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from blake3 import blake3

from dunnage.remote.contract import Record, RecordName
from dunnage.remote.gha.backend import GhaBackend
from support.remotes.gha_service import GhaService
from support.remotes.things import blob, fetched, name_of


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands for one compile: a record of each kind, and two outputs."""

    name: str
    size: int = 2000

    @property
    def outputs(self) -> tuple[bytes, bytes]:
        noise = random.Random(self.name).randbytes(self.size)
        return b"rlib of " + self.name.encode() + noise, b"rmeta of " + self.name.encode() + noise[
            : self.size // 4
        ]

    @property
    def records(self) -> tuple[Record, Record]:
        names = tuple(name_of(data) for data in self.outputs)
        unit, action = (
            RecordName(kind, blake3(f"{kind} {self.name}".encode()).digest()) for kind in ("unit", "action")
        )
        body = hashlib.sha256(self.name.encode()).hexdigest().encode()
        return Record(unit, b"path set " + body), Record(action, b"result " + body, names)

    def put(self, backend: GhaBackend) -> None:
        backend.put_blobs([blob(data) for data in self.outputs])
        backend.put_records(self.records)

    def is_in(self, backend: GhaBackend) -> bool:
        """Whether it would be a hit. AssertionError: with other bytes than were put."""
        bodies = {record.name: record.body for record in self.records}
        if backend.get_records(list(bodies)) != bodies:
            return False
        blobs = {name_of(data): data for data in self.outputs}
        found = fetched(backend, list(blobs))
        assert all(blobs[blob] == data for blob, data in found.items()), "another blob"
        return found == blobs


def units(*names: object, size: int = 2000) -> list[Unit]:
    return [Unit(str(name), size) for name in names]


def job(fake: GhaService, wanted: Iterable[Unit], options: str = "lane=l", **more: str) -> tuple[int, int]:
    """One job: how many units were hits, and how often the service was asked."""
    with opened(fake, options, **more) as backend:
        hits = 0
        for unit in wanted:
            if unit.is_in(backend):
                hits += 1
            else:
                unit.put(backend)
        backend.flush()
        return hits, backend.requests


@contextmanager
def opened(
    fake: GhaService, options: str = "lane=l", *scopes: tuple[str, int], **more: str
) -> Iterator[GhaBackend]:
    backend = fake.open(options, *scopes, **more)
    assert isinstance(backend, GhaBackend)
    try:
        yield backend
    finally:
        backend.close()


class Gate:
    """Lets so many bytes of downloads pass, and the rest when it is opened: a knob for `garble`."""

    def __init__(self, passes: int) -> None:
        self._left = passes
        self._open = threading.Event()

    def __call__(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            assert self._open.wait(60)
        return data

    def open(self) -> None:
        self._open.set()


class Clock:
    """Time that goes by when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def times(answers: Iterable[bool]) -> Callable[..., bool]:
    """A knob that answers one after another, and then no."""
    left = list(answers)
    return lambda *_: left.pop(0) if left else False
