"""Blobs that a remote has, but not whole: they are missing until they are put again.

An upload that was cut off leaves such things on servers that do not publish whole objects only, and so does a server
that evicted a part. Without this, whoever asks what is missing would hear for ever that they are there.
"""

import threading

from dunnage.remote import limits
from dunnage.remote.contract import BlobName


class Damaged:
    """The last ones that were seen. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blobs: dict[BlobName, None] = {}

    def __contains__(self, blob: BlobName) -> bool:
        return blob in self._blobs

    def note(self, *blobs: BlobName) -> None:
        """What came of these was damaged."""
        with self._lock:
            for blob in blobs:
                self._blobs[blob] = None
                if len(self._blobs) > limits.REMOTE_DAMAGED_REMEMBERED_MAX:
                    del self._blobs[next(iter(self._blobs))]

    def forget(self, blob: BlobName) -> None:
        """It was put again."""
        with self._lock:
            self._blobs.pop(blob, None)
