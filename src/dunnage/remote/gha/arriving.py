"""One pack on its way: it is read from the front into a temporary file, and each of its blobs can be had as soon as it
has arrived. One that is far ahead of the stream is fetched on its own.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, Literal

from blake3 import blake3

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteUnavailable
from dunnage.remote import coding, limits
from dunnage.remote.contract import BlobName, Sink
from dunnage.remote.gha.azure import Address, Download, Gone, Window
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Pack, Where
from dunnage.remote.gha.packs import HEADER_BYTES, Packed, Scanner, parse_header

State = Literal["waiting", "coming", "there", "damaged", "gone", "failed"]
"""`damaged`: what came whole can be had, the rest never comes. `failed`: it may come another time."""

_READ_BYTES: Final = 256 * 1024
_ATTEMPTS_MAX: Final = 3


class Arriving:
    """A pack that is fetched, or that this job made itself."""

    def __init__(self, pack: Pack, address: Address, http: Http) -> None:
        self.pack = pack
        self.state: State = "waiting"
        self.error: RemoteError | None = None
        """Why it failed."""
        self.attempts = 0
        self._changed = threading.Condition()
        self._http = http
        self._address = address
        self._download = Download(http, address)
        self._scanner = Scanner()
        self._found: dict[BlobName, Packed] = {}
        self._file: BinaryIO | None = None
        self._closed = False
        self._readers = 0
        self._retired = False

    def own(self, file: BinaryIO, objects: list[Packed]) -> "Arriving":
        """It need not be fetched: this is its file, which is closed with it."""
        self._file = file
        self._found = {each.name: each for each in objects}
        self._become("there")
        return self

    def run(self) -> None:
        """Fetch it, or what is still lacking of it. Never raises: `state` and `error` say how it ended."""
        try:
            if not self._begun():
                return
            for piece in self._download.pieces(self._scanner.at):
                self._take(piece)
            self._scanner.end()
            self._become("there")
        except Gone:
            self._become("gone")
        except RemoteDamaged:
            self._become("damaged")
        except RemoteError as error:
            self._become("failed", error)
        except (OSError, ValueError) as error:  # no room for it, or it was closed meanwhile
            self._become("failed", RemoteUnavailable(f"A pack cannot be kept here: {error}."))

    def restarted(self) -> bool:
        """Whether, having failed, it waits to be run again: a few times, where that may help."""
        with self._changed:
            may_help = isinstance(self.error, RemoteBusy | RemoteUnavailable)
            if self.state != "failed" or self._closed or not may_help or self.attempts >= _ATTEMPTS_MAX:
                return False
            self.state, self.error = "waiting", None
            return True

    def get(self, blob: BlobName, where: Where, target: BinaryIO, until_s: float) -> bool:
        """Write a blob, once it has arrived; False where it never will. `until_s` by `time.monotonic`.

        Raises:
            RemoteError: it may be there another time.
            RemoteDamaged: what arrived is not that blob.
        """
        with self._reading():
            return self._get(blob, where, target, until_s)

    def wait(self, until_s: float) -> None:
        """Wait until it has arrived or cannot, no longer than that."""
        with self._changed:
            while self.state in {"waiting", "coming"} and self._wait(until_s):
                pass

    def arriving(self) -> Iterator[Packed]:
        """What is in it, in its order, each as soon as it has arrived, until no more comes."""
        at = 0
        while True:
            with self._changed:
                while at == len(self._found) and self.state in {"waiting", "coming"}:
                    self._changed.wait()
                found = list(self._found.values())[at:]
            if not found:
                return
            yield from found
            at += len(found)

    def write(self, packed: Packed, target: Sink) -> None:
        """Write a blob that has arrived. RemoteUnavailable: it was closed meanwhile; RemoteDamaged."""
        with self._reading():
            _write(self._frame(packed), target, packed.name)

    def frame(self, blob: BlobName) -> tuple[BinaryIO, Packed] | None:
        """The file with a blob's zstd frame and where in it, if it has arrived."""
        with self._changed:
            packed = self._found.get(blob)
        return (self._file, packed) if packed is not None and self._file is not None else None

    def retire(self) -> None:
        """Nobody will ask for it any more: close it, after whoever is still reading."""
        with self._changed:
            self._retired = True
            is_read = self._readers > 0
        if not is_read:
            self.close()

    def close(self) -> None:
        """Break off, and give the file back."""
        with self._changed:
            self._closed = True
            if self._file is not None:
                self._file.close()
        self._download.abort()
        self._become("failed")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Meanwhile its file stays open."""
        with self._changed:
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                is_last = self._retired and not self._readers
            if is_last:
                self.close()

    def _get(self, blob: BlobName, where: Where, target: BinaryIO, until_s: float) -> bool:
        may_jump = True
        while True:
            with self._changed:
                if self._closed and self._retired:
                    return False
                packed = self._found.get(blob)
                if packed is None and self.state in {"there", "damaged", "gone"}:
                    return False
                if packed is None and self.error is not None:
                    raise self.error
                far = may_jump and packed is None and self._is_far(where)
                if packed is None and not far and not self._wait(until_s):
                    raise RemoteUnavailable(f"A blob did not arrive within {limits.GHA_WAIT_S} seconds.")
            if packed is not None:
                _write(self._frame(packed), target, blob)
                return True
            if far:
                may_jump = False
                with tempfile.SpooledTemporaryFile(limits.REMOTE_IN_MEMORY_BYTES_MAX) as spool:
                    if self._jumped(blob, where, spool):  # type: ignore[arg-type]
                        _write(iter(lambda: spool.read(_READ_BYTES), b""), target, blob)
                        return True

    def _begun(self) -> bool:
        """Whether there is a file to fetch it into; there is none any more once it was closed."""
        with self._changed:
            if self._closed:
                return False
            self.attempts += 1
            self.state = "coming"
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="dunnage-pack-", buffering=0)  # noqa: SIM115
            return True

    def _take(self, piece: bytes) -> None:
        if self._file is None or self._scanner.at + len(piece) > self.pack.size:
            raise RemoteDamaged("A pack is larger than its manifest says.")
        self._file.seek(self._scanner.at)  # a full disk may have taken half a piece before
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]
        for packed in self._scanner.feed(piece):
            with self._changed:
                self._found.setdefault(packed.name, packed)
                self._changed.notify_all()

    def _become(self, state: State, error: RemoteError | None = None) -> None:
        with self._changed:
            if self._closed:
                state, error = "failed", RemoteUnavailable("The remote was closed.")
            self.state, self.error = state, error
            self._changed.notify_all()

    def _wait(self, until_s: float) -> bool:
        """Wait for something to arrive; whether there was time to."""
        left_s = until_s - time.monotonic()
        return left_s > 0 and (self._changed.wait(left_s) or time.monotonic() < until_s)

    def _is_far(self, where: Where) -> bool:
        """Whether to fetch a blob on its own: the stream, which uses the same URL, is far from it."""
        return where.offset - self._scanner.at > limits.GHA_JUMP_BYTES

    def _jumped(self, blob: BlobName, where: Where, spool: BinaryIO) -> bool:
        """Fetch a blob's frame by what the manifest says of its place; False where that did not work."""
        start, length = where.offset - HEADER_BYTES, HEADER_BYTES + where.length
        try:
            head = b""
            for piece in Download(self._http, self._address).pieces(start, length):
                lacking = HEADER_BYTES - len(head)
                head += piece[: max(0, lacking)]
                spool.write(piece[max(0, lacking) :])
            spool.seek(0)
            return parse_header(head) == (blob, where.length)
        except (RemoteError, OSError):
            return False  # it comes with the stream, or the stream says why not

    def _frame(self, packed: Packed) -> Iterator[bytes]:
        """A zstd frame in pieces, out of the file."""
        try:
            if self._file is None:
                return
            yield from Window(self._file, packed.offset, packed.length).pieces()
        except (OSError, ValueError):
            raise RemoteUnavailable("The remote was closed.") from None


class _Hashing:
    """A file that knows the digest of what was written to it."""

    def __init__(self, target: Sink) -> None:
        self._target = target
        self.hasher = blake3()

    def write(self, data: bytes | memoryview) -> int:
        """Write on."""
        self.hasher.update(data)
        return self._target.write(data)


def _write(pieces: Iterator[bytes], target: Sink, blob: BlobName) -> None:
    """Write the plain bytes of a frame. RemoteDamaged: they are not that blob.

    Whoever asked looks at the digest as well; here it decides whether the blob is put anew.
    """
    hashing = _Hashing(target)
    coding.decompress(pieces, hashing, blob.size)  # type: ignore[arg-type]
    if hashing.hasher.digest() != blob.digest:
        raise RemoteDamaged("A blob came damaged: it has another digest.")
