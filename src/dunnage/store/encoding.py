"""How path sets and action results are written into a row: compact, and with a checksum.

    path set        u32 files, u32 absent, u32 env; then all of them in that order, separated by NUL;
                    with listings or places: u32 0xFFFFFFFF, u32 files, absent, env, listed, places, and all of them
    action result   u32 CRC-32 of what follows;
                    u64 compile_us, i64 created_s, u32 lengths of dep_info, stdout, stderr, unit_name,
                    u32 outputs, u32 bound; dep_info, stdout, stderr, unit_name;
                    outputs: digest (32), u64 size, u8 executable, u32 length of kind, kind;
                    bound: u32 length of name, u32 length of value, name, value

Little-endian; strings are UTF-8 with undecodable bytes as they came (`surrogateescape`). A path set needs no checksum
of its own: the row has its digest. A checksum here is against bits that rot, not against people: 6 microseconds less
than BLAKE3 for 8 kB.
"""

import struct
import zlib
from itertools import islice
from sys import intern
from typing import Final

from blake3 import blake3

from dunnage.errors import StoreError
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import DIGEST_BYTES, Digest
from dunnage.model.path_set import PathSet

CHECK_BYTES: Final = 16
_CRC: Final = struct.Struct("<I")
_COUNTS: Final = struct.Struct("<III")
_ALL_COUNTS: Final = struct.Struct("<IIIIII")
_WITH_LISTINGS: Final = 0xFFFFFFFF
"""Where the first count would be: no body can hold that many strings."""
_HEAD: Final = struct.Struct("<QqIIIIII")
_OUTPUT: Final = struct.Struct(f"<{DIGEST_BYTES}sQBI")
_BOUND: Final = struct.Struct("<II")


class Damaged(Exception):
    """A row's bytes are not what was written."""


def check(data: bytes) -> bytes:
    """The first 16 bytes of the BLAKE3 of `data`."""
    return blake3(data).digest(CHECK_BYTES)


def encode_path_set(paths: PathSet) -> bytes:
    """The row's bytes. StoreError if a string cannot be written."""
    kinds = (paths.files, paths.absent, paths.env, paths.listed, paths.places)
    words = [word for kind in kinds for word in kind]
    text = "\0".join(words)
    if text.count("\0") != max(0, len(words) - 1):
        raise StoreError("A path set with a NUL in a name cannot be stored.")
    counts = [len(kind) for kind in kinds]
    with_listings = paths.listed or paths.places
    head = _ALL_COUNTS.pack(_WITH_LISTINGS, *counts) if with_listings else _COUNTS.pack(*counts[:3])
    return head + _bytes(text)


def decode_path_set(body: bytes, digest: bytes) -> PathSet:
    """The path set of a row. Damaged."""
    if check(body) != digest or len(body) < _COUNTS.size:
        raise Damaged("path set")
    counts: tuple[int, ...] = _COUNTS.unpack_from(body)
    at = _COUNTS.size
    if counts[0] == _WITH_LISTINGS:
        if len(body) < _ALL_COUNTS.size:
            raise Damaged("path set")
        counts, at = _ALL_COUNTS.unpack_from(body)[1:], _ALL_COUNTS.size
    words = body[at:].decode("utf-8", "surrogateescape").split("\0") if any(counts) else []
    if len(words) != sum(counts):
        raise Damaged("path set")
    # Path sets are kept in memory, and those of a project have most of their paths in common.
    left = map(intern, words)
    return PathSet(*(tuple(islice(left, count)) for count in counts))


def encode_result(result: ActionResult) -> bytes:
    """The row's bytes. StoreError if a part cannot be written."""
    name = _bytes(result.unit_name)
    try:
        parts: list[bytes] = [
            _HEAD.pack(
                result.compile_us,
                result.created_s,
                *(len(part) for part in (result.dep_info, result.stdout, result.stderr, name)),
                len(result.outputs),
                len(result.bound),
            ),
            result.dep_info,
            result.stdout,
            result.stderr,
            name,
        ]
        for output in result.outputs:
            kind = _bytes(output.kind)
            parts += (_OUTPUT.pack(output.digest, output.size, output.executable, len(kind)), kind)
    except struct.error as error:
        raise StoreError(f"A result cannot be stored: {error}.") from None
    payload = b"".join(parts) + encode_bound(result.bound)
    return _CRC.pack(zlib.crc32(payload)) + payload


def encode_bound(bound: tuple[tuple[str, str], ...]) -> bytes:
    """What a result is bound to, as bytes: the same for the same pairs in the same order. StoreError."""
    parts: list[bytes] = []
    for name, value in bound:
        one, other = _bytes(name), _bytes(value)
        parts += (_BOUND.pack(len(one), len(other)), one, other)
    return b"".join(parts)


def decode_result(body: bytes) -> ActionResult:
    """The action result of a row. Damaged."""
    payload = body[_CRC.size :]
    if body[: _CRC.size] != _CRC.pack(zlib.crc32(payload)) or len(payload) < _HEAD.size:
        raise Damaged("result")
    compile_us, created_s, *lengths, outputs_n, bound_n = _HEAD.unpack_from(payload)
    at = _HEAD.size
    texts = []
    for length in lengths:
        texts.append(payload[at : at + length])
        at += length
    outputs = []
    for _ in range(outputs_n):
        digest, size, executable, length = _OUTPUT.unpack_from(payload, at)
        at += _OUTPUT.size
        outputs.append(StoredFile(_text(payload[at : at + length]), Digest(digest), size, bool(executable)))
        at += length
    bound = []
    for _ in range(bound_n):
        one, other = _BOUND.unpack_from(payload, at)
        at += _BOUND.size
        bound.append((_text(payload[at : at + one]), _text(payload[at + one : at + one + other])))
        at += one + other
    return ActionResult(
        outputs=tuple(outputs),
        dep_info=texts[0],
        stdout=texts[1],
        stderr=texts[2],
        bound=tuple(bound),
        compile_us=compile_us,
        created_s=created_s,
        unit_name=_text(texts[3]),
    )


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise StoreError(f"A string cannot be stored: {error}.") from None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
