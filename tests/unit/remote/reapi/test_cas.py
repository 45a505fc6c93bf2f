"""Many blobs at once: batches within every bound, streams for what is larger, and no lie gets through."""

import io
import random
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
import zstandard

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.reapi.contents import Source
from dunnage.remote.reapi.messages import CasDigest
from support.remotes.reapi_parts import Parts, parts
from support.remotes.reapi_protos import made
from support.remotes.reapi_server import BLAKE3, ZSTD, Knobs, Trouble

NOISE = random.Random(1).randbytes(9_000_000)
LARGE = NOISE[:5_000_000]


@pytest.fixture(params=["plain", "zstd", "blake3"])
def remote(request: pytest.FixtureRequest) -> Iterator[Parts]:
    knobs = {
        "plain": Knobs(),
        "zstd": Knobs("main", compressors=(ZSTD,), batch_compressors=(ZSTD,), frames_bytes=1_000_000),
        "blake3": Knobs("a/b", digest_functions=(BLAKE3,), compressors=(ZSTD,)),
    }[request.param]
    with parts(knobs) as found:
        yield found


@pytest.fixture
def plain() -> Iterator[Parts]:
    with parts() as found:
        yield found


@pytest.fixture
def zstd() -> Iterator[Parts]:
    with parts(Knobs(compressors=(ZSTD,), batch_compressors=(ZSTD,))) as found:
        yield found


def source(remote: Parts, data: bytes) -> Source:
    return Source(remote.can.digest(data), lambda: io.BytesIO(data))


def write(remote: Parts, *contents: bytes) -> list[CasDigest]:
    sources = [source(remote, data) for data in contents]
    remote.cas.write(sources, remote.can)
    return [each.digest for each in sources]


def read(remote: Parts, *digests: CasDigest) -> dict[CasDigest, bytes]:
    files: dict[CasDigest, io.BytesIO] = {}
    found = remote.cas.read(digests, lambda digest: files.setdefault(digest, io.BytesIO()), remote.can)
    return {digest: files[digest].getvalue() for digest in found}


def test_what_is_written_is_read(remote: Parts) -> None:
    contents = [b"x", b"small " * 100, NOISE[:200_000], LARGE, b"large and alike " * 400_000]
    digests = write(remote, *contents)
    assert read(remote, *digests) == dict(zip(digests, contents, strict=True))
    assert remote.server.seen.calls["Write"] == remote.server.seen.calls["Read"] == 2
    assert remote.server.seen.largest <= limits.REAPI_MESSAGE_BYTES_MAX


def test_what_is_missing(remote: Parts) -> None:
    there = write(remote, b"there")
    absent = [remote.can.digest(b"absent"), remote.can.digest(NOISE)]
    assert remote.cas.missing([*absent, *there], remote.can) == set(absent)
    assert remote.cas.missing([], remote.can) == set()
    assert read(remote, *there, *absent) == {there[0]: b"there"}


def test_many_small_ones_go_in_few_batches(remote: Parts) -> None:
    contents = [b"%d " % number * 100 for number in range(2500)]
    digests = write(remote, *contents)
    assert remote.cas.missing(digests, remote.can) == set()
    assert read(remote, *digests) == dict(zip(digests, contents, strict=True))
    assert remote.server.seen.calls == {
        "GetCapabilities": 1, "BatchUpdateBlobs": 3, "FindMissingBlobs": 3, "BatchReadBlobs": 3,
    }  # fmt: skip


def test_batches_keep_to_the_bytes_that_a_server_takes() -> None:
    with parts(Knobs(batch_bytes_max=10_000)) as remote:
        contents = [NOISE[start : start + 3000 + start] for start in range(0, 6000, 100)]
        digests = write(remote, *contents)
        assert read(remote, *digests) == dict(zip(digests, contents, strict=True))
        assert remote.server.seen.calls["BatchUpdateBlobs"] > 20
        assert remote.server.seen.largest <= 10_000


