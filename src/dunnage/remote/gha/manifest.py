"""A manifest: what is in which pack, and all records. The newest of a lane is all that a job asks for by a prefix.

    manifest   DNGMANI1, u64 plain bytes, first 16 bytes of the frame's BLAKE3; one zstd frame of
               u32 packs, u32 blobs, u32 records, then all of them
    pack       u16 length of key, u64 bytes, u64 created (seconds since 1970); key
    blob       digest (32), u64 size, u16 which pack, u64 offset of its zstd frame, u64 its length, u16 idle
    record     u8 kind (0 unit, 1 action), key (32), u16 idle, u16 blobs, u32 bytes; u32 for each blob; body

Little-endian. `idle` counts the saving jobs since the last one that used it. A record's blobs are numbers of those
above. The version stands in the keys, too, so that an older dunnage never meets a newer manifest.
"""

import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from blake3 import blake3

from dunnage.errors import RemoteDamaged, RemoteFull
from dunnage.model.digest import DIGEST_BYTES, Digest
from dunnage.remote import coding, limits
from dunnage.remote.contract import BlobName, Kind, RecordName

_MAGIC: Final = b"DNGMANI1"
_HEAD: Final = struct.Struct("<8sQ16s")
_COUNTS: Final = struct.Struct("<III")
_PACK: Final = struct.Struct("<HQQ")
_BLOB: Final = struct.Struct(f"<{DIGEST_BYTES}sQHQQH")
_RECORD: Final = struct.Struct("<B32sHHI")
_KINDS: Final[tuple[Kind, ...]] = ("unit", "action")
_KEY: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,512}")
"""What the service takes as a key: no comma, no space, 512 characters."""
_IDLE_MAX: Final = 0xFFFF
_BLOBS_PER_RECORD_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Pack:
    """One entry of the cache that holds blobs."""

    key: str
    size: int
    """In bytes, as it was uploaded."""
    created_s: int


@dataclass(frozen=True, slots=True)
class Where:
    """Where a blob is."""

    pack: str
    """Its key."""
    offset: int
    """Of its zstd frame."""
    length: int
    """Of its zstd frame."""
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, and what it refers to."""

    body: bytes
    blobs: tuple[BlobName, ...] = ()
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a lane holds."""

    packs: Mapping[str, Pack] = field(default_factory=dict)
    """By key, the oldest first."""
    blobs: Mapping[BlobName, Where] = field(default_factory=dict)
    records: Mapping[RecordName, Kept] = field(default_factory=dict)


def encode(manifest: Manifest) -> bytes:
    """Its bytes. What does not fit is left out: the oldest packs, and records that were idle longest. RemoteFull."""
    newest = list(manifest.packs)[-limits.GHA_PACKS_MAX :]
    numbers = {key: number for number, key in enumerate(newest)}
    blobs = [(name, where) for name, where in manifest.blobs.items() if where.pack in numbers]
    places = {name: number for number, (name, _) in enumerate(blobs)}
    parts: list[bytes] = []
    for key in numbers:
        pack, text = manifest.packs[key], key.encode()
        parts += (_PACK.pack(len(text), pack.size, pack.created_s), text)
    for name, where in blobs:
        at = (where.offset, where.length, min(where.idle, _IDLE_MAX))
        parts.append(_BLOB.pack(name.digest, name.size, numbers[where.pack], *at))
    left = limits.GHA_MANIFEST_BYTES_MAX - _COUNTS.size - sum(map(len, parts))
    count = 0
    for record, kept in sorted(manifest.records.items(), key=lambda item: item[1].idle):
        packed = _record(record, kept, places)
        if packed and len(packed) <= left:
            parts.append(packed)
            left -= len(packed)
            count += 1
    if left < 0:
        raise RemoteFull("There are more blobs than a manifest can list.", hint="A smaller `share` helps.")
    return _closed(_COUNTS.pack(len(numbers), len(blobs), count) + b"".join(parts))


