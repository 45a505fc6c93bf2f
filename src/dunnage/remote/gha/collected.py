"""What a job has put and not yet saved: blobs as zstd frames in temporary files, records in memory."""

import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from dunnage.errors import RemoteFull, RemoteUnavailable
from dunnage.remote import coding, limits
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName
from dunnage.remote.gha.azure import Window

_READ_BYTES: Final = 256 * 1024


@dataclass(slots=True)
class Spool:
    """Frames behind one another in one file."""

    file: BinaryIO
    """Unbuffered."""
    frames: dict[BlobName, tuple[int, int]] = field(default_factory=dict)
    """Offset and length of each, in the order in which they were put."""
    size: int = 0

    def add(self, name: BlobName, frame: BinaryIO, length: int) -> None:
        """Write a frame behind the others."""
        self.file.seek(self.size)
        while piece := frame.read(_READ_BYTES):
            view = memoryview(piece)
            while view:
                view = view[self.file.write(view) :]
        self.frames[name] = (self.size, length)
        self.size += length


class Collected:
    """The things put. A save takes what is there; if it fails, the next one takes it again."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._spools: list[Spool] = []
        self._open = False
        """Whether the last spool still takes blobs."""
        self._records: dict[RecordName, Record] = {}

    def __contains__(self, blob: BlobName) -> bool:
        with self._lock:
            return any(blob in spool.frames for spool in self._spools)

    def add_blob(self, source: BlobSource) -> None:
        """Compress a blob and keep it. RemoteFull; RemoteDamaged: not of its size; RemoteUnavailable: no room here."""
        if source.name in self:
            return
        if source.name.size > limits.REMOTE_BLOB_BYTES_MAX:
            raise RemoteFull("A blob is larger than what is fetched again.", hint="")
        try:
            with source.open() as plain:
                frame, length = coding.compressed(plain, source.name.size)
            with frame, self._lock:
                self._spool(length).add(source.name, frame, length)
        except OSError as error:
            raise RemoteUnavailable(f"What is to be saved cannot be collected: {error.strerror}.") from None

    def add_record(self, record: Record) -> None:
        """Keep a record instead of the one of that name. RemoteFull: no manifest would be read that holds it."""
        if len(record.body) > limits.REMOTE_RECORD_BYTES_MAX:
            raise RemoteFull("A record is larger than what is fetched again.", hint="")
        with self._lock:
            self._records[record.name] = record

    def record(self, name: RecordName) -> Record | None:
        """A record that was put."""
        with self._lock:
            return self._records.get(name)

    def get(self, blob: BlobName, target: BinaryIO) -> bool:
        """Write a blob that was put."""
        with self._lock:  # no spool is given back meanwhile
            for spool in self._spools:
                if blob in spool.frames:
                    window = Window(spool.file, *spool.frames[blob])
                    coding.decompress(window.pieces(), target, blob.size)
                    return True
        return False

    def take(self) -> tuple[list[Spool], list[Record]]:
        """What is there; further blobs go into another spool."""
        with self._lock:
            self._open = False
            return list(self._spools), list(self._records.values())

    def release(self, spools: Iterable[Spool]) -> None:
        """The blobs of these are in packs now."""
        with self._lock:
            for spool in spools:
                self._spools.remove(spool)
                spool.file.close()

    def settle(self, records: Sequence[Record]) -> None:
        """These are in a manifest now, unless they were put anew meanwhile."""
        with self._lock:
            for record in records:
                if self._records.get(record.name) is record:
                    del self._records[record.name]

    def close(self) -> None:
        """Give the files back."""
        with self._lock:
            for spool in self._spools:
                spool.file.close()
            self._spools.clear()
            self._open = False

    def _spool(self, length: int) -> Spool:
        """Where a frame of that length goes, for whoever holds the lock. RemoteFull."""
        if sum(spool.size for spool in self._spools) + length > self._bytes_max:
            raise RemoteFull(
                "What this job adds is more than its share of GitHub's cache.",
                hint="Its `share` says how much.",
            )
        if not self._open:
            file = tempfile.TemporaryFile(prefix="dunnage-new-", buffering=0)  # noqa: SIM115
            self._spools.append(Spool(file))
            self._open = True
        return self._spools[-1]
