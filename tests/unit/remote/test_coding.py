"""Frames: whatever was compressed comes back, and nothing else does."""

import io

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged
from dunnage.remote.coding import Bounded, compressed, decompress


def frame(data: bytes) -> bytes:
    file, length = compressed(io.BytesIO(data), len(data))
    with file:
        found = file.read()
    assert len(found) == length
    return found


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def plain(parts: list[bytes], size: int) -> bytes:
    target = io.BytesIO()
    decompress(parts, target, size)
    return target.getvalue()


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_round_trip(data: bytes, piece: int) -> None:
    assert plain(pieces(frame(data), piece), len(data)) == data


def test_a_large_one() -> None:
    data = b"".join(b"%d" % number for number in range(3_000_000))
    assert plain(pieces(frame(data), 100_000), len(data)) == data


def test_others_read_it() -> None:
    data = b"whoever has zstd" * 1000
    assert zstandard.ZstdDecompressor().decompress(frame(data)) == data


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_that_is_cut_is_damaged(data: bytes, draw: st.DataObject) -> None:
    whole = frame(data)
    with pytest.raises(RemoteDamaged):
        plain([whole[: draw.draw(st.integers(0, len(whole) - 1))]], len(data))


@given(st.binary(max_size=300))
def test_rubbish_is_damaged_or_what_was_promised(data: bytes) -> None:
    try:
        assert len(plain([data], 10)) == 10
    except RemoteDamaged:
        pass


def test_a_bomb_does_not_go_off() -> None:
    bomb = frame(bytes(200_000_000))
    assert len(bomb) < 100_000
    target = io.BytesIO()
    with pytest.raises(RemoteDamaged, match="larger"):
        decompress([bomb], target, 1000)
    assert len(target.getvalue()) <= 1000


def test_other_sizes_than_were_promised() -> None:
    for size in (9, 11):
        with pytest.raises(RemoteDamaged):
            plain([frame(b"0123456789")], size)
    with pytest.raises(RemoteDamaged):
        compressed(io.BytesIO(b"0123456789"), 9)


def test_a_bounded_file() -> None:
    target = io.BytesIO()
    bounded = Bounded(target, 3)
    bounded.write(b"ab")
    with pytest.raises(RemoteDamaged):
        bounded.end()
    bounded.write(b"c")
    bounded.end()
    with pytest.raises(RemoteDamaged):
        bounded.write(b"d")
    assert target.getvalue() == b"abc"