def decode(data: bytes) -> Manifest:
    """The manifest of these bytes. RemoteDamaged, whatever they are."""
    plain = _opened(data)
    try:
        packs_n, blobs_n, records_n = _COUNTS.unpack_from(plain)
        if packs_n > limits.GHA_PACKS_MAX:
            raise RemoteDamaged("A manifest lists too many packs.")
        packs, at = _packs(plain, packs_n)
        blobs = _blobs(plain, at, blobs_n, packs)
        records, at = _records(plain, at + blobs_n * _BLOB.size, records_n, list(blobs))
    except (struct.error, UnicodeDecodeError, IndexError):
        raise RemoteDamaged("A manifest is damaged.") from None
    if at != len(plain):
        raise RemoteDamaged("A manifest goes on behind its end.")
    return Manifest({pack.key: pack for pack in packs}, blobs, records)


def _record(name: RecordName, kept: Kept, places: Mapping[BlobName, int]) -> bytes:
    """Nothing where one of its blobs is nowhere: whoever found it would look for them in vain."""
    numbers = [places.get(blob) for blob in kept.blobs]
    if None in numbers or len(numbers) > _BLOBS_PER_RECORD_MAX:
        return b""
    idle = min(kept.idle, _IDLE_MAX)
    head = _RECORD.pack(_KINDS.index(name.kind), name.key, idle, len(numbers), len(kept.body))
    return head + struct.pack(f"<{len(numbers)}I", *numbers) + kept.body


def _closed(plain: bytes) -> bytes:
    file, _ = coding.compressed(io.BytesIO(plain), len(plain))
    with file:
        frame = file.read()
    return _HEAD.pack(_MAGIC, len(plain), blake3(frame).digest(16)) + frame


def _opened(data: bytes) -> bytes:
    if len(data) < _HEAD.size:
        raise RemoteDamaged("A manifest came truncated.")
    magic, size, check = _HEAD.unpack_from(data)
    frame = data[_HEAD.size :]
    if magic != _MAGIC or blake3(frame).digest(16) != check:
        raise RemoteDamaged("A manifest is damaged, or is none.")
    if size > limits.GHA_MANIFEST_BYTES_MAX:
        raise RemoteDamaged("A manifest is larger than it may be.")
    plain = io.BytesIO()
    coding.decompress([frame], plain, size)
    return plain.getvalue()


def _packs(plain: bytes, count: int) -> tuple[list[Pack], int]:
    packs, at = [], _COUNTS.size
    for _ in range(count):
        length, size, created_s = _PACK.unpack_from(plain, at)
        at += _PACK.size + length
        key = plain[at - length : at].decode("ascii")
        if not _KEY.fullmatch(key):
            raise RemoteDamaged("A manifest lists a pack under a name that it cannot have.")
        packs.append(Pack(key, size, created_s))
    return packs, at


def _blobs(plain: bytes, at: int, count: int, packs: list[Pack]) -> dict[BlobName, Where]:
    rows = memoryview(plain)[at : at + count * _BLOB.size]
    if len(rows) != count * _BLOB.size:
        raise RemoteDamaged("A manifest came truncated.")
    blobs = {}
    for digest, size, number, offset, length, idle in _BLOB.iter_unpack(rows):
        pack = packs[number]
        if offset + length > pack.size or size > limits.REMOTE_BLOB_BYTES_MAX:
            raise RemoteDamaged("A manifest names a place that is in no pack.")
        blobs[BlobName(Digest(digest), size)] = Where(pack.key, offset, length, idle)
    if len(blobs) != count:
        raise RemoteDamaged("A manifest names a blob twice.")
    return blobs


def _records(plain: bytes, at: int, count: int, blobs: list[BlobName]) -> tuple[dict[RecordName, Kept], int]:
    records = {}
    for _ in range(count):
        kind, key, idle, refers, length = _RECORD.unpack_from(plain, at)
        at += _RECORD.size
        numbers = struct.unpack_from(f"<{refers}I", plain, at)
        at += 4 * refers + length
        if at > len(plain) or length > limits.REMOTE_RECORD_BYTES_MAX:
            raise RemoteDamaged("A manifest has a record that is larger than it may be.")
        body = plain[at - length : at]
        records[RecordName(_KINDS[kind], key)] = Kept(body, tuple(blobs[each] for each in numbers), idle)
    return records, at
