"""What our blobs are called on a server: as here where its digest is BLAKE3, else as far as it is known."""

from collections.abc import Iterable

from dunnage.remote.action_result import OutputFile
from dunnage.remote.contract import BlobName
from dunnage.remote.known_names import KnownNames
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.messages import CasDigest


class Names:
    """Names of blobs there. Thread-safe."""

    def __init__(self) -> None:
        self._known = KnownNames()

    def sure(self, blob: BlobName, can: Capabilities) -> CasDigest | None:
        """The name of a blob that we hashed ourselves: a record of ours may say it."""
        return _called(blob, blob.digest if can.is_blake3 else self._known.sure(blob.digest))

    def likely(self, blob: BlobName, can: Capabilities) -> CasDigest | None:
        """The name of a blob as far as anybody said: good enough to ask for it, since what comes is checked."""
        return _called(blob, blob.digest if can.is_blake3 else self._known.likely(blob.digest))

    def saw(self, blob: BlobName, there: CasDigest, can: Capabilities) -> None:
        """We hashed that blob, and this is its name."""
        if not can.is_blake3:
            self._known.saw(blob.digest, bytes.fromhex(there.hash))

    def heard(self, files: Iterable[OutputFile], can: Capabilities) -> None:
        """A record names these blobs; what is no name is left out."""
        if not can.is_blake3:
            self._known.heard(files)


def _called(blob: BlobName, name: bytes | None) -> CasDigest | None:
    return None if name is None else CasDigest(name.hex(), blob.size)
