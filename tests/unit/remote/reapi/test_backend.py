"""The backend as a whole: what the suite of all backends does not ask."""

import io
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from blake3 import blake3

from dunnage.errors import ConfigError, RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.model.digest import Digest
from dunnage.remote.contract import Backend, BlobName, BlobSource, Record
from dunnage.remote.registry import open_backend
from support.remotes.reapi_protos import made
from support.remotes.reapi_server import BLAKE3, Knobs, ReapiServer, Trouble, serving
from support.remotes.things import blob, fetched, name, name_of
from support.remotes.waiting import until_it_answers

EMPTY = name_of(b"")


@pytest.fixture
def server() -> Iterator[ReapiServer]:
    with serving(Knobs("main", strict=True)) as found:
        yield found


@pytest.fixture
def backend(server: ReapiServer) -> Iterator[Backend]:
    found = server.open()
    yield found
    found.close()


def shared(backend: Backend, data: bytes) -> Record:
    """A blob on the remote, and the record that names it."""
    record = Record(name(), b"names it", (name_of(data),))
    backend.put_blobs([blob(data)])
    backend.put_records([record])
    return record


def test_without_its_library_it_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [each for each in sys.modules if each.startswith("dunnage.remote.reapi")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(ConfigError, match="needs grpc") as caught:
        open_backend("grpc://localhost:1", {})
    assert "dunnage[reapi]" in caught.value.advice


def test_nobody_is_asked_before_anything_is_wanted(server: ReapiServer) -> None:
    backend = server.open()
    assert not backend.traits.read_only
    assert backend.get_records([]) == {}
    assert backend.missing([]) == []
    backend.put_blobs([])
    backend.put_records([])
    backend.flush()
    assert fetched(backend, []) == {}
    backend.close()
    assert not server.seen.calls


def test_checking(server: ReapiServer, backend: Backend) -> None:
    backend.check()
    assert server.seen.calls == {"GetCapabilities": 1, "FindMissingBlobs": 1}
    server.trouble["FindMissingBlobs"] = Trouble(grpc.StatusCode.UNAUTHENTICATED, "no key")
    with pytest.raises(RemoteRefused, match="no key"):
        backend.check()
    server.knobs.instance = "another"
    with pytest.raises(RemoteRefused, match="no instance 'main'") as caught:
        backend.check()
    assert "instance" in caught.value.advice


def test_capabilities_are_asked_once(server: ReapiServer, backend: Backend) -> None:
    for _ in range(3):
        backend.get_records([name()])
    assert server.seen.calls["GetCapabilities"] == 1


def test_capabilities_that_did_not_come_are_asked_again(server: ReapiServer, backend: Backend) -> None:
    server.trouble["GetCapabilities"] = Trouble(grpc.StatusCode.UNAVAILABLE)
    for _ in range(2):
        with pytest.raises(RemoteUnavailable):
            backend.get_records([name()])
    server.trouble.clear()
    assert backend.get_records([name()]) == {}


def test_a_server_that_is_another_one_after_trouble(server: ReapiServer, backend: Backend) -> None:
    shared(backend, b"blob")
    server.stop()
    with pytest.raises(RemoteUnavailable):
        backend.missing([name_of(b"blob")])
    server.knobs.digest_functions = (BLAKE3,)
    server.blobs.kept.clear()
    server.start()
    until_it_answers(lambda: backend.get_records([name()]))
    record = shared(backend, b"blob")
    assert backend.get_records([record.name]) == {record.name: b"names it"}


def test_read_only(server: ReapiServer) -> None:
    server.knobs.updates = False
    backend = server.open()
    for put in (lambda: backend.put_records([Record(name(), b"x")]), lambda: backend.put_blobs([blob(b"x")])):
        with pytest.raises(RemoteRefused, match="read-only"):
            put()
    assert server.seen.calls == {"GetCapabilities": 1}
    assert backend.traits.read_only
    backend.close()


def test_traits_stay_as_they_were_said(server: ReapiServer) -> None:
    server.knobs.updates = False
    backend = server.open()
    assert not backend.traits.read_only
    backend.check()
    assert not backend.traits.read_only
    backend.close()


def test_the_empty_blob_is_always_there(server: ReapiServer, backend: Backend) -> None:
    assert backend.missing([EMPTY]) == []
    assert fetched(backend, [EMPTY]) == {EMPTY: b""}
    backend.put_blobs([blob(b"")])
    other = BlobName(Digest(b"x" * 32), 0)  # nothing has that digest and no bytes
    assert backend.missing([other, EMPTY]) == [other]
    assert fetched(backend, [other, EMPTY]) == {EMPTY: b""}
    assert "BatchUpdateBlobs" not in server.seen.calls


def test_a_blob_is_found_by_its_record(server: ReapiServer, backend: Backend) -> None:
    record = shared(backend, b"blob")
    reader = server.open()
    assert fetched(reader, [name_of(b"blob")]) == {}
    assert reader.missing([name_of(b"blob")]) == [name_of(b"blob")]
    assert reader.get_records([record.name]) == {record.name: b"names it"}
    assert fetched(reader, [name_of(b"blob"), name_of(b"blob")]) == {name_of(b"blob"): b"blob"}
    reader.close()


def test_blake3_needs_no_record() -> None:
    with serving(Knobs(digest_functions=(BLAKE3, 1))) as server:
        backend, reader = server.open(), server.open()
        backend.put_blobs([blob(b"blob")])
        assert reader.missing([name_of(b"blob")]) == []
        assert fetched(reader, [name_of(b"blob")]) == {name_of(b"blob"): b"blob"}
        backend.close()
        reader.close()


def test_what_is_there_is_not_sent_again(server: ReapiServer, backend: Backend) -> None:
    shared(backend, b"blob")
    calls = server.seen.calls["BatchUpdateBlobs"]
    other = server.open()
    other.put_blobs([blob(b"blob")])
    backend.put_blobs([blob(b"blob"), blob(b"blob")])
    assert server.seen.calls["BatchUpdateBlobs"] == calls
    assert other.missing([name_of(b"blob")]) == []
    other.close()


def test_what_went_meanwhile_is_sent_again(server: ReapiServer, backend: Backend) -> None:
    shared(backend, b"blob")
    server.blobs.kept.clear()
    assert backend.missing([name_of(b"blob")]) == [name_of(b"blob")]
    shared(backend, b"blob")
    assert backend.missing([name_of(b"blob")]) == []


def test_what_came_damaged_is_put_again(server: ReapiServer, backend: Backend) -> None:
    shared(backend, b"blob")
    there = server.blobs.digest(b"blob")
    lie = made("BlobRead", digest=there, data=b"blo")
    server.instead["BatchReadBlobs"] = lambda request: made("BatchReadBlobsResponse", responses=[lie])
    with pytest.raises(RemoteDamaged):
        fetched(backend, [name_of(b"blob")])
    server.instead.clear()
    assert backend.missing([name_of(b"blob")]) == [name_of(b"blob")]
    before = server.seen.calls["BatchUpdateBlobs"]
    backend.put_blobs([blob(b"blob")])
    assert server.seen.calls["BatchUpdateBlobs"] == before + 1
    assert backend.missing([name_of(b"blob")]) == []


def test_a_wrong_record_of_others_does_not_spread(server: ReapiServer, backend: Backend) -> None:
    """A record that names a blob by the digest of another one."""
    wanted, wrong = name_of(b"mine"), b"your"
    server.blobs.put(wrong)
    file = made("OutputFile", path=wanted.digest.hex(), digest=server.blobs.digest(wrong))
    server.instead["GetActionResult"] = lambda request: made(
        "ActionResult", output_files=[file], stdout_raw=b"x"
    )
    backend.get_records([name()])
    server.instead.clear()
    assert fetched(backend, [wanted]) == {wanted: wrong}  # who asked for it checks its digest
    assert backend.missing([wanted]) == [wanted]
    record = shared(backend, b"mine")
    assert fetched(backend, [wanted]) == {wanted: b"mine"}
    reader = server.open()
    reader.get_records([record.name])
    assert fetched(reader, [wanted]) == {wanted: b"mine"}
    reader.close()


def test_a_source_that_is_not_what_it_says(server: ReapiServer, backend: Backend) -> None:
    for data in (b"shorter", b"longer than that"):
        wrong = BlobSource(BlobName(Digest(blake3(b"x").digest()), 10), lambda data=data: io.BytesIO(data))  # type: ignore[misc]
        with pytest.raises(RemoteDamaged, match="another size"):
            backend.put_blobs([wrong])
    assert "BatchUpdateBlobs" not in server.seen.calls


def test_a_server_killed_and_restarted(server: ReapiServer, backend: Backend) -> None:
    record = shared(backend, b"before")
    server.stop()
    with pytest.raises(RemoteUnavailable):
        backend.get_records([record.name])
    with pytest.raises(RemoteUnavailable):
        backend.put_blobs([blob(b"meanwhile")])
    server.start()
    until_it_answers(backend.check)
    assert backend.get_records([record.name]) == {record.name: b"names it"}
    shared(backend, b"meanwhile")
    assert fetched(backend, [name_of(b"meanwhile")]) == {name_of(b"meanwhile"): b"meanwhile"}


def test_a_server_that_stops_under_many(server: ReapiServer, backend: Backend) -> None:
    """Each call ends: right, or with an error of ours."""
    data = bytes(range(256)) * 20_000

    def share(number: int) -> bool:
        try:
            record = shared(backend, b"%d" % number + data)
            return backend.get_records([record.name]) == {record.name: b"names it"}
        except RemoteError:
            return False

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(share, number) for number in range(24)]
        futures[4].result()
        server.stop()
        ended = [future.result(60) for future in futures]
    assert any(ended)
    assert not all(ended)


def test_closing_ends_what_is_under_way(server: ReapiServer) -> None:
    backend = server.open()
    backend.check()
    server.held.clear()
    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(backend.get_records, [name()]),
            pool.submit(backend.get_records, [name() for _ in range(30)]),
        ]
        until_it_answers(lambda: _asked(server))
        backend.close()
        for future in futures:
            with pytest.raises(RemoteUnavailable):
                future.result(30)
    server.held.set()
    with pytest.raises(RemoteUnavailable, match="closed"):
        backend.check()


def _asked(server: ReapiServer) -> None:
    if server.seen.calls["GetActionResult"] < 2:
        raise RemoteUnavailable("not yet")
