"""What a server says that it can, and what follows."""

import hashlib

import grpc
import pytest
from blake3 import blake3

from dunnage.errors import RemoteRefused
from dunnage.remote import limits
from dunnage.remote.reapi.address import address_of
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities, asked, understood
from dunnage.remote.reapi.messages import (
    BLAKE3,
    SHA256,
    ZSTD,
    ActionCacheUpdateCapabilities,
    CacheCapabilities,
    CasDigest,
)
from dunnage.remote.url import RemoteUrl
from support.remotes.reapi_server import Knobs, Trouble, serving

ANY = address_of(RemoteUrl.parse("grpc://h:1"), {})


def test_the_usual_server() -> None:
    can = understood(CacheCapabilities((SHA256,), ActionCacheUpdateCapabilities(True)), ANY)
    assert can == Capabilities()
    assert can.digest(b"x") == CasDigest(hashlib.sha256(b"x").hexdigest(), 1)
    assert not can.is_blake3


def test_one_that_can_more_and_less() -> None:
    can = understood(CacheCapabilities((1, 9), None, 5000, (0, ZSTD), (ZSTD,), 7000), ANY)
    assert can == Capabilities(BLAKE3, 5000, 7000, streams_zstd=True, takes_zstd=True, updates=False)
    assert can.digest(b"x") == CasDigest(blake3(b"x").hexdigest(), 1)


def test_bounds_are_ours_where_a_server_has_none_or_wider_ones() -> None:
    for said in (CacheCapabilities((), None, 0), CacheCapabilities((), None, 2**40, (), (), 2**50)):
        can = understood(said, ANY)
        assert can.batch_bytes_max == limits.REAPI_BATCH_BYTES_MAX
        assert can.blob_bytes_max == limits.REMOTE_BLOB_BYTES_MAX


def test_the_digest_that_the_url_wants() -> None:
    sha = address_of(RemoteUrl.parse("grpc://h:1?digest=sha256"), {})
    assert understood(CacheCapabilities((SHA256, BLAKE3)), sha).digest_function == SHA256
    with pytest.raises(RemoteRefused, match="neither by SHA-256 nor by BLAKE3"):
        understood(CacheCapabilities((BLAKE3,)), sha)
    with pytest.raises(RemoteRefused, match="neither by SHA-256 nor by BLAKE3"):
        understood(CacheCapabilities((3,)), ANY)


def test_asking() -> None:
    with serving(Knobs(digest_functions=(BLAKE3,))) as server:
        address = address_of(RemoteUrl.parse(f"grpc://localhost:{server.port}"), {})
        calls = Calls(address)
        assert asked(calls, address).is_blake3
        server.instead["GetCapabilities"] = lambda request: b""
        with pytest.raises(RemoteRefused, match="no cache"):
            asked(calls, address)
        server.trouble["GetCapabilities"] = Trouble(grpc.StatusCode.UNIMPLEMENTED)
        assert asked(calls, address) == Capabilities()  # a cache that does not say what it can
        calls.close()
