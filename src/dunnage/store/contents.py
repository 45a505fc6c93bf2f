"""Copying and hashing of open files."""

import os
from collections.abc import Callable
from fcntl import ioctl
from typing import Final

from blake3 import blake3

from dunnage import limits
from dunnage.model.digest import Digest

_PIECE_BYTES: Final = 512 * 1024
"""Small enough to be still in the core's own cache when the same bytes are written, hashed and looked at."""
_FICLONE: Final = 0x4004_9409
"""Source: ioctl_ficlone(2). Python has the name from 3.12 on."""

Look = Callable[[bytearray, int, int], None]
"""Takes the next bytes of a file: those of a buffer from one index to another. The end of what came before stands in
front of them, `limits.LOOK_BACK_BYTES` of it; in front of a file's beginning there are NULs."""


def copy_of_open(source: int, target: int, look: Look | None = None) -> tuple[Digest, int]:
    """Copy an open file from its beginning: a reflink where the file system has it. Digest and size of the *copy*;
    `look`, if given, gets all of its bytes in order. OSError.
    """
    if reflinked(source, target):
        return digest_of_open(target, look)
    return _pass(source, target, look)


def reflinked(source: int, target: int) -> bool:
    """Make an open file share the bytes of another; False where the file system has no such thing."""
    try:
        ioctl(target, _FICLONE, source)
    except OSError:  # where more than reflinks is wrong, reading and writing says so
        return False
    return True


def digest_of_open(fd: int, look: Look | None = None) -> tuple[Digest, int]:
    """Digest and size of an open file; `look`, if given, gets all of its bytes in order. OSError."""
    return _pass(fd, None, look)


def _pass(source: int, target: int | None, look: Look | None) -> tuple[Digest, int]:
    """Everything that is done with the bytes of a file, in one reading."""
    hasher = blake3()
    start = limits.LOOK_BACK_BYTES
    buffer = bytearray(start + _PIECE_BYTES)
    room = memoryview(buffer)[start:]
    size = 0
    while count := os.preadv(source, [room], size):
        if target is not None:
            _write_all(target, room[:count])
        hasher.update(room[:count])
        if look is not None:
            look(buffer, start, start + count)
            buffer[:start] = buffer[count : start + count]
        size += count
    return Digest(hasher.digest()), size


def _write_all(target: int, data: memoryview) -> None:
    while data:
        data = data[os.write(target, data) :]
