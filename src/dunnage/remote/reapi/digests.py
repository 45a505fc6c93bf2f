"""What our blobs are called on a remote that has another digest than BLAKE3.

Two sources: blobs that we read ourselves, and records, which name each blob by both digests. What a record says is used
to ask for a blob, never to say that one is there already or to name it in a record of ours: else a wrong record of
somebody else would spread.
"""

import threading
from collections.abc import Iterable
from typing import Final

from dunnage import limits
from dunnage.remote.action_result import OutputFile
from dunnage.remote.contract import BlobName
from dunnage.remote.reapi.messages import CasDigest

_HEX_CHARS: Final = 64


class Digests:
    """A bounded memory of digests. Thread-safe."""

    def __init__(self, most: int = limits.REAPI_DIGESTS_KNOWN_MAX) -> None:
        self._lock = threading.Lock()
        self._seen = _Newest(most // 2)
        self._said = _Newest(most // 2)

    def saw(self, blob: BlobName, there: CasDigest) -> None:
        """We read that blob, and this is its digest."""
        with self._lock:
            self._seen.put(blob.digest, blob.size, there.hash)

    def learn(self, files: Iterable[OutputFile]) -> None:
        """A record names these blobs; what cannot be is left out."""
        with self._lock:
            for file in files:
                if len(file.path) == len(file.digest.hash) == _HEX_CHARS and _is_hex(file.path):
                    self._said.put(bytes.fromhex(file.path), file.digest.size, file.digest.hash)

    def sure(self, blob: BlobName) -> CasDigest | None:
        """What a blob is called that we read ourselves, else None."""
        with self._lock:
            return self._seen.get(blob)

    def likely(self, blob: BlobName) -> CasDigest | None:
        """What a blob is called, as far as anybody said, else None."""
        with self._lock:
            return self._seen.get(blob) or self._said.get(blob)


class _Newest:
    """The newest so many: what was used since half of them were new."""

    def __init__(self, most: int) -> None:
        self._half = max(most // 2, 1)
        self._young: dict[bytes, tuple[int, bytes]] = {}
        self._old: dict[bytes, tuple[int, bytes]] = {}

    def put(self, digest: bytes, size: int, there: str) -> None:
        self._keep(digest, (size, bytes.fromhex(there)))

    def get(self, blob: BlobName) -> CasDigest | None:
        held = self._young.get(blob.digest)
        if held is None:
            held = self._old.get(blob.digest)
            if held is None:
                return None
            self._keep(blob.digest, held)
        size, there = held
        return CasDigest(there.hex(), size) if size == blob.size else None

    def _keep(self, digest: bytes, held: tuple[int, bytes]) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[digest] = held


def _is_hex(text: str) -> bool:
    return all(each in "0123456789abcdef" for each in text)
