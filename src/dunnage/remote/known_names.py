"""What blobs are called where another digest function names them: remembered from records, and from what was put."""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from dunnage.model.digest import Digest
from dunnage.remote import limits
from dunnage.remote.action_result import OutputFile

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class _Known(NamedTuple):
    name: bytes
    is_seen: bool
    """Whether we hashed the bytes ourselves; else a record said so."""


class KnownNames:
    """BLAKE3 → SHA-256, the last used ones. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: OrderedDict[Digest, _Known] = OrderedDict()

    def likely(self, digest: Digest) -> bytes | None:
        """The SHA-256 of a blob, as far as anybody said: good enough to ask for it, since what comes is checked."""
        with self._lock:
            known = self._names.get(digest)
            if known is None:
                return None
            self._names.move_to_end(digest)
            return known.name

    def sure(self, digest: Digest) -> bytes | None:
        """The SHA-256 of a blob that was hashed here: what a record of ours may say, lest a wrong one spread."""
        with self._lock:
            known = self._names.get(digest)
            return known.name if known is not None and known.is_seen else None

    def saw(self, digest: Digest, name: bytes) -> None:
        """We hashed the bytes."""
        self._keep(digest, _Known(name, is_seen=True))

    def heard(self, files: Iterable[OutputFile]) -> None:
        """A record says so, which may be wrong, and never takes the place of what was seen. It may say
        anything: what is no name is left out.
        """
        for file in files:
            if is_hash(file.path) and is_hash(file.digest.hash):
                known = _Known(bytes.fromhex(file.digest.hash), is_seen=False)
                self._keep(Digest(bytes.fromhex(file.path)), known)

    def _keep(self, digest: Digest, known: _Known) -> None:
        with self._lock:
            before = self._names.get(digest)
            if before is None or known.is_seen or not before.is_seen:
                self._names[digest] = known
            self._names.move_to_end(digest)
            if len(self._names) > limits.REMOTE_NAMES_REMEMBERED_MAX:
                self._names.popitem(last=False)


def is_hash(text: str) -> bool:
    """Whether it is a digest as we and servers write them."""
    return _DIGEST.fullmatch(text) is not None
