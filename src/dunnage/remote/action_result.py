"""A record as an `ActionResult` of the Remote Execution API, the only thing that strict servers keep under `/ac/`.

    ActionResult    2  output_files   repeated OutputFile     the blobs that a record refers to
                    5  stdout_raw     bytes                   the record's body
                    6  stdout_digest  Digest                  where a server moved the body into its CAS
    OutputFile      1  path           string                  the BLAKE3 of the blob in hex
                    2  digest         Digest
    Digest          1  hash           string                  in the server's digest function, lower-case hex
                    2  size_bytes     int64

(`build/bazel/remote/execution/v2/remote_execution.proto`; all other fields are skipped.) That the blobs are named lets
servers keep them as long as the record, and tells a reader what a blob is called there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits

ACTION_RESULT_BYTES_MAX: Final = limits.REMOTE_RECORD_BYTES_MAX + 256 * limits.REMOTE_BLOBS_PER_RECORD_MAX
"""The largest message that is read: a body and as many files, each with two digests in hex of at most 64 bytes."""

_HEX: Final = re.compile(r"[0-9a-f]{32,128}")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX: Final = 10
_SIZE_MAX: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a blob is called in a server's CAS."""

    hash: str
    """Lower-case hex."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A blob that a record refers to."""

    path: str
    """Its name of ours: the BLAKE3 in hex. Whatever a server says, so it is looked at before it is used."""
    digest: FileDigest


@dataclass(frozen=True, slots=True)
class ActionResult:
    """A record with the blobs that it refers to."""

    body: bytes
    files: tuple[OutputFile, ...] = ()
    moved: FileDigest | None = None
    """Where the body is, if the server moved it: then `body` may be empty."""


def encode(result: ActionResult) -> bytes:
    """The message."""
    files = (
        _field(2, _field(1, file.path.encode()) + _field(2, _digest(file.digest))) for file in result.files
    )
    body = _field(5, result.body) if result.body else b""
    moved = _field(6, _digest(result.moved)) if result.moved else b""
    return b"".join(files) + body + moved


def decode(message: bytes) -> ActionResult:
    """What a server's message says. RemoteDamaged: it is no ActionResult, or one larger than ours can be."""
    body, moved, files = b"", None, []
    for number, value in _fields(message):
        if number == 2:
            files.append(_output_file(_bytes(value)))
            if len(files) > limits.REMOTE_BLOBS_PER_RECORD_MAX:
                raise RemoteDamaged("An action result names more files than any of ours.")
        elif number == 5:
            body = _bytes(value)
        elif number == 6:
            moved = _digest_of(_bytes(value))
    return ActionResult(body, tuple(files), moved)


def varint(number: int) -> bytes:
    """A number from 0 to 2^64-1, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | _BYTES) + varint(len(data)) + data


def _digest(digest: FileDigest) -> bytes:
    size = varint(2 << 3 | _VARINT) + varint(digest.size) if digest.size else b""
    return _field(1, digest.hash.encode()) + size


def _output_file(message: bytes) -> OutputFile:
    path, digest = "", None
    for number, value in _fields(message):
        if number == 1:
            path = _text(value)
        elif number == 2:
            digest = _digest_of(_bytes(value))
    if digest is None:
        raise RemoteDamaged("An action result has a file without a digest.")
    return OutputFile(path, digest)


def _digest_of(message: bytes) -> FileDigest:
    name, size = "", 0
    for number, value in _fields(message):
        if number == 1:
            name = _text(value)
        elif number == 2:
            if not isinstance(value, int) or value > _SIZE_MAX:
                raise RemoteDamaged("An action result has a size that is none.")
            size = value
    if not _HEX.fullmatch(name):
        raise RemoteDamaged("An action result has a digest that is none.")
    return FileDigest(name, size)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: their numbers, and their values as far as their wire type says what they are."""
    at = 0
    while at < len(message):
        tag, at = _varint_at(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint_at(message, at)
            yield number, value
            continue
        if wire == _BYTES:
            length, at = _varint_at(message, at)
        elif wire in {_FIXED32, _FIXED64}:
            length = 4 if wire == _FIXED32 else 8
        else:
            raise RemoteDamaged("An action result has a field of a type that is none.")
        if not number or length > len(message) - at:
            raise RemoteDamaged("An action result came truncated.")
        yield number, message[at : at + length]
        at += length


def _varint_at(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    number = 0
    for index, byte in enumerate(message[at : at + _VARINT_BYTES_MAX]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if number >> 64:
                break
            return number, at + index + 1
    raise RemoteDamaged("An action result has a number that does not end.")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise RemoteDamaged("An action result has a number where bytes belong.")
    return value


def _text(value: int | bytes) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError:
        raise RemoteDamaged("An action result has a name that is no text.") from None
