"""Objects on WebDAV servers: collections are made when they are missed. (And the conformance suite.)"""

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dunnage.errors import RemoteDamaged, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote.contract import Record
from dunnage.remote.http_client import HttpClient
from dunnage.remote.registry import open_backend
from dunnage.remote.webdav import WebDavObjects
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.nginx import Nginx
from support.remotes.things import blob, fetched, name
from support.remotes.wsgidav import wsgidav


class Collections:
    """A server that keeps files in collections, and nothing else."""

    def __init__(self) -> None:
        self.collections = {"/base/"}
        self.files: dict[str, bytes] = {}

    def answer(self, asked: Asked) -> Reply:
        parent = asked.path.rstrip("/").rpartition("/")[0] + "/"
        if asked.method in {"PUT", "MKCOL"} and parent not in self.collections:
            return Reply(409)
        if asked.method == "PUT":
            self.files[asked.path] = asked.body
            return Reply(201)
        if asked.method == "MKCOL":
            if asked.path in self.collections:
                return Reply(405)
            self.collections.add(asked.path)
            return Reply(201)
        return Reply(200, self.files[asked.path]) if asked.path in self.files else Reply(404)


def objects(fake: HttpFake, base: str = "/base") -> WebDavObjects:
    return WebDavObjects(HttpClient(f"http://127.0.0.1:{fake.port}{base}", {}))


def test_collections_are_made_when_they_are_missed_and_cost_nothing_later() -> None:
    kept = Collections()
    with HttpFake(kept.answer).serving() as fake:
        asking = objects(fake)
        asking.put("v1/a/b", io.BytesIO(b"first"), 5)
        assert kept.files == {"/base/v1/a/b": b"first"}
        assert kept.collections == {"/base/", "/base/v1/", "/base/v1/a/"}
        before = len(fake.asked)
        asking.put("v1/a/c", io.BytesIO(b"second"), 6)
        assert len(fake.asked) == before + 1


@pytest.mark.parametrize("size", [1, 10_000_000])
def test_a_server_that_hangs_up_on_who_misses_a_collection(size: int) -> None:
    kept = Collections()

    def answer(asked: Asked) -> Reply:
        reply = kept.answer(asked)
        return Reply(raw=b"") if reply.status == 409 and asked.method == "PUT" else reply

    with HttpFake(answer).serving() as fake:
        objects(fake).put("v1/a/b", io.BytesIO(bytes(size)), size)
        assert len(kept.files["/base/v1/a/b"]) == size


def test_a_server_that_always_hangs_up() -> None:
    with HttpFake(lambda _: Reply(raw=b"")).serving() as fake:
        with pytest.raises(RemoteUnavailable):
            objects(fake).put("v1/a/b", io.BytesIO(b"x"), 1)
        assert len(fake.asked) < 4


def test_many_miss_the_same_collections_at_once() -> None:
    kept = Collections()
    making = threading.Semaphore(1)

    def answer(asked: Asked) -> Reply:
        """As wsgidav: 500 for who makes what another makes at that moment."""
        if asked.method != "MKCOL":
            return kept.answer(asked)
        if not making.acquire(blocking=False):
            return Reply(500)
        try:
            return kept.answer(asked)
        finally:
            making.release()

    with HttpFake(answer).serving() as fake:
        one, two = objects(fake), objects(fake)
        with ThreadPoolExecutor(16) as pool:
            jobs = [
                pool.submit(asking.put, f"v1/{number % 4}/{number}", io.BytesIO(b"x"), 1)
                for asking in (one, two)
                for number in range(40)
            ]
        assert [job.exception() for job in jobs if job.exception()] == []
        assert len(kept.files) == 40


def test_wsgidav_is_asked_for_the_same_collections_by_two_machines(tmp_path: Path) -> None:
    with wsgidav(tmp_path) as opened:
        one, two = opened(), opened()
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(machine.put_blobs, [blob(b"%d" % number) for number in range(60)])
                for machine in (one, two)
            ]
        assert [job.exception() for job in jobs] == [None, None]
        one.close()
        two.close()


def test_a_file_is_sent_from_where_it_stood_both_times() -> None:
    kept = Collections()
    with HttpFake(kept.answer).serving() as fake:
        file = io.BytesIO(b"before, and this")
        file.seek(8)
        objects(fake).put("v1/a", file, 8)
        assert kept.files == {"/base/v1/a": b"and this"}


def test_the_collection_of_the_url_is_not_made() -> None:
    with (
        HttpFake(Collections().answer).serving() as fake,
        pytest.raises(RemoteRefused, match="no such collection"),
    ):
        objects(fake, "/other").put("v1/a", io.BytesIO(b"x"), 1)


