"""What is in a pack by its index, read after `docs/reference/github-cache-format.md` and not with the code that writes
it: jobs read packs from the front, and other programs may begin at the end.
"""

import struct

from blake3 import blake3

from dunnage.model.digest import Digest
from dunnage.remote.contract import BlobName
from dunnage.remote.gha.packs import Packed

_TAIL_BYTES = 8 + 36
_ROW = struct.Struct("<32sQQQ")


def by_index(pack: bytes) -> list[Packed]:
    """All blobs of a pack that is whole. AssertionError: it has no such end, or its index is damaged."""
    tail = pack[-_TAIL_BYTES:]
    magic, length, start, count, check, text = struct.unpack("<IIQI16s8s", tail)
    assert (magic, length, text) == (0x184D2A53, 36, b"DNGTAIL1")
    assert struct.unpack_from("<II", pack, start) == (0x184D2A52, count * _ROW.size)
    index = pack[start + 8 : -_TAIL_BYTES]
    assert len(index) == count * _ROW.size
    assert blake3(index).digest(16) == check
    return [
        Packed(BlobName(Digest(digest), size), at, frame)
        for digest, size, at, frame in _ROW.iter_unpack(index)
    ]
