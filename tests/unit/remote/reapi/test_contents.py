"""The bytes of a blob on their way."""

import io

import pytest
import zstandard

from dunnage.errors import RemoteDamaged
from dunnage.remote.reapi.contents import copy, inflate, is_zstd_in_silence, other_size

FRAME = zstandard.compress(b"12345")


def test_plain_bytes_are_as_many_as_promised() -> None:
    file = io.BytesIO()
    copy([b"12", b"", b"345"], file, 5)
    assert file.getvalue() == b"12345"
    for pieces in ([b"1234"], [b"123", b"456"], []):
        with pytest.raises(RemoteDamaged):
            copy(pieces, io.BytesIO(), 5)


def test_frames_are_opened_in_a_row() -> None:
    file = io.BytesIO()
    inflate([FRAME[:3], FRAME[3:] + FRAME], file, 10)
    assert file.getvalue() == b"1234512345"
    for pieces in ([FRAME[:-1]], [FRAME, FRAME, FRAME], [b"12345"], []):
        with pytest.raises(RemoteDamaged):
            inflate(pieces, io.BytesIO(), 10)


def test_what_is_compressed_in_silence() -> None:
    assert is_zstd_in_silence(FRAME, 5)
    assert not is_zstd_in_silence(FRAME, len(FRAME))  # the blob is a frame itself
    assert not is_zstd_in_silence(b"1234", 5)


def test_a_source_of_another_size() -> None:
    assert "another size" in str(other_size())
