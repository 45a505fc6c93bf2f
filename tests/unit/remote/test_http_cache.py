"""A cache as Bazel's: what strict servers want, and what others may do to us. (And the conformance suite.)"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from dunnage.errors import RemoteDamaged, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.action_result import ActionResult, FileDigest, OutputFile, decode, encode
from dunnage.remote.contract import Backend, Record
from dunnage.remote.http_cache import open_backend
from dunnage.remote.url import RemoteUrl
from support.remotes.bazel_remote import BazelRemote
from support.remotes.http_fake import HttpFake, Reply
from support.remotes.nginx import Nginx
from support.remotes.things import blob, fetched, name, name_of


@pytest.fixture
def strict() -> BazelRemote:
    return BazelRemote()


@pytest.fixture
def server(strict: BazelRemote) -> Iterator[HttpFake]:
    with HttpFake(strict.answer).serving() as fake:
        yield fake


def opened(server: HttpFake) -> Backend:
    return open_backend(RemoteUrl.parse(f"http://127.0.0.1:{server.port}"), {})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_record_names_its_blobs_by_both_digests(server: HttpFake, strict: BazelRemote) -> None:
    backend, wanted, source = opened(server), name(), blob(b"data")
    backend.put_blobs([source])
    backend.put_records([Record(wanted, b"body", (source.name,))])
    assert decode(strict.results[wanted.key.hex()]) == ActionResult(
        b"body", (OutputFile(source.name.digest.hex(), FileDigest(sha256(b"data"), 4)),)
    )
    assert strict.blobs[sha256(b"data")] == b"data"


def test_zstd_both_ways(server: HttpFake) -> None:
    data = b"compressible " * 300_000
    backend = opened(server)
    backend.put_blobs([blob(data)])
    put = server.asked[-1]
    assert put.headers["content-encoding"] == "zstd"
    assert put.headers["x-digest-sizebytes"] == str(len(data))
    assert len(put.body) < 10_000
    assert fetched(backend, [name_of(data)] * 2) == {name_of(data): data}
    assert [asked.path for asked in server.asked].count(f"/cas/{sha256(b'')}") == 1


def test_plain_where_zstd_is_not_offered(tmp_path: Path) -> None:
    server = Nginx(tmp_path, makes_paths=True)
    with server.program.running():
        backend = open_backend(RemoteUrl.parse(f"http://127.0.0.1:{server.port}/base"), {})
        backend.put_blobs([blob(b"plain " * 100), blob(b"")])
        assert (tmp_path / "files/base/cas" / sha256(b"plain " * 100)).read_bytes() == b"plain " * 100
        assert (tmp_path / "files/base/cas" / sha256(b"")).read_bytes() == b""
        backend.close()


def test_a_record_whose_blobs_are_gone_is_not_there(server: HttpFake, strict: BazelRemote) -> None:
    backend, wanted, source = opened(server), name(), blob(b"data")
    backend.put_blobs([source])
    backend.put_records([Record(wanted, b"body", (source.name,))])
    del strict.blobs[sha256(b"data")]
    assert backend.get_records([wanted]) == {}
    assert backend.missing([source.name]) == [source.name]


def test_a_blob_of_which_no_record_told_is_not_there(server: HttpFake) -> None:
    opened(server).put_blobs([blob(b"data")])
    assert fetched(opened(server), [name_of(b"data")]) == {}


def test_what_somebody_else_says_of_a_blob_does_not_spread(server: HttpFake, strict: BazelRemote) -> None:
    wanted, source = name(), blob(b"right")
    strict.blobs[sha256(b"wrong")] = b"wrong"
    wrong = OutputFile(source.name.digest.hex(), FileDigest(sha256(b"wrong"), 5))
    strict.results[wanted.key.hex()] = encode(ActionResult(b"body", (wrong,)))
    backend = opened(server)
    assert backend.get_records([wanted]) == {wanted: b"body"}
    assert backend.missing([source.name]) == [source.name]
    assert fetched(backend, [source.name]) == {source.name: b"wrong"}  # which its reader finds out
    mine = name()
    backend.put_records([Record(mine, b"mine", (source.name,))])
    assert decode(strict.results[mine.key.hex()]).files == ()
    backend.put_blobs([source])
    assert fetched(backend, [source.name]) == {source.name: b"right"}


def test_a_body_that_the_server_moved(server: HttpFake, strict: BazelRemote) -> None:
    wanted, body = name(), b"moved elsewhere"
    strict.blobs[sha256(body)] = body
    moved = ActionResult(b"", (), FileDigest(sha256(body), len(body)))
    strict.results[wanted.key.hex()] = encode(moved)
    assert opened(server).get_records([wanted]) == {wanted: body}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"no action result"),
        Reply(200, encode(ActionResult(bytes(limits.REMOTE_RECORD_BYTES_MAX + 1)))),
        Reply(200, bytes(20_000_000)),
        Reply(200, encode(ActionResult(b"x")), {"Content-Encoding": "gzip"}),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\x2a\x01x"),
    ],
)
def test_records_that_are_none(server: HttpFake, reply: Reply) -> None:
    backend = opened(server)
    server.knobs.refusal = reply
    with pytest.raises(RemoteDamaged):
        backend.get_records([name()])


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"dat"),
        Reply(200, b"datum"),
        Reply(200, b"data", {"Content-Encoding": "zstd"}),
        Reply(200, zstandard.compress(bytes(50_000_000)), {"Content-Encoding": "zstd"}),
        Reply(200, zstandard.compress(b"data")[:-3], {"Content-Encoding": "zstd"}),
        Reply(200, b"data", {"Content-Encoding": "br"}),
    ],
)
def test_blobs_that_are_none(server: HttpFake, reply: Reply) -> None:
    backend = opened(server)
    backend.put_blobs([blob(b"data")])
    assert backend.missing([name_of(b"data")]) == []
    server.knobs.refusal = reply
    with pytest.raises(RemoteDamaged):
        fetched(backend, [name_of(b"data")])
    server.knobs.refusal = None
    assert backend.missing([name_of(b"data")]) == [name_of(b"data")]
    backend.put_blobs([blob(b"data")])
    assert backend.missing([name_of(b"data")]) == []


def test_a_full_server(server: HttpFake, strict: BazelRemote) -> None:
    strict.most = 1000
    with pytest.raises(RemoteFull):
        opened(server).put_blobs([blob(bytes(2000))])


@pytest.mark.parametrize(
    ("status", "kind"), [(404, RemoteRefused), (409, RemoteRefused), (500, RemoteUnavailable)]
)
def test_a_server_that_does_not_keep_things(server: HttpFake, status: int, kind: type[Exception]) -> None:
    backend = opened(server)
    server.knobs.refusal = Reply(status)
    with pytest.raises(kind, match=str(status)):
        backend.put_records([Record(name(), b"x")])


def test_checked_and_refused(server: HttpFake) -> None:
    opened(server).check()
    server.knobs.refusal = Reply(401)
    with pytest.raises(RemoteRefused):
        opened(server).check()
