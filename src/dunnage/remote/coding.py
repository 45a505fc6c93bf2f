"""How blobs travel: as one zstd frame each, with its size in front, never opened to more than was promised."""

import tempfile
from collections.abc import Iterable
from typing import BinaryIO, Final

import zstandard

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits

_PIECE_BYTES: Final = 256 * 1024


def compressed(source: BinaryIO, size: int) -> tuple[BinaryIO, int]:
    """A file with the frame of `size` plain bytes, at its beginning, and its length; the caller closes it.

    It is in memory, or on disk where it is large. RemoteDamaged: the source has another size.
    """
    target: BinaryIO = tempfile.SpooledTemporaryFile(limits.REMOTE_IN_MEMORY_BYTES_MAX)  # type: ignore[assignment]  # noqa: SIM115
    try:
        compressor = zstandard.ZstdCompressor(level=limits.REMOTE_ZSTD_LEVEL)
        _, written = compressor.copy_stream(source, target, size=size, read_size=_PIECE_BYTES)
        target.seek(0)
    except zstandard.ZstdError as error:
        target.close()
        raise RemoteDamaged(f"A blob could not be compressed: {error}.") from error
    return target, written


def decompress(
    pieces: Iterable[bytes], target: BinaryIO, size: int, *, frames_in_a_row: bool = False
) -> None:
    """Write the plain bytes of a frame that comes in pieces. RemoteDamaged: it is none, or not of that size.

    `frames_in_a_row`: there may be several (bazel-remote makes one of each MiB). What comes out is taken in small
    parts, not what goes in: 256 KiB can hold 8 GiB of zeros.
    """
    bounded = Bounded(target, size)
    opener = zstandard.ZstdDecompressor(max_window_size=limits.REMOTE_ZSTD_WINDOW_BYTES_MAX)
    try:
        source: BinaryIO = _Pieces(pieces)  # type: ignore[assignment]  # `read` is all that is asked of it.
        with opener.stream_reader(
            source, read_size=_PIECE_BYTES, read_across_frames=frames_in_a_row
        ) as plain:
            # One for all: new memory for each is cleared by the kernel first.
            piece = memoryview(bytearray(min(max(size, 1), _PIECE_BYTES)))
            while count := plain.readinto(piece):
                bounded.write(piece[:count])
    except zstandard.ZstdError as error:
        raise RemoteDamaged(f"A blob came damaged: {error}.") from error
    bounded.end()


class _Pieces:
    """Pieces as something to be read from: each call gives the next one, or as much of it as is wanted."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Some bytes, none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


class Bounded:
    """A file that takes exactly as many bytes as were promised."""

    def __init__(self, target: BinaryIO, size: int) -> None:
        self._target = target
        self._left = size

    def write(self, data: bytes | memoryview) -> None:
        """Write on. RemoteDamaged where that is more than was promised. What is given may change afterwards."""
        self._left -= len(data)
        if self._left < 0:
            raise RemoteDamaged("A blob came larger than its record says.")
        self._target.write(data)

    def end(self) -> None:
        """That was all. RemoteDamaged where it was less than was promised."""
        if self._left:
            raise RemoteDamaged("A blob came truncated.")
