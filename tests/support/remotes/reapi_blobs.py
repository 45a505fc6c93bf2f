"""The CAS of the server in `reapi_server`: blobs in memory, taken and given as the specification says."""

import hashlib
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import grpc
import zstandard
from blake3 import blake3

from support.remotes.reapi_protos import made

if TYPE_CHECKING:
    from support.remotes.reapi_server import Knobs

OK, INVALID, NOT_FOUND, NO_ROOM = 0, 3, 5, 8
SHA256, BLAKE3 = 1, 9
IDENTITY, ZSTD = 0, 1
PIECE_BYTES: Final = 64 * 1024

_NAME: Final = (
    r"(?P<how>blobs|compressed-blobs/zstd)/(?:(?P<function>blake3)/)?(?P<hash>[0-9a-f]{64})/(?P<size>\d+)"
)
_READ: Final = re.compile(rf"(?:(?P<instance>.+?)/)?{_NAME}")
_WRITE: Final = re.compile(
    rf"(?:(?P<instance>.+?)/)?uploads/[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}/{_NAME}"
)


class Blobs:
    """All blobs, by hash."""

    def __init__(self, knobs: "Knobs") -> None:
        self._knobs = knobs
        self._lock = threading.Lock()
        self.kept: dict[str, bytes] = {}

    def digest(self, data: bytes) -> Any:
        return made("Digest", hash=self.hash(data), size_bytes=len(data))

    def hash(self, data: bytes) -> str:
        is_blake3 = BLAKE3 in self._knobs.digest_functions
        return blake3(data).hexdigest() if is_blake3 else hashlib.sha256(data).hexdigest()

    def put(self, data: bytes) -> None:
        with self._lock:
            self.kept[self.hash(data)] = data

    def has(self, digest: Any) -> bool:
        """Whether a blob is there; the empty one always is."""
        return not digest.size_bytes or len(self.kept.get(digest.hash, b"")) == digest.size_bytes

    def check_function(self, request: Any, context: grpc.ServicerContext) -> None:
        """A request may leave out SHA-256, which is told from its length; BLAKE3 it may not."""
        function = request.digest_function or SHA256
        if function not in self._knobs.digest_functions:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"digest function {request.digest_function}")

    def find_missing(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.check_function(request, context)
        absent = [digest for digest in request.blob_digests if not self.has(digest)]
        return made("FindMissingBlobsResponse", missing_blob_digests=absent)

    # --- batches ----------------------------------------------------------------------------------

    def batch_update(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.check_function(request, context)
        if sum(len(blob.data) for blob in request.requests) > self._knobs.batch_bytes_max:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the batch is too large")
        responses = []
        for blob in request.requests:
            code = self._update(blob)
            responses.append(
                made("BlobUpdated", digest=blob.digest, status=made("Status", code=code, message="so"))
            )
        return made("BatchUpdateBlobsResponse", responses=responses)

    def _update(self, blob: Any) -> int:
        if not self._knobs.has_room:
            return NO_ROOM
        if blob.compressor not in {IDENTITY, *self._knobs.batch_compressors}:
            return INVALID
        data = blob.data
        if blob.compressor == ZSTD:
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=blob.digest.size_bytes)
        if len(data) != blob.digest.size_bytes or self.hash(data) != blob.digest.hash:
            return INVALID
        self.put(data)
        return OK

    def batch_read(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.check_function(request, context)
        if sum(digest.size_bytes for digest in request.digests) > self._knobs.batch_bytes_max:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the batch is too large")
        responses = []
        for digest in request.digests:
            if not self.has(digest):
                responses.append(made("BlobRead", digest=digest, status=made("Status", code=NOT_FOUND)))
                continue
            data = self.kept.get(digest.hash, b"")
            if ZSTD in request.acceptable_compressors and ZSTD in self._knobs.compressors and len(data) > 50:
                responses.append(made("BlobRead", digest=digest, data=self._frames(data), compressor=ZSTD))
            else:
                responses.append(made("BlobRead", digest=digest, data=data))
        return made("BatchReadBlobsResponse", responses=responses)

    # --- byte streams -----------------------------------------------------------------------------

    def read(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        name = self._name(_READ, request.resource_name, context)
        digest = made("Digest", hash=name["hash"], size_bytes=int(name["size"]))
        if not self.has(digest):
            context.abort(grpc.StatusCode.NOT_FOUND, "no such blob")
        data = self.kept.get(digest.hash, b"")
        if name["how"] != "blobs":
            data = self._frames(data)
        for start in range(0, len(data), PIECE_BYTES):
            yield made("ReadResponse", data=data[start : start + PIECE_BYTES])

    def write(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
        first = next(requests)
        name = self._name(_WRITE, first.resource_name, context)
        size, is_zstd = int(name["size"]), name["how"] != "blobs"
        if self.has(made("Digest", hash=name["hash"], size_bytes=size)):
            return made("WriteResponse", committed_size=-1 if is_zstd else size)
        if not self._knobs.has_room:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no room")
        data = self._written(first, requests, context)
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=size) if is_zstd else data
        if len(plain) != size or self.hash(plain) != name["hash"]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "these bytes have another digest")
        self.put(plain)
        return made("WriteResponse", committed_size=len(data))

    def _written(self, first: Any, requests: Iterator[Any], context: grpc.ServicerContext) -> bytes:
        request, data = first, bytearray()
        while True:
            if request.write_offset != len(data) or request.resource_name not in {"", first.resource_name}:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a piece of another stream")
            data += request.data
            if request.finish_write:
                return bytes(data)
            following = next(requests, None)
            if following is None:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the stream ended too early")
            request = following

    def _name(self, pattern: re.Pattern[str], text: str, context: grpc.ServicerContext) -> dict[str, Any]:
        found = pattern.fullmatch(text)
        wanted = "blake3" if BLAKE3 in self._knobs.digest_functions else None
        if not found or (found["instance"] or "") != self._knobs.instance or found["function"] != wanted:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"no resource {text}")
        assert found is not None
        if found["how"] != "blobs" and ZSTD not in self._knobs.compressors:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no compressor of that name")
        return found.groupdict()

    def _frames(self, data: bytes) -> bytes:
        step = self._knobs.frames_bytes or max(len(data), 1)
        return b"".join(
            zstandard.ZstdCompressor().compress(data[start : start + step])
            for start in range(0, len(data), step)
        )
