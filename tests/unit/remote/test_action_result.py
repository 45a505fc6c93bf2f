"""Records as action results: what is encoded is decoded, whatever comes is a result or RemoteDamaged."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.action_result import (
    ACTION_RESULT_BYTES_MAX,
    ActionResult,
    FileDigest,
    OutputFile,
    decode,
    encode,
    varint,
)

SHA = "ab" * 32
digests = st.builds(
    FileDigest, st.text("0123456789abcdef", min_size=32, max_size=128), st.integers(0, 2**63 - 1)
)
files = st.builds(OutputFile, st.text(), digests)
results = st.builds(ActionResult, st.binary(), st.lists(files, max_size=20).map(tuple), st.none() | digests)


@given(results)
def test_what_is_encoded_is_decoded(result: ActionResult) -> None:
    assert decode(encode(result)) == result


@given(st.binary(max_size=200))
@example(encode(ActionResult(b"body", (OutputFile("a" * 64, FileDigest(SHA, 5)),))))
def test_any_bytes_are_a_result_or_damaged(data: bytes) -> None:
    with suppress(RemoteDamaged):
        decode(data)


@given(results, st.data())
def test_a_truncated_one_is_a_result_or_damaged(result: ActionResult, data: st.DataObject) -> None:
    message = encode(result)
    with suppress(RemoteDamaged):
        decode(message[: data.draw(st.integers(0, len(message)))])


def test_bytes_as_protobuf_writes_them() -> None:
    # protoc --encode=build.bazel.remote.execution.v2.ActionResult
    result = ActionResult(b"body", (OutputFile("p", FileDigest(SHA, 300)),))
    digest = b"\x0a\x40" + SHA.encode() + b"\x10\xac\x02"
    file = b"\x0a\x01p" + b"\x12" + bytes([len(digest)]) + digest
    assert encode(result) == b"\x12" + bytes([len(file)]) + file + b"\x2a\x04body"


def test_other_fields_are_skipped() -> None:
    exit_code, metadata = b"\x20\x01", b"\x4a\x02\x0a\x00"
    fixed32, fixed64 = b"\xa5\x01" + b"1234", b"\xa1\x01" + b"12345678"
    assert decode(exit_code + b"\x2a\x01x" + metadata + fixed32 + fixed64) == ActionResult(b"x")


@pytest.mark.parametrize(
    "message",
    [
        b"\x2a\x05abc",  # longer than what is left
        b"\x2a",
        b"\x80" * 11,  # a number without end
        b"\x2a" + b"\xff" * 9 + b"\x7f",  # more than 64 bits
        b"\x2b",  # a group
        b"\x02\x01x",  # number 0
        b"\x28\x05",  # a number where bytes belong
        b"\x12\x03\x0a\x01p",  # a file without a digest
        b"\x12\x02\x12\x00",  # a digest without a hash
        b"\x12\x03\x0a\x01\xff",  # a path that is no text
        b"\x32\x04\x0a\x02zz",
        b"\x32\x4d\x0a\x40" + SHA.encode() + b"\x10" + varint(2**63),  # a negative size
        b"\x32\x44\x0a\x40" + SHA.encode() + b"\x12\x00",  # a size that is bytes
    ],
)
def test_what_is_none(message: bytes) -> None:
    with pytest.raises(RemoteDamaged):
        decode(message)


def test_more_files_than_any_of_ours() -> None:
    file = OutputFile("p", FileDigest(SHA, 1))
    most = ActionResult(b"", (file,) * limits.REMOTE_BLOBS_PER_RECORD_MAX)
    assert decode(encode(most)) == most
    with pytest.raises(RemoteDamaged, match="more files"):
        decode(encode(ActionResult(b"", (*most.files, file))))


def test_the_largest_one_is_read() -> None:
    file = OutputFile("a" * 64, FileDigest(SHA, 2**63 - 1))
    largest = ActionResult(
        bytes(limits.REMOTE_RECORD_BYTES_MAX), (file,) * limits.REMOTE_BLOBS_PER_RECORD_MAX
    )
    assert len(encode(largest)) <= ACTION_RESULT_BYTES_MAX
