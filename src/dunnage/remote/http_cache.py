"""`http://`, `https://`: a cache as Bazel's HTTP clients know it (bazel-remote, nginx with `dav_methods PUT`).

    GET PUT HEAD  <base>/ac/<64 hex digits of the key>       a record
    GET PUT HEAD  <base>/cas/<SHA-256 of the plain bytes>    a blob

bazel-remote looks into both: under `/ac/` it keeps nothing but an ActionResult, and gives one out only while the files
that it names are there; under `/cas/` the bytes must be those of the name. So a record travels as an ActionResult that
names its blobs with both of their digests, and what a blob is called there is remembered from the records that went
by. A blob that no record told of is not there.

Blobs travel as zstd frames where the server says that it can (`Content-Encoding`), else plain.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Final

from blake3 import blake3

from dunnage.errors import RemoteDamaged
from dunnage.model.digest import Digest
from dunnage.remote import limits
from dunnage.remote.action_result import (
    ACTION_RESULT_BYTES_MAX,
    ActionResult,
    FileDigest,
    OutputFile,
    decode,
    encode,
)
from dunnage.remote.coding import Bounded, compressed, decompress
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.crew import Crew
from dunnage.remote.damaged import Damaged
from dunnage.remote.http_client import Answer, HttpClient
from dunnage.remote.http_url import client_of
from dunnage.remote.known_names import KnownNames
from dunnage.remote.record_frames import joined
from dunnage.remote.url import RemoteUrl

_EMPTY: Final = Digest(blake3().digest())
_EMPTY_PATH: Final = f"/cas/{hashlib.sha256().hexdigest()}"
_PIECE_BYTES: Final = 256 * 1024


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> "HttpCacheBackend":
    """The backend of `http://host/base` or `https://host/base`."""
    return HttpCacheBackend(client_of(url, environ))


class HttpCacheBackend:
    """Records under `/ac/`, blobs under `/cas/`."""

    traits = Traits()

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._crew = Crew()
        self._names = KnownNames()
        self._damaged = Damaged()
        self._lock = threading.Lock()
        self._takes_zstd: bool | None = None

    def check(self) -> None:
        """Ask for the empty blob: whether it is there does not matter."""
        self._ask_for_zstd()

    # --- records ----------------------------------------------------------------------------------

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that are there; from now on it is known where their blobs are."""
        return self._crew.found(self._get_record, names)

    def _get_record(self, name: RecordName) -> bytes | None:
        message = self._small(f"/ac/{name.key.hex()}", ACTION_RESULT_BYTES_MAX)
        if message is None:
            return None
        result = decode(message)
        self._names.heard(result.files)
        if not result.body and result.moved is not None:
            return self._small(f"/cas/{result.moved.hash}", limits.REMOTE_RECORD_BYTES_MAX)
        if len(result.body) > limits.REMOTE_RECORD_BYTES_MAX:
            raise RemoteDamaged("A record came that is larger than any of ours.")
        return result.body

    def _small(self, path: str, most: int) -> bytes | None:
        with self._client.get(path) as answer:
            if answer is None:
                return None
            if _encoding(answer):
                raise RemoteDamaged("A record came in an encoding that nobody asked for.")
            return joined(answer.pieces(), most)

    def put_records(self, records: Sequence[Record]) -> None:
        """One PUT each. A blob whose name is not known (it was put by nobody here) is not named."""
        self._crew.each(self._put_record, records)

    def _put_record(self, record: Record) -> None:
        names = ((blob, self._names.sure(blob.digest)) for blob in record.blobs)
        files = tuple(
            OutputFile(blob.digest.hex(), FileDigest(name.hex(), blob.size)) for blob, name in names if name
        )
        message = encode(ActionResult(record.body, files))
        self._put(f"/ac/{record.name.key.hex()}", io.BytesIO(message), len(message))

    # --- blobs ------------------------------------------------------------------------------------

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """HEAD for each that was put from here; the others would have to be put, if only to know their names."""
        there = self._crew.found(self._has_blob, blobs)
        return [blob for blob in blobs if blob not in there]

    def _has_blob(self, blob: BlobName) -> bool:
        name = self._names.sure(blob.digest)
        return name is not None and blob not in self._damaged and self._client.has(f"/cas/{name.hex()}")

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Those that are there, and of which a record told."""
        return set(self._crew.found(lambda blob: self._get_blob(blob, into), blobs))

    def _get_blob(self, blob: BlobName, into: Callable[[BlobName], BinaryIO]) -> bool:
        name = self._names.likely(blob.digest)
        if name is None:
            return False
        with self._client.get(f"/cas/{name.hex()}", Accept_Encoding="zstd") as answer:
            if answer is None:
                return False
            try:
                _open(answer, into(blob), blob.size)
            except RemoteDamaged:
                self._damaged.note(blob)
                raise
        return True

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Put these anew when they come."""
        self._damaged.note(*blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """One PUT each, several at once. Each is read twice: its name there is a digest of its bytes."""
        self._crew.each(self._put_blob, blobs)

    def _put_blob(self, blob: BlobSource) -> None:
        with blob.open() as plain:
            name = _sha256_of(plain)
        path = f"/cas/{name.hex()}"
        size = blob.name.size
        with blob.open() as plain:
            if blob.name.digest != _EMPTY and self._ask_for_zstd():
                frame, length = compressed(plain, size)
                with frame:
                    self._put(path, frame, length, Content_Encoding="zstd", X_Digest_SizeBytes=str(size))
            else:
                self._put(path, plain, size)
        self._names.saw(blob.name.digest, name)
        self._damaged.forget(blob.name)

    def _put(self, path: str, file: BinaryIO, size: int, **headers: str) -> None:
        status = self._client.put(path, file, size, **headers)
        if status >= 300:
            raise self._client.refused(status)

    def _ask_for_zstd(self) -> bool:
        """Whether the server takes blobs as zstd frames, asked once: bazel-remote, which does, always has the empty
        blob, and gives it so. A server in front that compresses everything leaves empty bodies alone.
        """
        with self._lock:
            known = self._takes_zstd
        if known is None:
            with self._client.get(_EMPTY_PATH, Accept_Encoding="zstd") as answer:
                known = answer is not None and _encoding(answer) == "zstd"
            with self._lock:
                self._takes_zstd = known
        return known

    def flush(self) -> None:
        """Others see what was put at once."""

    def close(self) -> None:
        """Give back threads and connections."""
        self._crew.close()
        self._client.close()


def _open(answer: Answer, target: BinaryIO, size: int) -> None:
    """Write the plain bytes of a blob. RemoteDamaged."""
    encoding = _encoding(answer)
    if encoding == "zstd":
        decompress(answer.pieces(), target, size)
        return
    if encoding:
        raise RemoteDamaged("A blob came in an encoding that nobody asked for.")
    bounded = Bounded(target, size)
    for piece in answer.pieces():
        bounded.write(piece)
    bounded.end()


def _sha256_of(file: BinaryIO) -> bytes:
    hasher = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        hasher.update(piece)
    return hasher.digest()


def _encoding(answer: Answer) -> str:
    """How a body is encoded; empty where it is not."""
    encoding = answer.header("Content-Encoding").strip().lower()
    return "" if encoding == "identity" else encoding
