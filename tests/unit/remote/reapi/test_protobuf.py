"""Our encoding of messages: the same bytes as the `protobuf` library's, and nothing that comes breaks it."""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged
from dunnage.remote.reapi import messages
from dunnage.remote.reapi.messages import (
    BatchReadBlobsRequest,
    BatchReadBlobsResponse,
    BatchUpdateBlobsRequest,
    BlobRead,
    BlobToUpdate,
    CacheCapabilities,
    CasDigest,
    Command,
    Detail,
    Duration,
    FindMissingBlobsRequest,
    GetActionResultRequest,
    RetryInfo,
    ServerCapabilities,
    Status,
    WriteRequest,
    WriteResponse,
)
from dunnage.remote.reapi.protobuf import At, decode, encode, varint
from support.remotes.reapi_protos import CLASSES

int64s = st.integers(-(2**63), 2**63 - 1)
int32s = st.integers(-(2**31), 2**31 - 1)
digests = st.builds(CasDigest, st.text(), int64s)
statuses = st.builds(
    Status, int32s, st.text(), st.lists(st.builds(Detail, st.text(), st.binary())).map(tuple)
)
many_digests = st.lists(digests).map(tuple)
caches = st.builds(
    CacheCapabilities,
    st.lists(int32s).map(tuple),
    st.none() | st.builds(messages.ActionCacheUpdateCapabilities, st.booleans()),
    int64s,
    st.lists(int32s).map(tuple),
    st.lists(int32s).map(tuple),
    int64s,
)
every = st.one_of(
    digests,
    statuses,
    st.builds(ServerCapabilities, st.none() | caches),
    st.builds(Command, st.lists(st.text()).map(tuple)),
    st.builds(RetryInfo, st.none() | st.builds(Duration, int64s, int32s)),
    st.builds(GetActionResultRequest, st.text(), st.none() | digests, st.booleans(), int32s),
    st.builds(FindMissingBlobsRequest, st.text(), many_digests, int32s),
    st.builds(BatchReadBlobsRequest, st.text(), many_digests, st.lists(int32s).map(tuple), int32s),
    st.builds(
        BatchUpdateBlobsRequest,
        st.text(),
        st.lists(st.builds(BlobToUpdate, st.none() | digests, st.binary(), int32s)).map(tuple),
        int32s,
    ),
    st.builds(
        BatchReadBlobsResponse,
        st.lists(st.builds(BlobRead, st.none() | digests, st.binary(), st.none() | statuses, int32s)).map(
            tuple
        ),
    ),
    st.builds(WriteRequest, st.text(), int64s, st.booleans(), st.binary()),
    st.builds(WriteResponse, int64s),
)
NAMES = {CasDigest: "Digest", Detail: "Any"}


def theirs(of: type[Any]) -> Any:
    """The `protobuf` library's class of a message."""
    return CLASSES[NAMES.get(of, of.__name__)]


@given(every)
def test_the_bytes_are_those_of_the_library(message: Hashable) -> None:
    data = encode(message)
    assert theirs(type(message)).FromString(data).SerializeToString(deterministic=True) == data


@given(every)
def test_what_is_encoded_is_decoded(message: Hashable) -> None:
    assert decode(type(message), encode(message)) == message


tags = st.builds(lambda number, wire: varint(number << 3 | wire), st.integers(0, 12), st.integers(0, 5))
mixed = st.lists(
    st.one_of(tags, st.binary(max_size=6), st.integers(0, 20).map(varint), int64s.map(varint))
).map(b"".join)


@given(st.sampled_from([CasDigest, Status, ServerCapabilities, BatchReadBlobsResponse]), mixed)
@example(CasDigest, b"\x0a\x01a\x0a\x01b")  # the later one counts
@example(ServerCapabilities, b"\x0a\x02\x20\x05\x0a\x03\x32\x01\x01")  # one message in two parts
@example(ServerCapabilities, b"\x0a\x06\x08\x01\x08\x09\x30\x01")  # not packed
@example(Status, b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
@example(Status, b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
@example(CasDigest, b"\x1b\x10\x01\x1c\x10\x05")  # a group that nobody knows
@example(CasDigest, b"\x0a\x01\xff")
@example(CasDigest, b"\x12\x01a\x08\x01")  # other wire types than the fields have
def test_what_the_library_takes_means_the_same(of: type[Hashable], data: bytes) -> None:
    try:
        wanted = theirs(of).FromString(data)
    except DecodeError:
        with suppress(RemoteDamaged):
            decode(of, data)
        return
    wanted.DiscardUnknownFields()
    again = theirs(of).FromString(encode(decode(of, data)))
    assert json_format.MessageToDict(again) == json_format.MessageToDict(wanted)


@given(every, st.data())
def test_a_truncated_one_is_one_or_damaged(message: Hashable, data: st.DataObject) -> None:
    whole = encode(message)
    with suppress(RemoteDamaged):
        decode(type(message), whole[: data.draw(st.integers(0, len(whole)))])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x0a\x05abc", "less than it says"),
        (b"\x0a", "does not end"),
        (b"\x80" * 11, "does not end"),
        (b"\x02\x01x", "number that is none"),
        (b"\x0e\x01", "type that is none"),
        (b"\x0c", "type that is none"),  # the end of a group that never began
        (b"\x1b\x10\x01", "does not end"),
        (b"\x1b\x24", "does not end"),
        (b"\x1b" * 40, "groups in groups"),
        (b"\x1d\x01", "less than it says"),
        (b"\x0a\x02\xc3\x28", "text"),
    ],
)
def test_what_is_none(data: bytes, says: str) -> None:
    with pytest.raises(RemoteDamaged, match=says):
        decode(CasDigest, data)


def test_groups_are_skipped_with_what_is_in_them() -> None:
    group = b"\x1b" + b"\x08\x01" + b"\x12\x02ab" + b"\x1d1234" + b"\x2312\x24"[:1] + b"\x24" + b"\x1c"
    assert decode(CasDigest, group + b"\x10\x07") == CasDigest("", 7)


def test_a_message_of_32_bits_and_of_all_kinds() -> None:
    @dataclass(frozen=True)
    class All:
        small: Annotated[int, At(1, bits=32)] = 0
        truth: Annotated[bool, At(2)] = False

    assert decode(All, encode(All(-5, True))) == All(-5, True)
    assert encode(All()) == b""