def test_a_collection_that_is_made_and_is_not_there() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(201 if asked.path == "/base/v1/" else 409)

    with HttpFake(answer).serving() as fake, pytest.raises(RemoteRefused, match="409"):
        objects(fake).put("v1/a/b", io.BytesIO(b"x"), 1)


def test_trouble_that_is_not_for_want_of_a_collection() -> None:
    kept = Collections()
    kept.collections |= {"/base/v1/"}

    def answer(asked: Asked) -> Reply:
        return Reply(500) if asked.method == "PUT" else kept.answer(asked)

    with HttpFake(answer).serving() as fake, pytest.raises(RemoteUnavailable, match="500"):
        objects(fake).put("v1/a", io.BytesIO(b"x"), 1)


@pytest.mark.parametrize(("status", "kind"), [(403, RemoteRefused), (507, RemoteFull), (423, RemoteRefused)])
def test_what_servers_refuse(status: int, kind: type[Exception]) -> None:
    with HttpFake(lambda _: Reply(status)).serving() as fake:
        with pytest.raises(kind):
            objects(fake).put("v1/a", io.BytesIO(b"x"), 1)
        with pytest.raises(kind):
            objects(fake).check()


def test_a_server_that_breaks_off() -> None:
    kept = Collections()
    with HttpFake(kept.answer).serving() as fake:
        backend = open_backend(f"http+dav://127.0.0.1:{fake.port}/base", {})
        source, wanted = blob(b"x" * 1000), name()
        backend.put_blobs([source])
        backend.put_records([Record(wanted, b"body")])
        fake.knobs.cut = 5
        with pytest.raises(RemoteDamaged):
            fetched(backend, [source.name])
        with pytest.raises(RemoteDamaged):
            backend.get_records([wanted])
        fake.knobs.cut = None
        assert backend.get_records([wanted]) == {wanted: b"body"}
        backend.close()


def test_nginx_is_killed_and_comes_back(tmp_path: Path) -> None:
    server = Nginx(tmp_path)
    with server.program.running():
        backend = open_backend(f"http+dav://127.0.0.1:{server.port}", {})
        source = blob(b"data")
        backend.put_blobs([source])
        server.program.kill()
        with pytest.raises(RemoteUnavailable, match="cannot be reached"):
            fetched(backend, [source.name])
        server.program.start()
        assert fetched(backend, [source.name]) == {source.name: b"data"}
        backend.close()


def test_nginx_does_not_take_large_files(tmp_path: Path) -> None:
    server = Nginx(tmp_path, most="1k")
    with server.program.running():
        backend = open_backend(f"http+dav://127.0.0.1:{server.port}", {})
        with pytest.raises(RemoteFull, match="files of this size"):
            backend.put_blobs([blob(os.urandom(5000))])
        backend.close()


def test_nginx_wants_a_password(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("me:{PLAIN}secret\n")
    server = Nginx(tmp_path, more=f"auth_basic all; auth_basic_user_file {tmp_path}/users;")
    with server.program.running():
        with pytest.raises(RemoteRefused, match="401"):
            open_backend(f"http+dav://127.0.0.1:{server.port}", {}).check()
        with pytest.raises(RemoteRefused, match="401"):
            open_backend(f"http+dav://me:wrong@127.0.0.1:{server.port}", {}).check()
        open_backend(f"http+dav://me@127.0.0.1:{server.port}", {"DUNNAGE_HTTP_PASSWORD": "secret"}).check()


def test_a_collection_that_is_not_there_is_no_miss(tmp_path: Path) -> None:
    server = Nginx(tmp_path)
    with server.program.running():
        backend = open_backend(f"http+dav://127.0.0.1:{server.port}/none", {})
        for ask in (backend.check, lambda: backend.get_records([name()])):
            with pytest.raises(RemoteRefused, match="no such collection") as caught:
                ask()
            assert "Make it" in caught.value.advice
        (tmp_path / "files/none").mkdir()
        assert backend.get_records([name()]) == {}
        backend.close()


def test_whether_the_collection_is_there_is_asked_once() -> None:
    kept = Collections()
    with HttpFake(
        lambda asked: Reply(405) if asked.method == "PROPFIND" else kept.answer(asked)
    ).serving() as fake:
        asking = objects(fake)
        for _ in range(3):
            with asking.stream("v1/none") as pieces:
                assert pieces is None
        assert [asked.method for asked in fake.asked] == ["GET", "PROPFIND", "GET", "GET"]
