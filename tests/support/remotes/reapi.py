"""Places with a server of the Remote Execution API: those that BuildGrid is not like."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.remotes.place import Opener
from support.remotes.reapi_server import BLAKE3, ZSTD, Knobs, serving


@contextmanager
def reapi_zstd(_: Path) -> Iterator[Opener]:
    """SHA-256, compressed both ways and sent as many frames; strict, and it moves bodies into its CAS."""
    knobs = Knobs(
        "main",
        compressors=(ZSTD,),
        batch_compressors=(ZSTD,),
        strict=True,
        moves_bodies=True,
        frames_bytes=100_000,
    )
    with serving(knobs) as server:
        yield server.open


@contextmanager
def reapi_blake3(_: Path) -> Iterator[Opener]:
    """BLAKE3, plain, strict, in small batches."""
    knobs = Knobs("a/b", digest_functions=(BLAKE3,), strict=True, batch_bytes_max=100_000)
    with serving(knobs) as server:
        yield server.open
