"""A blob that comes piece by piece: it is hashed as it is written, and at once where it will stay.

    receive ─▶ write … write ─▶ keep     it has its name now
                           └──▶ close    it never had one

A compiler's outputs are files already, and are copied (`Blobs.put`). What a remote sends is no file yet: whoever writes
it to one and then has that copied pays for the bytes three times, on the cores that compile.
"""

import os
from collections.abc import Callable
from contextlib import suppress

from blake3 import blake3

from dunnage.model.digest import Digest
from dunnage.store.layout import store_error

Publish = Callable[[str, int, Digest], None]
"""Gives a temporary file, by its path and a descriptor of it, the name of its digest. OSError, StoreError."""


class Incoming:
    """One such blob. For one thread at a time; whoever writes to it after its end gets a ValueError."""

    def __init__(self, path: str, publish: Publish) -> None:
        """Begin a new file. OSError."""
        self._path = path
        self._publish = publish
        # A Python file, not a descriptor: that number may be somebody else's by the time a thread that is late writes.
        self._file = open(  # noqa: SIM115
            os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "r+b", buffering=0
        )
        self._hasher = blake3()
        self._is_temporary = True
        self.size = 0
        """Bytes so far."""

    @property
    def digest(self) -> Digest:
        """Of what was written so far."""
        return Digest(self._hasher.digest())

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write on. StoreFull, StoreError."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise store_error(error, "A blob cannot be stored") from error
        self._hasher.update(data)
        self.size += len(data)
        return len(data)

    def keep(self) -> None:
        """It is whole: it is a blob of the store from now on. StoreError."""
        try:
            self._publish(self._path, self._file.fileno(), self.digest)
        except OSError as error:
            raise store_error(error, "A blob cannot be stored") from error
        self._is_temporary = False

    def close(self) -> None:
        """Give the file back; what was not kept is gone. Never fails, and may be called twice."""
        self._file.close()
        if self._is_temporary:
            with suppress(OSError):
                os.unlink(self._path)
            self._is_temporary = False
