"""The bytes of a blob on their way: how they come, plain or as zstd, and where they are read from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from dunnage.errors import RemoteDamaged
from dunnage.remote.coding import Bounded, decompress
from dunnage.remote.reapi.messages import CasDigest

_MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""How a zstd frame begins."""

Into = Callable[[CasDigest], BinaryIO]
"""Gives the file that a blob is written into."""


@dataclass(frozen=True, slots=True)
class Source:
    """A blob to be put. `open` gives a file of its plain bytes, which is closed here."""

    digest: CasDigest
    open: Callable[[], BinaryIO]


def copy(pieces: Iterable[bytes], target: BinaryIO, size: int) -> None:
    """Write what comes plain. RemoteDamaged: it is not of that size."""
    bounded = Bounded(target, size)
    for piece in pieces:
        bounded.write(piece)
    bounded.end()


def inflate(pieces: Iterable[bytes], target: BinaryIO, size: int) -> None:
    """Write what comes as zstd, in as many frames as a server likes. RemoteDamaged: it is none, or not of that size."""
    decompress(pieces, target, size, frames_in_a_row=True)


def is_zstd_in_silence(data: bytes, size: int) -> bool:
    """Whether a blob of that size was compressed without a word, as bb-storage's `BatchReadBlobs` did in 2026."""
    return len(data) != size and data.startswith(_MAGIC)


def other_size() -> RemoteDamaged:
    """What is wrong with a source whose bytes are more or fewer than its digest says."""
    return RemoteDamaged("A blob that was to be sent has another size than its name says.")
