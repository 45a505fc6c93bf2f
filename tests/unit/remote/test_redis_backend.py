"""Records and blobs in Redis: pieces, pipelines, eviction. (And the conformance suite, over a port and a socket.)"""

import os
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from dunnage.errors import RemoteDamaged, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import Backend, Record
from dunnage.remote.registry import open_backend
from support.remotes.redis_server import RedisServer
from support.remotes.things import blob, fetched, name, name_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    made = RedisServer(tmp_path_factory.mktemp("redis"))
    with made.program.running():
        yield made


@pytest.fixture
def backend(server: RedisServer) -> Iterator[Backend]:
    opened = open_backend(server.url, {})
    yield opened
    opened.close()


@pytest.fixture
def direct(server: RedisServer) -> Iterator[Redis]:
    """The server, past us, and empty."""
    with Redis(port=server.port) as client:
        client.flushall()
        yield client


def test_names_and_sizes(backend: Backend, direct: Redis) -> None:
    unit, source = name("unit"), blob(b"data " * 1000)
    backend.put_records([Record(unit, b"body " * 1000)])
    backend.put_blobs([source])
    names = {
        f"dunnage:v1:unit:{unit.key.hex()}".encode(),
        f"dunnage:v1:blob:{source.name.digest.hex()}".encode(),
    }
    assert set(direct.keys()) == names
    assert all(direct.strlen(each) < 100 for each in names)
    assert all(direct.ttl(each) == -1 for each in names)


def test_what_is_put_may_be_forgotten_after_a_time(server: RedisServer, direct: Redis) -> None:
    backend = open_backend(f"{server.url}/0?ttl_s=100&prefix=p:", {})
    backend.put_blobs([blob(b"data")])
    [found] = direct.keys()
    assert found.startswith(b"p:v1:blob:")
    assert 0 < direct.ttl(found) <= 100
    backend.close()


