"""The contract over objects: names, frames, and what a damaged blob leads to. The rest is in the conformance suite."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from dunnage.errors import RemoteDamaged
from dunnage.remote.contract import Record
from dunnage.remote.objects import ObjectBackend, name_of_blob, name_of_record
from support.remotes.things import blob, fetched, name, name_of


class InMemory:
    """Objects in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.closed = 0

    @contextmanager
    def stream(self, name: str) -> Iterator[Iterable[bytes] | None]:
        data = self.kept.get(name)
        yield None if data is None else (data[at : at + 10] for at in range(0, len(data), 10))

    def put(self, name: str, file: BinaryIO, size: int) -> None:
        self.kept[name] = file.read(size)

    def has(self, name: str) -> bool:
        return name in self.kept

    def check(self) -> None:
        pass

    def close(self) -> None:
        self.closed += 1


def test_names() -> None:
    unit, action, data = name("unit"), name("action"), name_of(b"data")
    objects = InMemory()
    backend = ObjectBackend(objects)
    backend.put_records([Record(unit, b"u"), Record(action, b"a")])
    backend.put_blobs([blob(b"data")])
    assert set(objects.kept) == {
        f"v1/unit/{unit.key.hex()[:2]}/{unit.key.hex()}",
        f"v1/action/{action.key.hex()[:2]}/{action.key.hex()}",
        f"v1/blob/{data.digest.hex()[:2]}/{data.digest.hex()}",
    }
    assert set(objects.kept) == {name_of_record(unit), name_of_record(action), name_of_blob(data)}


def test_things_are_smaller_there() -> None:
    objects = InMemory()
    backend = ObjectBackend(objects)
    backend.put_records([Record(name(), b"x" * 100_000)])
    backend.put_blobs([blob(b"y" * 100_000)])
    assert all(len(data) < 1000 for data in objects.kept.values())


@pytest.mark.parametrize("damage", [lambda frame: frame[:-1], lambda frame: b"x" + frame, lambda frame: b""])
def test_a_damaged_blob_is_missing_until_it_is_put_again(damage: "object") -> None:
    objects = InMemory()
    backend = ObjectBackend(objects)
    source = blob(b"some bytes" * 20)
    backend.put_blobs([source])
    at = name_of_blob(source.name)
    objects.kept[at] = damage(objects.kept[at])  # type: ignore[operator]
    assert backend.missing([source.name]) == []
    with pytest.raises(RemoteDamaged):
        fetched(backend, [source.name])
    assert backend.missing([source.name]) == [source.name]
    backend.put_blobs([source])
    assert backend.missing([source.name]) == []
    assert fetched(backend, [source.name]) == {source.name: b"some bytes" * 20}


def test_a_blob_that_is_asked_for_twice_is_got_once() -> None:
    backend = ObjectBackend(InMemory())
    backend.put_blobs([blob(b"data")])
    assert fetched(backend, [name_of(b"data")] * 3) == {name_of(b"data"): b"data"}


def test_a_damaged_record_is_said_to_be() -> None:
    objects = InMemory()
    wanted = name()
    objects.kept[name_of_record(wanted)] = b"no frame"
    with pytest.raises(RemoteDamaged):
        ObjectBackend(objects).get_records([wanted])


def test_trouble_with_the_file_at_home_is_not_the_remotes(tmp_path: object) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    backend = ObjectBackend(InMemory())
    backend.put_blobs([blob(b"data")])
    with pytest.raises(OSError, match="No space"):
        backend.get_blobs([name_of(b"data")], lambda _: Full())
    assert backend.missing([name_of(b"data")]) == []


def test_a_blob_of_another_size_is_not_put() -> None:
    objects = InMemory()
    source = blob(b"data")
    wrong = type(source)(type(source.name)(source.name.digest, 5), source.open)
    with pytest.raises(RemoteDamaged):
        ObjectBackend(objects).put_blobs([wrong])
    assert objects.kept == {}


def test_closing_closes_the_objects() -> None:
    objects = InMemory()
    ObjectBackend(objects).close()
    assert objects.closed == 1
