"""Records as frames: what was packed, or RemoteDamaged."""

import io
import random
import resource
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.coding import decompress
from dunnage.remote.record_frames import FRAME_BYTES_MAX, joined, packed, unpacked


@given(st.binary())
def test_what_is_packed_is_unpacked(body: bytes) -> None:
    assert unpacked(packed(body)) == body


@given(st.binary(max_size=100), st.binary(max_size=100), st.data())
def test_any_bytes_are_a_record_or_damaged(start: bytes, body: bytes, data: st.DataObject) -> None:
    frame = packed(body)
    for damaged in (start, start + frame, frame + start, frame[: data.draw(st.integers(0, len(frame)))]):
        with suppress(RemoteDamaged):
            unpacked(damaged)


def test_the_largest_record_fits(tmp_path: object) -> None:
    body = random.Random(6).randbytes(limits.REMOTE_RECORD_BYTES_MAX)
    assert len(packed(body)) <= FRAME_BYTES_MAX
    assert unpacked(packed(body)) == body


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(limits.REMOTE_RECORD_BYTES_MAX + 1))
    assert len(bomb) < 1000
    with pytest.raises(RemoteDamaged, match="larger"):
        unpacked(bomb)


def test_a_frame_that_does_not_say_its_size_is_none_of_ours() -> None:
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(b"x")
    with pytest.raises(RemoteDamaged):
        unpacked(unsized)


def test_pieces_are_joined_up_to_a_bound() -> None:
    assert joined([b"ab", b"", b"c"], 3) == b"abc"
    endless = iter(lambda: b"more", None)
    with pytest.raises(RemoteDamaged):
        joined(endless, 1000)


def test_a_bomb_that_lies_about_its_size_goes_off_in_small_parts() -> None:
    """16 kB that hold 512 MiB."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    zeros = bytes(16 * 1024 * 1024)
    bomb = b"".join([compressor.compress(zeros) for _ in range(32)]) + compressor.flush()
    assert len(bomb) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RemoteDamaged):
        decompress([bomb], io.BytesIO(), limits.REMOTE_RECORD_BYTES_MAX)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_frames_in_a_row_are_one_blob() -> None:
    plain = io.BytesIO()
    frames = packed(b"one") + packed(b"two")
    decompress((frames[at : at + 1] for at in range(len(frames))), plain, 6)
    assert plain.getvalue() == b"onetwo"
