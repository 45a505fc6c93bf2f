"""Blobs of the CAS, many at once: small ones in batches, large ones as byte streams, a few requests at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

import zstandard

from dunnage.errors import RemoteDamaged, RemoteFull
from dunnage.remote import limits
from dunnage.remote.crew import Crew
from dunnage.remote.reapi.address import Address
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.contents import Into, Source, copy, inflate, is_zstd_in_silence, other_size
from dunnage.remote.reapi.messages import (
    IDENTITY,
    ZSTD,
    BatchReadBlobsRequest,
    BatchReadBlobsResponse,
    BatchUpdateBlobsRequest,
    BatchUpdateBlobsResponse,
    BlobRead,
    BlobToUpdate,
    CasDigest,
    FindMissingBlobsRequest,
    FindMissingBlobsResponse,
    Status,
)
from dunnage.remote.reapi.status import ALREADY_EXISTS, NOT_FOUND, OK, error_of_blob
from dunnage.remote.reapi.streams import Streams

R = TypeVar("R")

_SERVICE: Final = "/build.bazel.remote.execution.v2.ContentAddressableStorage"

_BESIDE_BYTES: Final = 256
"""What a blob costs in a batch beside its bytes: its digest, a status, and what frames them."""


class Cas:
    """The CAS of one instance. Thread-safe."""

    def __init__(self, calls: Calls, crew: Crew, address: Address) -> None:
        self._calls = calls
        self._crew = crew
        self._where = address.where
        self._instance = address.instance
        self._streams = Streams(calls, address)

    # --- which are there --------------------------------------------------------------------------

    def missing(self, digests: Iterable[CasDigest], can: Capabilities) -> set[CasDigest]:
        """Those of these that are not there. RemoteError."""
        asked = list(dict.fromkeys(digests))
        most = limits.REAPI_BATCH_BLOBS_MAX
        parts = [asked[start : start + most] for start in range(0, len(asked), most)]
        return set().union(*self._crew.each(partial(self._missing, can=can), parts)) & set(asked)

    def _missing(self, digests: Sequence[CasDigest], can: Capabilities) -> set[CasDigest]:
        request = FindMissingBlobsRequest(self._instance, tuple(digests), can.digest_function)
        answer = self._calls.unary(f"{_SERVICE}/FindMissingBlobs", request, FindMissingBlobsResponse)
        return set(answer.missing_blob_digests)

    # --- reading ----------------------------------------------------------------------------------

    def read(
        self,
        digests: Iterable[CasDigest],
        into: Into,
        can: Capabilities,
        damaged: Callable[[CasDigest], None] = lambda _: None,
    ) -> set[CasDigest]:
        """Write those of these that are there, each into the file that `into` gives; which those are.

        RemoteError. `damaged` is told which one it is that is not what it should be.
        """
        small, large = _parted(dict.fromkeys(digests), can)
        tasks: list[Callable[[], set[CasDigest]]] = [
            *(partial(self._read_stream, digest, into, can, damaged) for digest in large),
            *(partial(self._read_batch, batch, into, can, damaged) for batch in _batches(small, can)),
        ]
        return set().union(*self._crew.each(_done, tasks))

    def _read_batch(
        self,
        digests: Sequence[CasDigest],
        into: Into,
        can: Capabilities,
        damaged: Callable[[CasDigest], None],
    ) -> set[CasDigest]:
        request = BatchReadBlobsRequest(
            self._instance, tuple(digests), (ZSTD,) if can.streams_zstd else (), can.digest_function
        )
        answer = self._calls.unary(f"{_SERVICE}/BatchReadBlobs", request, BatchReadBlobsResponse)
        asked = set(digests)
        found: set[CasDigest] = set()
        for blob in answer.responses:
            status = blob.status or Status()
            if blob.digest is None or blob.digest not in asked or blob.digest in found:
                continue  # nobody asked
            if status.code == OK:
                with _noted(blob.digest, damaged):
                    self._take(blob, blob.digest, into)
                found.add(blob.digest)
            elif status.code != NOT_FOUND:
                raise error_of_blob(self._where, status)
        return found

    def _take(self, blob: BlobRead, digest: CasDigest, into: Into) -> None:
        size = digest.size_bytes
        if blob.compressor == ZSTD or (blob.compressor == IDENTITY and is_zstd_in_silence(blob.data, size)):
            inflate([blob.data], into(digest), size)
        elif blob.compressor == IDENTITY:
            copy([blob.data], into(digest), size)
        else:
            raise RemoteDamaged(
                f"The remote {self._where} sent a blob compressed in a way that nobody asked for."
            )

    def _read_stream(
        self, digest: CasDigest, into: Into, can: Capabilities, damaged: Callable[[CasDigest], None]
    ) -> set[CasDigest]:
        with _noted(digest, damaged):
            return {digest} if self._streams.read(digest, into, can) else set()

    # --- writing ----------------------------------------------------------------------------------

    def write(self, sources: Iterable[Source], can: Capabilities) -> None:
        """Keep blobs. RemoteError; RemoteDamaged, too, where a source has another size than it should."""
        by_digest = {source.digest: source for source in sources}
        for digest in by_digest:
            if digest.size_bytes > can.blob_bytes_max:
                raise RemoteFull(f"The remote {self._where} takes no blob of {digest.size_bytes} bytes.")
        small, large = _parted(by_digest, can)
        tasks: list[Callable[[], None]] = [
            *(partial(self._streams.write, by_digest[digest], can) for digest in large),
            *(
                partial(self._write_batch, [by_digest[digest] for digest in batch], can)
                for batch in _batches(small, can)
            ),
        ]
        self._crew.each(_done, tasks)

    def _write_batch(self, sources: Sequence[Source], can: Capabilities) -> None:
        requests = tuple(_to_update(source, can) for source in sources)
        answer = self._calls.unary(
            f"{_SERVICE}/BatchUpdateBlobs",
            BatchUpdateBlobsRequest(self._instance, requests, can.digest_function),
            BatchUpdateBlobsResponse,
        )
        kept = set()
        for blob in answer.responses:
            status = blob.status or Status()
            if status.code not in {OK, ALREADY_EXISTS}:
                raise error_of_blob(self._where, status, stores=True)
            kept.add(blob.digest)
        if not kept.issuperset(source.digest for source in sources):
            raise RemoteDamaged(f"The remote {self._where} does not say what became of a blob.")


# --- leaves ---------------------------------------------------------------------------------------


@contextmanager
def _noted(digest: CasDigest, damaged: Callable[[CasDigest], None]) -> Iterator[None]:
    """Tell of a blob that is not what it should be."""
    try:
        yield
    except RemoteDamaged:
        damaged(digest)
        raise


def _done(task: Callable[[], R]) -> R:
    return task()


def _parted(digests: Iterable[CasDigest], can: Capabilities) -> tuple[list[CasDigest], list[CasDigest]]:
    """Those that fit into a batch, and those that do not."""
    small: list[CasDigest] = []
    large: list[CasDigest] = []
    for digest in digests:
        fits = digest.size_bytes + _BESIDE_BYTES <= can.batch_bytes_max
        (small if fits else large).append(digest)
    return small, large


def _batches(digests: Iterable[CasDigest], can: Capabilities) -> Iterator[list[CasDigest]]:
    """Those that go together, in their order."""
    batch: list[CasDigest] = []
    held = 0
    for digest in digests:
        cost = digest.size_bytes + _BESIDE_BYTES
        if batch and (held + cost > can.batch_bytes_max or len(batch) == limits.REAPI_BATCH_BLOBS_MAX):
            yield batch
            batch, held = [], 0
        batch.append(digest)
        held += cost
    if batch:
        yield batch


def _to_update(source: Source, can: Capabilities) -> BlobToUpdate:
    """A small blob as it goes into a batch."""
    size = source.digest.size_bytes
    with source.open() as file:
        data = file.read(size + 1)
    if len(data) != size:
        raise other_size()
    if can.takes_zstd:
        frame = zstandard.ZstdCompressor(level=limits.REMOTE_ZSTD_LEVEL).compress(data)
        if len(frame) < size:
            return BlobToUpdate(source.digest, frame, ZSTD)
    return BlobToUpdate(source.digest, data)