def test_messages_keep_to_what_grpc_takes() -> None:
    with parts(Knobs(batch_bytes_max=0)) as remote:
        remote.server.knobs.batch_bytes_max = 2**40
        digests = write(remote, *(NOISE[start : start + 100_000] for start in range(0, 8_000_000, 100_000)))
        assert len(read(remote, *digests)) == 80
        assert 1_000_000 < remote.server.seen.largest <= limits.REAPI_MESSAGE_BYTES_MAX


def test_what_is_there_is_not_sent_again(remote: Parts) -> None:
    for _ in range(2):
        write(remote, LARGE)


def test_zstd_is_used_where_it_is_offered(zstd: Parts) -> None:
    small, large = b"alike " * 100_000, b"very much alike " * 1_000_000
    digests = write(zstd, small, large)
    assert zstd.server.seen.largest < 100_000
    assert read(zstd, *digests) == {digests[0]: small, digests[1]: large}


def test_a_blob_that_is_too_large() -> None:
    with parts(Knobs(blob_bytes_max=1000)) as remote, pytest.raises(RemoteFull, match="2000 bytes"):
        write(remote, bytes(2000))


@pytest.mark.parametrize("size", [1000, 5_000_000])
@pytest.mark.parametrize("other", [-1, 1])
def test_a_source_of_another_size(remote: Parts, size: int, other: int) -> None:
    digest = remote.can.digest(NOISE[:size])
    with pytest.raises(RemoteDamaged):
        remote.cas.write([Source(digest, lambda: io.BytesIO(NOISE[: size + other]))], remote.can)
    assert remote.cas.missing([digest], remote.can) == {digest}


def test_files_are_closed(remote: Parts) -> None:
    opened = []

    def opening(data: bytes) -> Callable[[], io.BytesIO]:
        def opens() -> io.BytesIO:
            opened.append(io.BytesIO(data))
            return opened[-1]

        return opens

    remote.cas.write(
        [Source(remote.can.digest(data), opening(data)) for data in (b"small", LARGE)], remote.can
    )
    assert len(opened) == 2
    assert all(file.closed for file in opened)


# --- trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"small", LARGE])
def test_no_room(remote: Parts, data: bytes) -> None:
    remote.server.knobs.has_room = False
    with pytest.raises(RemoteFull, match="no room"):
        write(remote, data)


def test_slowly_is_not_full(plain: Parts) -> None:
    for method, data in (("BatchUpdateBlobs", b"small"), ("Write", LARGE)):
        plain.server.trouble[method] = Trouble(grpc.StatusCode.RESOURCE_EXHAUSTED, "slowly", retry_s=2)
        with pytest.raises(RemoteBusy):
            write(plain, data)


@pytest.mark.parametrize(
    "method", ["FindMissingBlobs", "BatchUpdateBlobs", "BatchReadBlobs", "Read", "Write"]
)
def test_trouble_with_one_method(plain: Parts, method: str) -> None:
    digests = write(plain, b"small", LARGE)
    plain.server.trouble[method] = Trouble(grpc.StatusCode.PERMISSION_DENIED)
    with pytest.raises(RemoteRefused, match="does not permit"):
        {
            "FindMissingBlobs": lambda: plain.cas.missing(digests, plain.can),
            "BatchUpdateBlobs": lambda: write(plain, b"another"),
            "Write": lambda: write(plain, NOISE),
        }.get(method, lambda: read(plain, *digests))()


def test_many_with_trouble_end_with_one_error(plain: Parts) -> None:
    plain.server.trouble["Read"] = Trouble(grpc.StatusCode.UNAVAILABLE)
    digests = [CasDigest(f"{number:064x}", 5_000_000) for number in range(200)]
    with pytest.raises(RemoteUnavailable):
        read(plain, *digests)
    assert plain.server.seen.calls["Read"] < 50


