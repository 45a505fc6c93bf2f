"""What the contract says, seen with every backend: each test is run over each place."""

from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest

from dunnage.remote.contract import Backend, BlobName, BlobSource, Record
from support.remotes.things import blob, fetched, name, name_of, sizes


def test_it_can_be_reached(backend: Backend) -> None:
    backend.check()


def test_what_is_not_there_is_left_out(backend: Backend) -> None:
    assert backend.get_records([name("unit"), name("action")]) == {}
    assert fetched(backend, [name_of(b"nobody has this"), name_of(b"nor this")]) == {}
    assert backend.get_records([]) == {}
    assert fetched(backend, []) == {}


@pytest.mark.parametrize("kind", ["unit", "action"])
@pytest.mark.parametrize("body", [b"x", b"\0" * 1000, bytes(range(256)) * 4000], ids=["1", "1000", "1 MB"])
def test_a_record_is_what_was_put(backend: Backend, other: Backend, kind: str, body: bytes) -> None:
    wanted = name("unit" if kind == "unit" else "action")
    backend.put_records([Record(wanted, body)])
    backend.flush()
    assert other.get_records([name(), wanted]) == {wanted: body}


def test_a_record_refers_to_blobs(backend: Backend, other: Backend) -> None:
    blobs = [blob(b"one of two" * 10), blob(b"two of two" * 10)]
    backend.put_blobs(blobs)
    wanted = name()
    backend.put_records([Record(wanted, b"refers", tuple(source.name for source in blobs))])
    backend.flush()
    assert other.get_records([wanted]) == {wanted: b"refers"}
    names = [source.name for source in blobs]
    assert fetched(other, names) == {names[0]: b"one of two" * 10, names[1]: b"two of two" * 10}


def test_a_record_is_replaced_unless_nothing_is(backend: Backend, other: Backend) -> None:
    wanted = name("unit")
    backend.put_records([Record(wanted, b"first")])
    backend.put_records([Record(wanted, b"second")])
    backend.flush()
    kept = b"first" if backend.traits.immutable else b"second"
    assert other.get_records([wanted]) == {wanted: kept}


@pytest.mark.parametrize("size", sizes())
def test_a_blob_is_what_was_put(backend: Backend, other: Backend, size: int) -> None:
    data = (f"{size} of this, " * (size // 8 + 1)).encode()[:size]
    wanted, record = name_of(data), name()
    backend.put_blobs([blob(data)])
    backend.put_records([Record(record, b"names it", (wanted,))])
    backend.flush()
    assert other.get_records([record])  # a reader finds the blob's name in it
    assert fetched(other, [wanted]) == {wanted: data}


def test_many_at_once(backend: Backend, other: Backend) -> None:
    contents = [f"blob {number} ".encode() * number for number in range(1, 120)]
    backend.put_blobs([blob(data) for data in contents])
    names = [name() for _ in contents]
    backend.put_records(
        [Record(each, data, (name_of(data),)) for each, data in zip(names, contents, strict=True)]
    )
    backend.flush()
    absent = name_of(b"absent among many")
    assert other.get_records([name(), *names]) == dict(zip(names, contents, strict=True))
    assert fetched(other, [absent, *map(name_of, contents)]) == {name_of(data): data for data in contents}


def test_what_is_missing_would_have_to_be_put(backend: Backend, other: Backend) -> None:
    there, absent = blob(b"this one is there"), name_of(b"this one is not")
    backend.put_blobs([there])
    backend.put_records([Record(name(), b"names it", (there.name,))])
    backend.flush()
    assert absent in other.missing([absent, there.name])
    assert other.missing([]) == []


def test_a_blob_may_be_put_twice(backend: Backend, other: Backend) -> None:
    twice, record = blob(b"put twice" * 100), name()
    backend.put_blobs([twice])
    backend.put_blobs([twice])
    backend.put_records([Record(record, b"names it", (twice.name,))])
    backend.flush()
    assert other.get_records([record])
    assert fetched(other, [twice.name]) == {twice.name: b"put twice" * 100}


def test_what_is_in_doubt_is_put_again(backend: Backend, other: Backend) -> None:
    """As where other bytes of the same size came: whoever asked has seen it by the digest."""
    doubtful, record = blob(b"in doubt" * 100), name()
    backend.put_blobs([doubtful])
    backend.put_records([Record(record, b"names it", (doubtful.name,))])
    backend.flush()
    assert other.get_records([record])
    other.doubt([doubtful.name])
    assert other.missing([doubtful.name]) == [doubtful.name]
    opened: list[BlobName] = []

    def opening() -> BinaryIO:
        opened.append(doubtful.name)
        return doubtful.open()

    other.put_blobs([BlobSource(doubtful.name, opening)])
    other.put_records([Record(record, b"names it", (doubtful.name,))])
    other.flush()
    assert opened
    assert other.missing([doubtful.name]) == []
    assert fetched(other, [doubtful.name]) == {doubtful.name: b"in doubt" * 100}


def test_threads_share_it(backend: Backend, other: Backend) -> None:
    def put_and_get(number: int) -> bool:
        data, wanted = f"thread {number} ".encode() * 500, name()
        backend.put_blobs([blob(data)])
        backend.put_records([Record(wanted, data, (name_of(data),))])
        backend.flush()
        return other.get_records([wanted]) == {wanted: data} and fetched(other, [name_of(data)]) == {
            name_of(data): data
        }

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(put_and_get, range(24)))


def test_it_may_be_closed_twice(backend: Backend) -> None:
    backend.close()
    backend.close()
