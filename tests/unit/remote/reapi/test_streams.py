"""Large blobs as byte streams: whole or not at all, compressed or not, and no lie gets through."""

import io
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zstandard

from dunnage.errors import RemoteDamaged
from dunnage.remote.reapi.address import address_of
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.contents import Source
from dunnage.remote.reapi.messages import BLAKE3, CasDigest
from dunnage.remote.reapi.streams import Streams
from dunnage.remote.url import RemoteUrl
from support.remotes.reapi_parts import Parts, parts
from support.remotes.reapi_protos import made
from support.remotes.reapi_server import ZSTD, Knobs

LARGE = random.Random(1).randbytes(5_000_000)
PARTS = {"plain": Knobs(), "zstd": Knobs(compressors=(ZSTD,))}


@pytest.fixture(params=PARTS)
def remote(request: pytest.FixtureRequest) -> Iterator[Parts]:
    with parts(PARTS[request.param]) as found:
        yield found


@pytest.fixture
def plain() -> Iterator[Parts]:
    with parts() as found:
        yield found


@pytest.fixture
def zstd() -> Iterator[Parts]:
    with parts(Knobs(compressors=(ZSTD,))) as found:
        yield found


def write(remote: Parts, data: bytes) -> None:
    remote.streams.write(Source(remote.can.digest(data), lambda: io.BytesIO(data)), remote.can)


def read(remote: Parts, digest: CasDigest) -> bytes | None:
    file = io.BytesIO()
    return file.getvalue() if remote.streams.read(digest, lambda _: file, remote.can) else None


@pytest.mark.parametrize("size", [1, 262_144, 262_145, 5_000_000])
def test_what_is_written_is_read(remote: Parts, size: int) -> None:
    write(remote, LARGE[:size])
    write(remote, LARGE[:size])
    assert read(remote, remote.can.digest(LARGE[:size])) == LARGE[:size]


def test_what_is_not_there(remote: Parts) -> None:
    assert read(remote, remote.can.digest(LARGE)) is None


@pytest.mark.parametrize(
    ("instance", "can", "name"),
    [
        ("", Capabilities(), "blobs/ab/5"),
        ("a/b", Capabilities(streams_zstd=True), "a/b/compressed-blobs/zstd/ab/5"),
        ("a", Capabilities(BLAKE3), "a/blobs/blake3/ab/5"),
        ("", Capabilities(BLAKE3, streams_zstd=True), "compressed-blobs/zstd/blake3/ab/5"),
    ],
)
def test_what_streams_are_called(plain: Parts, instance: str, can: Capabilities, name: str) -> None:
    asked = []

    def answer(request: Any) -> Iterator[Any]:
        asked.append(request.resource_name)
        return iter([])

    def taken(requests: Iterator[Any]) -> Any:
        asked.append(next(requests).resource_name)
        return made("WriteResponse", committed_size=5)

    plain.server.instead |= {"Read": answer, "Write": taken}
    address = address_of(RemoteUrl.parse(f"grpc://localhost:{plain.server.port}/{instance}"), {})
    calls, digest = Calls(address), CasDigest("ab", 5)
    streams = Streams(calls, address)
    with pytest.raises(RemoteDamaged):
        streams.read(digest, lambda _: io.BytesIO(), can)
    streams.write(Source(digest, lambda: io.BytesIO(b"12345")), can)
    calls.close()
    read_name, written = asked
    before, uploads, after = written.partition("uploads/")
    assert read_name == name
    assert uploads
    assert before + after[37:] == name


def pieces(*data: bytes) -> Callable[[Any], Iterator[Any]]:
    return lambda request: iter([made("ReadResponse", data=each) for each in data])


@pytest.mark.parametrize(
    "lie",
    [
        pieces(LARGE[:-1]),
        pieces(LARGE, b"!"),
        pieces(b"", LARGE[:100]),
        pieces(),
        lambda request: iter(lambda: made("ReadResponse", data=bytes(100_000)), None),
        lambda request: iter([b"\xff\xff"]),
    ],
    ids=["short", "long", "broken off", "nothing", "endless", "nonsense"],
)
def test_a_stream_of_something_else(remote: Parts, lie: Any) -> None:
    remote.server.instead["Read"] = lie
    with pytest.raises(RemoteDamaged):
        read(remote, remote.can.digest(LARGE))


@pytest.mark.parametrize(
    "data",
    [
        zstandard.compress(LARGE[:-1]),
        zstandard.compress(LARGE + b"!"),
        zstandard.compress(LARGE)[:-10],
        zstandard.compress(LARGE[:-1]) + zstandard.compress(b"12"),
        zstandard.compress(LARGE) + b"nonsense",
        zstandard.compress(bytes(2**31)),
    ],
    ids=["short", "long", "truncated", "one too many", "more", "bomb"],
)
def test_a_compressed_stream_of_something_else(zstd: Parts, data: bytes) -> None:
    zstd.server.instead["Read"] = pieces(
        *(data[start : start + 2**20] for start in range(0, len(data), 2**20))
    )
    with pytest.raises(RemoteDamaged):
        read(zstd, zstd.can.digest(LARGE))


def test_a_stream_in_frames(zstd: Parts) -> None:
    whole = (
        zstandard.compress(LARGE[:100]) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstandard.compress(LARGE[100:])
    )
    zstd.server.instead["Read"] = pieces(whole[:50], whole[50 : 2**20], *_in_parts(whole[2**20 :]))
    digest = zstd.can.digest(LARGE)
    assert read(zstd, digest) == LARGE


def _in_parts(data: bytes) -> list[bytes]:
    return [data[start : start + 2**20] for start in range(0, len(data), 2**20)]


@pytest.mark.parametrize("committed", [0, 4_999_999, 5_000_001, -1, -(2**40)])
def test_a_stream_of_which_not_all_is_taken(plain: Parts, committed: int) -> None:
    plain.server.instead["Write"] = lambda requests: made("WriteResponse", committed_size=committed)
    with pytest.raises(RemoteDamaged, match="took"):
        write(plain, LARGE)


def test_compressed_streams_that_were_there_already(zstd: Parts) -> None:
    for committed in (-1, len(LARGE)):  # as the specification says now, and as it was understood before
        answer = made("WriteResponse", committed_size=committed)
        zstd.server.instead["Write"] = lambda requests, answer=answer: answer
        write(zstd, LARGE)
    zstd.server.instead["Write"] = lambda requests: made("WriteResponse", committed_size=5)
    with pytest.raises(RemoteDamaged):
        write(zstd, LARGE)
