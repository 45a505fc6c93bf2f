"""Launchers as tests see them: the one file that differs from a plain build's, by what it carries."""

import struct
from typing import Final

_TRAILER: Final = struct.Struct("<8sQQQ64s")
_MAGIC: Final = b"dunnageL"


def program_of(data: bytes) -> bytes:
    """The program that a launcher carries; anything else as it is."""
    if len(data) < _TRAILER.size:
        return data
    magic, version, offset, size, _digest = _TRAILER.unpack_from(data, len(data) - _TRAILER.size)
    if magic != _MAGIC:
        return data
    assert version == 1
    assert offset + size + _TRAILER.size == len(data)
    return data[offset : offset + size]


def is_launcher(data: bytes) -> bool:
    """Whether a file carries a program."""
    return program_of(data) is not data
