"""`redis://`, `rediss://`, `redis+unix://`: records and blobs as strings of a Redis server.

    <prefix>v1:unit:<64 hex>                 a record: a zstd frame
    <prefix>v1:action:<64 hex>               the same
    <prefix>v1:blob:<64 hex of its BLAKE3>   a blob: u32 pieces (little-endian), 8 bytes id; the first piece
    <prefix>v1:blob:<64 hex>:<id>:<number>   its other pieces, from 1 on; `id` in hex

A string may have 512 MB at most, and a server stands still while it takes or gives one; so a frame is cut into pieces
of 8 MiB. The first is written last: who finds it finds all, unless some were evicted, and then the blob is not there.
`id` is made of the frame, so that pieces of two writers are never mixed.

Many at once travel as pipelines of bounded size. Everything is read with GETRANGE, which bounds what comes.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, TypeVar

from blake3 import blake3
from redis import Redis
from redis.exceptions import RedisError

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.coding import compressed, decompress
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.crew import Crew
from dunnage.remote.damaged import Damaged
from dunnage.remote.record_frames import FRAME_BYTES_MAX, packed, unpacked
from dunnage.remote.redis_trouble import meant_by
from dunnage.remote.redis_url import client_of
from dunnage.remote.url import RemoteUrl

_HEAD: Final = struct.Struct("<I8s")
_PIECES_MAX: Final = limits.REMOTE_BLOB_BYTES_MAX // limits.REMOTE_REDIS_PIECE_BYTES + 2
_NAMES_PER_PIPELINE: Final = 256

Item = TypeVar("Item")


class _Evicted(Exception):
    """A piece is not there any more."""


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> "RedisBackend":
    """The backend of such a URL."""
    where = f"The Redis server {url.path if url.variant else f'{url.scheme}://{url.host}:{url.port or 6379}'}"
    prefix = url.options.get("prefix", "dunnage:")
    return RedisBackend(client_of(url, environ), where, prefix=prefix, ttl_s=url.number("ttl_s", 0))


class RedisBackend:
    """Records and blobs of one prefix."""

    traits = Traits()

    def __init__(self, client: Redis, where: str, *, prefix: str = "", ttl_s: int = 0) -> None:
        """`ttl_s`: after how long the server forgets something; 0 for never of itself."""
        self._client = client
        self._where = where
        self._prefix = prefix
        self._ttl_s = ttl_s or None
        self._crew = Crew()
        self._damaged = Damaged()

    def check(self) -> None:
        """Ask for a name that is most likely not there."""
        self._ask([("GETRANGE", f"{self._prefix}v1:check", 0, 0)])

    # --- records ----------------------------------------------------------------------------------

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that are there."""
        batches = _batches(names, lambda _: limits.REMOTE_RECORD_BYTES_MAX // 4)
        found: dict[RecordName, bytes] = {}
        for some in self._crew.each(self._get_some_records, batches):
            found.update(some)
        return found

    def _get_some_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        # One byte more than a frame may have, so that a longer one is seen to be one.
        frames = self._ask([("GETRANGE", self._name(name), 0, FRAME_BYTES_MAX) for name in names])
        return {name: unpacked(frame) for name, frame in zip(names, frames, strict=True) if frame}

    def put_records(self, records: Sequence[Record]) -> None:
        """Set them."""
        self._crew.each(self._put_some_records, _batches(records, lambda record: len(record.body)))

    def _put_some_records(self, records: Sequence[Record]) -> None:
        self._ask([self._set(self._name(record.name), packed(record.body)) for record in records])

    # --- blobs ------------------------------------------------------------------------------------

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Ask for their first pieces."""
        there: list[int] = []
        for some in self._crew.each(self._has_some_blobs, _batches(blobs, lambda _: 0)):
            there += some
        return [
            blob for blob, is_there in zip(blobs, there, strict=True) if not is_there or blob in self._damaged
        ]

    def _has_some_blobs(self, blobs: Sequence[BlobName]) -> list[int]:
        return self._ask([("EXISTS", self._blob(blob)) for blob in blobs])

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Those that are there, with all of their pieces."""
        each = list(dict.fromkeys(blobs))
        batches = _batches(each, lambda blob: min(blob.size, limits.REMOTE_REDIS_PIECE_BYTES))
        found: set[BlobName] = set()
        for some in self._crew.each(lambda batch: self._get_some_blobs(batch, into), batches):
            found |= some
        return found

    def _get_some_blobs(
        self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]
    ) -> set[BlobName]:
        values = self._ask([("GETRANGE", self._blob(blob), 0, _first_end(blob.size)) for blob in blobs])
        return {
            blob
            for blob, value in zip(blobs, values, strict=True)
            if value and self._open_blob(blob, value, into)
        }

    def _open_blob(self, blob: BlobName, value: bytes, into: Callable[[BlobName], BinaryIO]) -> bool:
        """Whether all of its pieces are there, and were written."""
        try:
            count, frame_id = _head_of(value)
            decompress(self._pieces(blob, value[_HEAD.size :], frame_id, count), into(blob), blob.size)
        except _Evicted:
            self._damaged.note(blob)
            return False
        except RemoteDamaged:
            self._damaged.note(blob)
            raise
        return True

    def _pieces(self, blob: BlobName, first: bytes, frame_id: bytes, count: int) -> Iterator[bytes]:
        yield first
        for number in range(1, count):
            name = self._piece(blob, frame_id, number)
            [piece] = self._ask([("GETRANGE", name, 0, limits.REMOTE_REDIS_PIECE_BYTES - 1)])
            if not piece:
                raise _Evicted
            yield piece

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Put these anew when they come."""
        self._damaged.note(*blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Set them, small ones many at once."""
        self._crew.each(self._put_some_blobs, _batches(blobs, lambda blob: blob.name.size))

    def _put_some_blobs(self, blobs: Sequence[BlobSource]) -> None:
        if len(blobs) == 1:
            self._put_blob(blobs[0])
            return
        commands = []
        for blob in blobs:
            with blob.open() as plain:
                frame, _ = compressed(plain, blob.name.size)
            with frame:
                data = frame.read()
            commands.append(self._set(self._blob(blob.name), _HEAD.pack(1, _id_of([data])) + data))
        self._ask(commands)
        for blob in blobs:
            self._damaged.forget(blob.name)

    def _put_blob(self, blob: BlobSource) -> None:
        """Piece by piece, the first one last."""
        with blob.open() as plain:
            frame, size = compressed(plain, blob.name.size)
        with frame:
            frame_id = _id_of(_read_in_pieces(frame))
            frame.seek(0)
            first = frame.read(limits.REMOTE_REDIS_PIECE_BYTES)
            for number, piece in enumerate(_read_in_pieces(frame), 1):
                self._ask([self._set(self._piece(blob.name, frame_id, number), piece)])
        pieces = max(1, -(-size // limits.REMOTE_REDIS_PIECE_BYTES))
        self._ask([self._set(self._blob(blob.name), _HEAD.pack(pieces, frame_id) + first)])
        self._damaged.forget(blob.name)

    def flush(self) -> None:
        """Others see what was put at once."""

    def close(self) -> None:
        """Give back threads and connections."""
        self._crew.close()
        try:
            self._client.connection_pool.disconnect()
        except (RedisError, OSError):
            pass

    # --- names and commands -----------------------------------------------------------------------

    def _name(self, name: RecordName) -> str:
        return f"{self._prefix}v1:{name.kind}:{name.key.hex()}"

    def _blob(self, blob: BlobName) -> str:
        return f"{self._prefix}v1:blob:{blob.digest.hex()}"

    def _piece(self, blob: BlobName, frame_id: bytes, number: int) -> str:
        return f"{self._blob(blob)}:{frame_id.hex()}:{number}"

    def _set(self, name: str, value: bytes) -> tuple[Any, ...]:
        return ("SET", name, value) if self._ttl_s is None else ("SET", name, value, "EX", self._ttl_s)

    def _ask(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands in one pipeline; their answers."""
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
                answers = pipeline.execute()
        except RedisError as error:
            raise meant_by(error, self._where) from error
        except (ValueError, RecursionError) as error:  # of redis-py's parser, over what is no number
            raise RemoteDamaged(f"{self._where} does not answer as Redis does.") from error
        kind = int if commands[0][0] == "EXISTS" else bytes if commands[0][0] == "GETRANGE" else object
        if len(answers) != len(commands) or not all(isinstance(answer, kind) for answer in answers):
            raise RemoteDamaged(f"{self._where} does not answer as Redis does.")
        return answers


def _first_end(size: int) -> int:
    """Where the first value of a blob of that size ends at the latest, as GETRANGE counts: so that a pipeline for small
    blobs stays small, whatever is under their names. (A frame is larger by a 256th at most, `ZSTD_compressBound`.)
    """
    return _HEAD.size + min(limits.REMOTE_REDIS_PIECE_BYTES, size + size // 128 + 1024) - 1


def _head_of(value: bytes) -> tuple[int, bytes]:
    """How many pieces a blob has, and their id. RemoteDamaged."""
    if len(value) < _HEAD.size:
        raise RemoteDamaged("A blob came truncated.")
    count, frame_id = _HEAD.unpack_from(value)
    if not 1 <= count <= _PIECES_MAX:
        raise RemoteDamaged("A blob came damaged: it has no number of pieces that can be.")
    return count, frame_id


def _batches(items: Sequence[Item], bytes_of: Callable[[Item], int]) -> list[list[Item]]:
    """Items in their order, as many together as fit into a pipeline."""
    batches: list[list[Item]] = []
    left = 0
    for item in items:
        size = bytes_of(item)
        if not batches or size > left or len(batches[-1]) == _NAMES_PER_PIPELINE:
            batches.append([])
            left = limits.REMOTE_REDIS_PIECE_BYTES
        batches[-1].append(item)
        left -= size
    return batches


def _read_in_pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(limits.REMOTE_REDIS_PIECE_BYTES), b"")


def _id_of(pieces: Iterable[bytes]) -> bytes:
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest(8)