@pytest.fixture
def in_pieces(backend: Backend, direct: Redis, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A blob that took several pieces."""
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REDIS_PIECE_BYTES", 1000)
    data = random.Random(6).randbytes(4321)
    backend.put_blobs([blob(data)])
    assert len(direct.keys()) == 5
    return data


def test_a_large_blob_is_cut_into_pieces(backend: Backend, direct: Redis, in_pieces: bytes) -> None:
    assert max(direct.strlen(each) for each in direct.keys()) <= 1012  # noqa: SIM118
    assert fetched(backend, [name_of(in_pieces)]) == {name_of(in_pieces): in_pieces}
    backend.put_blobs([blob(in_pieces)])
    assert len(direct.keys()) == 5


def test_one_piece_was_evicted(backend: Backend, direct: Redis, in_pieces: bytes) -> None:
    [last] = [each for each in direct.keys() if each.endswith(b":4")]  # noqa: SIM118
    assert backend.missing([name_of(in_pieces)]) == []
    direct.delete(last)
    assert fetched(backend, [name_of(in_pieces)]) == {}
    assert backend.missing([name_of(in_pieces)]) == [name_of(in_pieces)]
    backend.put_blobs([blob(in_pieces)])
    assert fetched(backend, [name_of(in_pieces)]) == {name_of(in_pieces): in_pieces}


def test_pieces_of_the_true_size(backend: Backend, direct: Redis) -> None:
    data = os.urandom(2 * limits.REMOTE_REDIS_PIECE_BYTES + 5)
    backend.put_blobs([blob(data)])
    assert len(direct.keys()) == 3
    assert fetched(backend, [name_of(data)]) == {name_of(data): data}


@pytest.mark.parametrize(
    "value",
    [
        b"x",
        b"x" * 12,
        b"\0" * 12,
        b"\1\0\0\0" + bytes(8),
        b"\1\0\0\0" + bytes(8) + b"no frame",
        b"\xff" * 100,
    ],
)
def test_a_damaged_blob(backend: Backend, direct: Redis, value: bytes) -> None:
    wanted = name_of(b"data")
    direct.set(f"dunnage:v1:blob:{wanted.digest.hex()}", value)
    with pytest.raises(RemoteDamaged):
        fetched(backend, [wanted])
    backend.put_blobs([blob(b"data")])
    assert fetched(backend, [wanted]) == {wanted: b"data"}


def test_a_large_value_under_the_name_of_a_small_blob(backend: Backend, direct: Redis) -> None:
    wanted = name_of(b"data")
    direct.set(f"dunnage:v1:blob:{wanted.digest.hex()}", bytes(30_000_000))
    before = direct.info("stats")["total_net_output_bytes"]
    with pytest.raises(RemoteDamaged):
        fetched(backend, [wanted])
    assert direct.info("stats")["total_net_output_bytes"] - before < 100_000


@pytest.mark.parametrize("value", [b"x", bytes(6_000_000)])
def test_a_damaged_record(backend: Backend, direct: Redis, value: bytes) -> None:
    wanted = name("unit")
    direct.set(f"dunnage:v1:unit:{wanted.key.hex()}", value)
    with pytest.raises(RemoteDamaged):
        backend.get_records([wanted])


def test_something_else_under_a_name_of_ours(backend: Backend, direct: Redis) -> None:
    wanted = name("unit")
    direct.lpush(f"dunnage:v1:unit:{wanted.key.hex()}", "x")
    with pytest.raises(RemoteDamaged, match="something else"):
        backend.get_records([wanted])


def test_many_travel_in_few_pipelines(backend: Backend, direct: Redis) -> None:
    sources = [blob(b"%d" % number) for number in range(600)]
    before = direct.info("stats")["total_reads_processed"]
    backend.put_blobs(sources)
    assert backend.missing([source.name for source in sources]) == []
    assert len(fetched(backend, [source.name for source in sources] * 2)) == 600
    assert direct.info("stats")["total_reads_processed"] - before < 100


def test_a_full_server_that_may_remove_nothing(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--maxmemory", "5mb", "--maxmemory-policy", "noeviction")
    with server.program.running():
        backend = open_backend(server.url, {})
        with pytest.raises(RemoteFull, match="no memory left"):
            backend.put_blobs([blob(os.urandom(1_000_000)) for _ in range(20)])
        backend.check()
        backend.close()


def test_a_password_that_is_wrong(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--requirepass", "geheim")
    with server.program.running():
        with pytest.raises(RemoteRefused, match="wants a password"):
            open_backend(server.url, {}).check()
        with pytest.raises(RemoteRefused, match="no database of that number"):
            open_backend(f"{server.url}/99", {"REDISCLI_AUTH": "geheim"}).check()
        with pytest.raises(RemoteRefused, match="credentials") as caught:
            open_backend(server.url.replace("//", "//:falsch@"), {}).check()
        assert "falsch" not in str(caught.value)
        open_backend(server.url, {"REDISCLI_AUTH": "geheim"}).check()


def test_a_user_who_may_only_read(tmp_path: Path) -> None:
    server = RedisServer(
        tmp_path, *["--user", "reader", "on", ">geheim", "~*", "+getrange", "+exists", "+client"]
    )
    with server.program.running():
        backend = open_backend(server.url.replace("//", "//reader:geheim@"), {})
        backend.check()
        assert backend.get_records([name()]) == {}
        with pytest.raises(RemoteRefused, match="does not permit"):
            backend.put_records([Record(name(), b"body")])
        backend.close()


def test_killed_and_come_back(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    with server.program.running():
        backend = open_backend(server.url, {})
        backend.check()
        server.program.kill()
        with pytest.raises(RemoteUnavailable):
            backend.check()
        with pytest.raises(RemoteUnavailable, match="cannot be reached"):
            backend.put_blobs([blob(b"data")])
        server.program.start()
        backend.put_blobs([blob(b"data")])
        backend.close()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", (RemoteDamaged, RemoteUnavailable)),
        (b":5\r\n", RemoteDamaged),
        (b"*1\r\n:5\r\n", RemoteDamaged),
        (b"$-1\r\n", RemoteDamaged),
        (b":five\r\n", RemoteDamaged),
        (b"$five\r\n", RemoteDamaged),
        (b"*1\r\n" * 5000, RemoteDamaged),
        (b"$10\r\nabc", RemoteUnavailable),
        (b"-ERR what\r\n", RemoteUnavailable),
        (b"", RemoteUnavailable),
    ],
)
def test_something_that_is_no_redis(
    answer: bytes, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                while asked := connection.recv(10_000):
                    if b"GETRANGE" in asked and not answer:
                        return
                    connection.sendall(
                        answer if b"GETRANGE" in asked else b"+OK\r\n" * asked.count(b"CLIENT")
                    )

        thread = threading.Thread(target=serve)
        thread.start()
        backend = open_backend(f"redis://127.0.0.1:{listening.getsockname()[1]}", {})
        with pytest.raises(kind):
            backend.get_records([name()])
        backend.close()
        thread.join()


def test_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        backend = open_backend(f"redis://127.0.0.1:{listening.getsockname()[1]}", {})
        with pytest.raises(RemoteUnavailable, match="said nothing"):
            backend.check()
        backend.close()
