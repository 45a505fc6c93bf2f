"""A backend over whatever keeps named objects: a directory, a bucket, a WebDAV server.

    v1/unit/ab/ab12…      a record: a zstd frame          (64 hex digits of its key)
    v1/action/ab/ab12…    the same
    v1/blob/ab/ab12…      a blob: a zstd frame            (64 hex digits of its BLAKE3)

`v1` goes up when somebody who reads this could not read what is written then. Directories of two digits keep a file
system's directories at some hundred names where objects are files; to a bucket they are part of the name.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, Protocol

from dunnage.errors import RemoteDamaged
from dunnage.remote.coding import compressed, decompress
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.crew import Crew
from dunnage.remote.damaged import Damaged
from dunnage.remote.record_frames import FRAME_BYTES_MAX, joined, packed, unpacked

PIECE_BYTES: Final = 256 * 1024
"""How much of an object is read at once."""


class Objects(Protocol):
    """Something that keeps bytes under relative paths of plain ASCII. Every method raises RemoteError, and may be
    called from many threads at once.
    """

    def stream(self, name: str) -> AbstractContextManager[Iterable[bytes] | None]:
        """The bytes of an object, in pieces that fit into memory; None where it is not there."""

    def put(self, name: str, file: BinaryIO, size: int) -> None:
        """Keep `size` bytes from here on in the file, instead of what has that name. Nobody else may see a part of them
        under that name, if it can be helped.
        """

    def has(self, name: str) -> bool:
        """Whether an object is there."""

    def check(self) -> None:
        """As `Backend.check`."""

    def close(self) -> None:
        """As `Backend.close`."""


class ObjectBackend:
    """The contract of a backend, kept over objects."""

    traits = Traits()

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._crew = Crew()
        self._damaged = Damaged()

    def check(self) -> None:
        """Ask the objects."""
        self._objects.check()

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that are there."""
        return self._crew.found(self._get_record, names)

    def _get_record(self, name: RecordName) -> bytes | None:
        with self._objects.stream(name_of_record(name)) as pieces:
            return None if pieces is None else unpacked(joined(pieces, FRAME_BYTES_MAX))

    def put_records(self, records: Sequence[Record]) -> None:
        """One object each."""
        self._crew.each(self._put_record, records)

    def _put_record(self, record: Record) -> None:
        frame = packed(record.body)
        self._objects.put(name_of_record(record.name), io.BytesIO(frame), len(frame))

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Ask for each."""
        there = self._crew.found(self._has_blob, blobs)
        return [blob for blob in blobs if blob not in there]

    def _has_blob(self, blob: BlobName) -> bool:
        return blob not in self._damaged and self._objects.has(name_of_blob(blob))

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Those that are there, several at once."""
        return set(self._crew.found(lambda blob: self._get_blob(blob, into), blobs))

    def _get_blob(self, blob: BlobName, into: Callable[[BlobName], BinaryIO]) -> bool:
        with self._objects.stream(name_of_blob(blob)) as pieces:
            if pieces is None:
                return False
            try:
                decompress(pieces, into(blob), blob.size)
            except RemoteDamaged:
                self._damaged.note(blob)
                raise
            return True

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Put these anew when they come."""
        self._damaged.note(*blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """One object each, several at once."""
        self._crew.each(self._put_blob, blobs)

    def _put_blob(self, blob: BlobSource) -> None:
        with blob.open() as plain:
            frame, size = compressed(plain, blob.name.size)
        with frame:
            self._objects.put(name_of_blob(blob.name), frame, size)
        self._damaged.forget(blob.name)

    def flush(self) -> None:
        """Others see what was put at once."""

    def close(self) -> None:
        """Give back threads and connections."""
        self._crew.close()
        self._objects.close()


def exactly(file: BinaryIO, size: int) -> Iterator[bytes]:
    """So many bytes of a file, in pieces. RemoteDamaged where there are fewer: nothing of them may be kept then."""
    left = size
    while left:
        piece = file.read(min(left, PIECE_BYTES))
        if not piece:
            raise RemoteDamaged("A file to be put is smaller than it was said to be.")
        left -= len(piece)
        yield piece


def name_of_record(name: RecordName) -> str:
    """The object of a record."""
    text = name.key.hex()
    return f"v1/{name.kind}/{text[:2]}/{text}"


def name_of_blob(blob: BlobName) -> str:
    """The object of a blob."""
    text = blob.digest.hex()
    return f"v1/blob/{text[:2]}/{text}"
