"""Copying and hashing of open files."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from blake3 import blake3

from dunnage.model.digest import Digest

_CHUNK_BYTES: Final = 1024 * 1024
_COPY_BYTES: Final = 1 << 30
_CANNOT_COPY: Final = frozenset(
    {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}
)
"""What `copy_file_range` says where the two files have nothing in common, or a filter forbids it.
EBADF is tried again by reading, too, which says the same where it is true."""

Look = Callable[[bytes], None]
"""Takes the next bytes of a file."""


def copy(source: int, target: int) -> None:
    """Copy an open file from its beginning; a reflink where the file system has it. OSError."""
    size = os.fstat(source).st_size
    offset = 0
    with suppress(_CannotCopy):
        while offset < size:
            offset += _copy_range(source, target, offset)
    while data := os.pread(source, _CHUNK_BYTES, offset):
        offset += len(data)
        view = memoryview(data)
        while view:
            view = view[os.write(target, view) :]


class _CannotCopy(Exception):
    """`copy_file_range` does not do it here."""


def _copy_range(source: int, target: int, offset: int) -> int:
    try:
        copied = os.copy_file_range(source, target, _COPY_BYTES, offset_src=offset)
    except OSError as error:
        if error.errno in _CANNOT_COPY:
            raise _CannotCopy from None
        raise
    if not copied:
        raise _CannotCopy
    return copied


def digest_of_open(fd: int, look: Look | None = None) -> tuple[Digest, int]:
    """Digest and size of an open file; `look`, if given, gets all of its bytes in order. OSError."""
    hasher = blake3()
    offset = 0
    while data := os.pread(fd, _CHUNK_BYTES, offset):
        hasher.update(data)
        if look is not None:
            look(data)
        offset += len(data)
    return Digest(hasher.digest()), offset
