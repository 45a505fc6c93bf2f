"""The digest memo: digests of files by what `stat` says of them, so that a lookup reads no file twice.

The key is the whole stat record; a file on an anonymous device (major 0: overlay, tmpfs, fuse, network, btrfs) counts
for one mount namespace only, because such device numbers are used again. Whether a record may be trusted at all (a file
that has just been written may be written again with the same stamp) is the caller's business.
"""

import os
import threading
from typing import Final

from dunnage import limits
from dunnage.model.digest import Digest
from dunnage.model.view import StatRecord, exists
from dunnage.store.cache import Generations
from dunnage.store.database import Database

_NAMESPACE_BYTES: Final = 8
_DEV: Final = slice(8, 16)
"""Where a record has its device (`model.view.STAT`)."""


class Memo:
    """Digests by stat record: in memory, and behind that in the database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: Generations[Digest] = Generations(limits.MEMO_CACHED_MAX)
        self._lock = threading.Lock()
        self._pending: dict[bytes, Digest] = {}

    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        """The digest of the file with this record, None where it is not known. StoreError."""
        found = self._cached.young.get(record)  # Sixty of these in a hit: the shortest way first.
        if found is not None:
            return found  # Anonymous devices are never kept under the bare record.
        key = memo_key(record, namespace)
        if key is None:
            return None
        return self._cached.get(key) or self._pending.get(key) or self._load(key)

    def _load(self, key: bytes) -> Digest | None:
        rows = self._database.query(
            "SELECT digest, (SELECT max(id) FROM memo) - id FROM memo WHERE key = ?", (key,)
        )
        if not rows:
            return None
        digest = Digest(rows[0][0])
        self._cached.put(key, digest)
        if rows[0][1] > limits.MEMO_ENTRIES_MAX // 2:
            self._add_pending(key, digest)  # Old and still of use: it moves to the end of the queue.
        return digest

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> bool:
        """Remember the digest of the file with this record; False where that would not be safe."""
        key = memo_key(record, namespace)
        if key is None:
            return False
        if self._cached.get(key) == digest:
            return True
        self._cached.put(key, digest)
        self._add_pending(key, digest)
        return True

    def _add_pending(self, key: bytes, digest: Digest) -> None:
        with self._lock:
            if len(self._pending) < limits.MEMO_ENTRIES_MAX // 2:
                self._pending[key] = digest

    def flush(self) -> None:
        """Write what was remembered. After a StoreError it stays in memory only."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return
        with self._database.transaction() as c:
            c.executemany("INSERT OR REPLACE INTO memo (key, digest) VALUES (?, ?)", pending.items())
            c.execute(
                "DELETE FROM memo WHERE id <= (SELECT max(id) FROM memo) - ?", (limits.MEMO_ENTRIES_MAX,)
            )

    def clear(self) -> None:
        """Forget all that is in memory."""
        with self._lock:
            self._pending = {}
        self._cached.clear()


def memo_key(record: StatRecord, namespace: int) -> bytes | None:
    """What a record is remembered under; None for no file, and for an anonymous device in an unknown namespace."""
    if not exists(record):
        return None
    if os.major(int.from_bytes(record[_DEV], "little")):
        return record
    return record + namespace.to_bytes(_NAMESPACE_BYTES, "little") if namespace else None