# --- lies -----------------------------------------------------------------------------------------


def blob_read(digest: CasDigest, data: bytes, compressor: int = 0, code: int = 0) -> Any:
    there = made("Digest", hash=digest.hash, size_bytes=digest.size_bytes)
    return made("BlobRead", digest=there, data=data, compressor=compressor, status=made("Status", code=code))


@pytest.mark.parametrize(
    ("data", "compressor"),
    [
        (b"smal", 0),
        (b"small!", 0),
        (b"", 0),
        (b"small", ZSTD),
        (zstandard.compress(b"smal"), ZSTD),
        (zstandard.compress(b"small!"), ZSTD),
        (zstandard.compress(b"small")[:-1], ZSTD),
        (zstandard.compress(bytes(2**30)), ZSTD),
        (b"small", 2),
    ],
)
def test_a_batch_with_another_blob(plain: Parts, data: bytes, compressor: int) -> None:
    digest = plain.can.digest(b"small")
    answer = made("BatchReadBlobsResponse", responses=[blob_read(digest, data, compressor)])
    plain.server.instead["BatchReadBlobs"] = lambda request: answer
    with pytest.raises(RemoteDamaged):
        read(plain, digest)


def test_a_batch_that_is_compressed_in_silence(zstd: Parts) -> None:
    small = b"small " * 100
    digest = zstd.can.digest(small)
    frames = zstandard.compress(small[:50]) + zstandard.compress(small[50:])
    answer = made("BatchReadBlobsResponse", responses=[blob_read(digest, frames)])
    zstd.server.instead["BatchReadBlobs"] = lambda request: answer
    assert read(zstd, digest) == {digest: small}
    frame = zstandard.compress(small)  # a blob that is a frame itself stays one
    kept = write(zstd, frame)
    zstd.server.instead.clear()
    assert read(zstd, *kept) == {kept[0]: frame}


def test_a_batch_with_what_nobody_asked_for(plain: Parts) -> None:
    digest, other = plain.can.digest(b"small"), plain.can.digest(b"other")
    responses = [
        blob_read(other, b"other"),
        blob_read(digest, b"small"),
        blob_read(digest, b"twice"),
        made("BlobRead", data=b"of nobody"),
    ]
    answer = made("BatchReadBlobsResponse", responses=responses)
    plain.server.instead["BatchReadBlobs"] = lambda request: answer
    assert read(plain, digest) == {digest: b"small"}
    plain.server.instead["BatchReadBlobs"] = lambda request: b""
    assert read(plain, digest) == {}
    failed = made("BatchReadBlobsResponse", responses=[blob_read(digest, b"", code=13)])
    plain.server.instead["BatchReadBlobs"] = lambda request: failed
    with pytest.raises(RemoteUnavailable):
        read(plain, digest)


def test_missing_says_nothing_of_strangers(plain: Parts) -> None:
    stranger = made("Digest", hash="ab" * 32, size_bytes=5)
    plain.server.instead["FindMissingBlobs"] = lambda request: made(
        "FindMissingBlobsResponse", missing_blob_digests=[stranger]
    )
    assert plain.cas.missing([plain.can.digest(b"x")], plain.can) == set()


def test_a_batch_of_which_nothing_is_said(plain: Parts) -> None:
    plain.server.instead["BatchUpdateBlobs"] = lambda request: b""
    with pytest.raises(RemoteDamaged, match="became of"):
        write(plain, b"small")


def test_a_blob_that_is_refused(plain: Parts) -> None:
    def refuse(request: Any) -> Any:
        status = made("Status", code=3, message="wrong digest")
        return made(
            "BatchUpdateBlobsResponse",
            responses=[made("BlobUpdated", digest=request.requests[0].digest, status=status)],
        )

    plain.server.instead["BatchUpdateBlobs"] = refuse
    with pytest.raises(RemoteError, match="wrong digest"):
        write(plain, b"small")
