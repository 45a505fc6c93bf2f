"""Things to put on remotes: each call gives new ones, so that tests can share a place."""

import io
import itertools
import os
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from blake3 import blake3

from dunnage.model.digest import Digest
from dunnage.remote.contract import Backend, BlobName, BlobSource, Kind, RecordName

_COUNT = itertools.count()


def name(kind: Kind = "action") -> RecordName:
    """A name that nobody had before."""
    return RecordName(kind, blake3(b"%d %d" % (next(_COUNT), os.getpid())).digest())


def blob(data: bytes) -> BlobSource:
    """A blob of these bytes."""
    return BlobSource(name_of(data), lambda: io.BytesIO(data))


def name_of(data: bytes) -> BlobName:
    """What a blob of these bytes is called."""
    return BlobName(Digest(blake3(data).digest()), len(data))


def fetched(backend: Backend, blobs: Sequence[BlobName]) -> dict[BlobName, bytes]:
    """What a backend gives for these blobs."""
    files: dict[BlobName, io.BytesIO] = {}

    def into(blob: BlobName) -> BinaryIO:
        assert blob not in files, "asked twice"
        files[blob] = io.BytesIO()
        return files[blob]

    return {found: files[found].getvalue() for found in backend.get_blobs(blobs, into)}


def sizes() -> Iterable[int]:
    """Sizes at which something changes: nothing, one, a batch's end, and more than is kept in memory."""
    return 0, 1, 100, 65_536, 3_000_000, 20_000_000
