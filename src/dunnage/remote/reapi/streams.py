"""Large blobs, each as a byte stream of its own.

    [instance/]                blobs|compressed-blobs/zstd/[blake3/]hash/size     read
    [instance/]uploads/a UUID/ blobs|compressed-blobs/zstd/[blake3/]hash/size     written

(`remote_execution.proto`, at `ContentAddressableStorage`.) The size is always that of the plain bytes.
"""

import uuid
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import BinaryIO

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.coding import compressed
from dunnage.remote.reapi.address import Address
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.contents import Into, Source, copy, inflate, other_size
from dunnage.remote.reapi.messages import CasDigest, WriteRequest
from dunnage.remote.reapi.status import NotThere


class Streams:
    """The byte streams of one instance. Thread-safe."""

    def __init__(self, calls: Calls, address: Address) -> None:
        self._calls = calls
        self._where = address.where
        self._instance = address.instance

    def read(self, digest: CasDigest, into: Into, can: Capabilities) -> bool:
        """Write a blob into the file that `into` gives, if it is there; whether it is. RemoteError."""
        with closing(self._calls.read(self._name(digest, can), digest.size_bytes)) as pieces:
            try:
                first = next(pieces, b"")
            except NotThere:
                return False
            take = inflate if can.streams_zstd else copy
            take(chain((first,), pieces), into(digest), digest.size_bytes)
        return True

    def write(self, source: Source, can: Capabilities) -> None:
        """Keep a blob. A server that has it says so at once. RemoteError."""
        size = source.digest.size_bytes
        name = self._name(source.digest, can, upload=True)
        with source.open() as plain:
            if not can.streams_zstd:
                committed = self._calls.write(_requests(name, plain, size), size)
                allowed = {size}
            else:
                frame, length = compressed(plain, size)
                with frame:
                    committed = self._calls.write(_requests(name, frame, length), length)
                allowed = {length, size, -1}  # -1: it was there already; `size`: from before that was said so
        if committed not in allowed:
            raise RemoteDamaged(f"The remote {self._where} took {committed} bytes of a blob of {size}.")

    def _name(self, digest: CasDigest, can: Capabilities, *, upload: bool = False) -> str:
        parts = (
            self._instance,
            f"uploads/{uuid.uuid4()}" if upload else "",
            "compressed-blobs/zstd" if can.streams_zstd else "blobs",
            "blake3" if can.is_blake3 else "",
            digest.hash,
            str(digest.size_bytes),
        )
        return "/".join(filter(None, parts))


def _requests(name: str, file: BinaryIO, length: int) -> Iterator[WriteRequest]:
    """A file of that length as the pieces of a byte stream."""
    offset = 0
    while offset < length:
        data = file.read(min(limits.REAPI_PIECE_BYTES, length - offset))
        is_last = offset + len(data) == length
        if not data or (is_last and file.read(1)):
            raise other_size()
        yield WriteRequest(name, offset, is_last, data)
        name = ""  # only the first one needs it
        offset += len(data)
