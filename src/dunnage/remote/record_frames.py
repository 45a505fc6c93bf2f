"""How records travel where nobody looks into them: as one zstd frame each, which says how large it is inside."""

import io
from collections.abc import Iterable

import zstandard

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.coding import decompress

FRAME_BYTES_MAX = limits.REMOTE_RECORD_BYTES_MAX + limits.REMOTE_RECORD_BYTES_MAX // 256 + 64
"""The largest frame of a record: what zstd makes of bytes that cannot be made smaller (its `ZSTD_compressBound`)."""


def packed(body: bytes) -> bytes:
    """The frame of a record."""
    return zstandard.ZstdCompressor(level=limits.REMOTE_ZSTD_LEVEL).compress(body)


def unpacked(frame: bytes) -> bytes:
    """The record in a frame. RemoteDamaged: it is none, or one larger than records are."""
    try:
        size = zstandard.frame_content_size(frame)
    except zstandard.ZstdError as error:
        raise RemoteDamaged(f"A record came damaged: {error}.") from None
    if not 0 <= size <= limits.REMOTE_RECORD_BYTES_MAX:
        raise RemoteDamaged("A record came that is larger than any of ours.")
    body = io.BytesIO()
    decompress([frame], body, size)
    return body.getvalue()


def joined(pieces: Iterable[bytes], most: int) -> bytes:
    """All pieces as one. RemoteDamaged as soon as they are more than `most` bytes."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > most:
            raise RemoteDamaged("A record came that is larger than any of ours.")
    return bytes(whole)
