"""The reference of the contract: a backend in memory, for tests, and to read."""

import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO

from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.damaged import Damaged


class MemoryBackend:
    """Keeps everything in two dictionaries."""

    traits = Traits()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._damaged = Damaged()
        self.records: dict[RecordName, bytes] = {}
        self.blobs: dict[BlobName, bytes] = {}

    def check(self) -> None:
        """It is here."""

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that are there."""
        with self._lock:
            return {name: self.records[name] for name in names if name in self.records}

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep them."""
        with self._lock:
            self.records.update((record.name, record.body) for record in records)

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Those that are not there."""
        with self._lock:
            return [blob for blob in blobs if blob not in self.blobs or blob in self._damaged]

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Write those that are there."""
        with self._lock:
            found = {blob: self.blobs[blob] for blob in blobs if blob in self.blobs}
        for blob, data in found.items():
            into(blob).write(data)
        return set(found)

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Take them when they come again."""
        self._damaged.note(*blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Keep them."""
        for blob in blobs:
            with blob.open() as file:
                data = file.read()
            with self._lock:
                self.blobs[blob.name] = data
            self._damaged.forget(blob.name)

    def flush(self) -> None:
        """Others see what was put at once."""

    def close(self) -> None:
        """Nothing to give back."""
