"""zstd as servers of the Remote Execution API send it: any number of frames one after another.

Ours travel as one frame (`dunnage.remote.coding`); but a server may keep a blob as many, and send them as they are
(bazel-remote does). Never opened to more than was promised, nor read on for ever.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO, Final

import zstandard

from dunnage import limits
from dunnage.errors import RemoteDamaged
from dunnage.remote.coding import Bounded

_PIECE_BYTES: Final = 256 * 1024
_SLACK_BYTES: Final = 64 * 1024


def inflate(pieces: Iterable[bytes], target: BinaryIO, size: int) -> None:
    """Write the plain bytes of frames that come in pieces. RemoteDamaged: they are none, or not of that size."""
    bounded = Bounded(target, size)
    opened = zstandard.ZstdDecompressor(max_window_size=limits.REMOTE_ZSTD_WINDOW_BYTES_MAX).stream_reader(
        _Pieces(pieces, size),  # type: ignore[arg-type]
        read_size=_PIECE_BYTES,
        read_across_frames=True,
        closefd=False,
    )
    try:
        while data := opened.read(_PIECE_BYTES):  # so that a bomb goes off in small parts
            bounded.write(data)
    except zstandard.ZstdError as error:
        raise RemoteDamaged(f"A blob came damaged: {error}.") from error
    bounded.end()


class _Pieces:
    """Pieces as a file that is read from front to back, and not longer than a blob of that size can be as frames."""

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._left = size + size // 8 + _SLACK_BYTES
        self._rest = memoryview(b"")

    def read(self, most: int = -1) -> memoryview:
        """The next bytes, none at the end."""
        with suppress(StopIteration):
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
                self._left -= max(len(self._rest), 1)
                if self._left < 0:
                    raise RemoteDamaged("A blob came with more frames than it can have.")
        end = len(self._rest) if most < 0 else most
        found, self._rest = self._rest[:end], self._rest[end:]
        return found
