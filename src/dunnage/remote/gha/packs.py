"""A pack: many blobs as one file that is read from the front while it arrives. An index at its end says it once more:
for whoever wants to look into one, and as proof that all of it came.

    pack     head, objects, index, tail
    head     skippable frame (0x184D2A50) of 8 bytes: DNGPACK1
    object   skippable frame (…51) of 48 bytes: digest (32), u64 size, u64 length; then the zstd frame of that length
    index    skippable frame (…52): for each object digest (32), u64 size, u64 offset of its zstd frame, u64 its length
    tail     skippable frame (…53) of 36 bytes: u64 offset of the index, u32 objects, first 16 bytes of the index's
             BLAKE3, DNGTAIL1

Little-endian. Whatever is no blob stands in skippable frames, so `zstd -d` of a pack gives all blobs, one behind
another. The digests say what ought to be there; whether it is, is checked by whoever asks for a blob.
"""

import struct
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from dunnage.errors import RemoteDamaged
from dunnage.model.digest import DIGEST_BYTES, Digest
from dunnage.remote import limits
from dunnage.remote.contract import BlobName

_HEAD_FRAME, _OBJECT_FRAME, _INDEX_FRAME, _TAIL_FRAME = range(0x184D2A50, 0x184D2A54)
"""Magic numbers of zstd's skippable frames."""

_FRAME: Final = struct.Struct("<II")
_NAME: Final = struct.Struct(f"<{DIGEST_BYTES}sQQ")
_ROW: Final = struct.Struct(f"<{DIGEST_BYTES}sQQQ")
_TAIL: Final = struct.Struct("<QI16s8s")
_HEAD_TEXT: Final = b"DNGPACK1"
_TAIL_TEXT: Final = b"DNGTAIL1"

HEADER_BYTES: Final = _FRAME.size + _NAME.size
"""What stands in front of each blob's frame."""
TAIL_BYTES: Final = _FRAME.size + _TAIL.size


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a blob stands in a pack."""

    name: BlobName
    offset: int
    """Of its zstd frame, from the beginning of the pack."""
    length: int
    """Of its zstd frame."""

    @property
    def end(self) -> int:
        """Where the pack is read up to when it has arrived."""
        return self.offset + self.length


def head() -> bytes:
    """What a pack begins with."""
    return _FRAME.pack(_HEAD_FRAME, len(_HEAD_TEXT)) + _HEAD_TEXT


def header(name: BlobName, length: int) -> bytes:
    """What stands in front of the zstd frame, of that length, of a blob."""
    return _FRAME.pack(_OBJECT_FRAME, _NAME.size) + _NAME.pack(name.digest, name.size, length)


def ending(objects: Sequence[Packed], offset: int) -> bytes:
    """Index and tail of a pack whose objects end at `offset`."""
    index = _index(objects)
    tail = _TAIL.pack(offset, len(objects), blake3(index).digest(16), _TAIL_TEXT)
    return _FRAME.pack(_INDEX_FRAME, len(index)) + index + _FRAME.pack(_TAIL_FRAME, _TAIL.size) + tail


def parse_header(data: bytes) -> tuple[BlobName, int]:
    """Whose frame follows, and its length. RemoteDamaged."""
    if len(data) != HEADER_BYTES or _FRAME.unpack_from(data) != (_OBJECT_FRAME, _NAME.size):
        raise RemoteDamaged("A pack has something else where a blob should begin.")
    digest, size, length = _NAME.unpack_from(data, _FRAME.size)
    _bounded(size, length)
    return BlobName(Digest(digest), size), length


class Scanner:
    """Reads a pack from the front: bytes in, blobs out as soon as their last byte is in. It keeps no blob's bytes."""

    def __init__(self) -> None:
        self.objects: list[Packed] = []
        """All that came whole."""
        self.at = 0
        """Bytes that were fed."""
        self.finished = False
        """The tail was seen."""
        self._steps = self._walk()
        self._wanted = next(self._steps)
        self._held = bytearray()
        self._broken = False

    def feed(self, piece: bytes) -> Iterator[Packed]:
        """The blobs that this piece completes. RemoteDamaged, then and ever after; what came before it is whole."""
        view = memoryview(piece)
        while view:
            if self._broken:
                raise RemoteDamaged("A pack is damaged.")
            keeps = self._wanted > 0
            taken = view[: abs(self._wanted) - len(self._held)] if keeps else view[: -self._wanted]
            view = view[len(taken) :]
            self.at += len(taken)
            if keeps:
                self._held += taken
                if len(self._held) < self._wanted:
                    return
            else:
                self._wanted += len(taken)
                if self._wanted:
                    return
            before = len(self.objects)
            self._step()
            yield from self.objects[before:]

    def end(self) -> None:
        """Nothing more comes. RemoteDamaged where something is missing."""
        if not self.finished or self._broken:
            raise RemoteDamaged("A pack came truncated.")

    def _step(self) -> None:
        """Go on to what is wanted next, with what was held."""
        data, self._held = bytes(self._held), bytearray()
        try:
            self._wanted = self._steps.send(data)
        except RemoteDamaged:
            self._broken = True
            raise
        except StopIteration:
            self._broken = True
            raise RemoteDamaged("A pack goes on behind its end.") from None

    def _walk(self) -> Generator[int, bytes, None]:
        """The pack as steps: each yields how many bytes it wants to see or, below zero, to have go by."""
        if (yield len(head())) != head():
            raise RemoteDamaged("What came is no pack.")
        while True:
            start = self.at
            magic, length = _FRAME.unpack((yield _FRAME.size))
            if magic != _OBJECT_FRAME:
                break
            if len(self.objects) == limits.GHA_PACK_OBJECTS_MAX:
                raise RemoteDamaged("A pack holds too many blobs.")
            if length != _NAME.size:
                raise RemoteDamaged("A pack has a blob without a name.")
            digest, size, frame = _NAME.unpack((yield _NAME.size))
            _bounded(size, frame)
            offset = self.at
            yield -frame
            self.objects.append(Packed(BlobName(Digest(digest), size), offset, frame))
        index = _index(self.objects)
        if magic != _INDEX_FRAME or length != len(index) or (index and (yield length) != index):
            raise RemoteDamaged("The index of a pack does not say what is in it.")
        tail = ending(self.objects, start)[-TAIL_BYTES:]
        if (yield TAIL_BYTES) != tail:
            raise RemoteDamaged("The end of a pack is damaged.")
        self.finished = True
        yield 1
        return


def _index(objects: Sequence[Packed]) -> bytes:
    return b"".join(_ROW.pack(each.name.digest, each.name.size, each.offset, each.length) for each in objects)


def _bounded(size: int, length: int) -> None:
    """RemoteDamaged where no zstd frame of `length` bytes could hold `size`; zstd's own bound is a little less."""
    if size > limits.REMOTE_BLOB_BYTES_MAX or not 0 < length <= size + size // 128 + 1024:
        raise RemoteDamaged("A pack names a blob of a size that it cannot have.")
