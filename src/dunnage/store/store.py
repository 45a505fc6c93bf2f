"""The store: one object for all of it. Every method may be called from any thread.

Whatever happens to the files below it (deleted, truncated, read-only, no room), a method gives an answer or raises a
`StoreError`, never another exception; and as soon as it can, the store works again.
"""

import logging
from collections.abc import Callable, Sequence

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, Digest, UnitKey
from dunnage.model.outcome import Result
from dunnage.model.path_set import PathSet
from dunnage.model.view import StatRecord
from dunnage.store.accounts import AccountBook
from dunnage.store.blobs import Blobs
from dunnage.store.committer import Committer
from dunnage.store.contents import Look
from dunnage.store.counters import CounterBook
from dunnage.store.database import Database
from dunnage.store.fsck import fsck
from dunnage.store.incoming import Incoming
from dunnage.store.layout import Layout, Step, no_step, store_error
from dunnage.store.memo import Memo
from dunnage.store.records import Records
from dunnage.store.reports import Counters, Fsck, StoreSize, Trimmed, UnitRow
from dunnage.store.trim import Trimmer

_log = logging.getLogger("dunnage.store")


class Store:
    """Blobs, records, digest memo and counters of one directory."""

    def __init__(
        self, layout: Layout, database: Database, size_bytes_max: int, clock: Callable[[], float]
    ) -> None:
        self.directory = layout.directory
        self._layout = layout
        self._database = database
        self._size_bytes_max = size_bytes_max
        self._blobs = Blobs(layout, database)
        self._records = Records(layout, database, self._blobs, clock)
        self._memo = Memo(database)
        self._counters = CounterBook(database, clock)
        self.accounts = AccountBook(database, clock)
        """What `dunnage explain` goes by."""
        self._trimmer = Trimmer(layout, database, self._blobs, clock)
        self._clock = clock
        self._orphans_due_s = float("inf")
        self._orphans_removed_s = float("-inf")
        self._committer = Committer(
            (
                self._counters.flush,
                self.accounts.flush,
                self._blobs.flush,
                self._records.flush,
                self._memo.flush,
                self._database.checkpoint,
            )
        )

    @classmethod
    def open(
        cls, directory: str, *, size_bytes_max: int, clock: Callable[[], float], step: Step = no_step
    ) -> "Store":
        """Open the store in a directory, or begin one. `clock` gives unix time in seconds. StoreError, StoreTooNew."""
        layout = Layout(directory, step)
        try:
            layout.create()
            dead = layout.remove_leftovers()
        except OSError as error:
            layout.release()
            raise store_error(error, f"The store in {directory} cannot be opened") from error
        try:
            store = cls(layout, Database(layout), size_bytes_max, clock)
        except BaseException:
            layout.release()
            raise
        layout.save_reserve()
        if dead:  # What they put and did not record is an orphan, and old enough by then.
            store._orphans_due_s = clock() + limits.ORPHAN_AGE_S
        return store

    def close(self) -> None:
        """Write what waits, and close. Never fails; afterwards every method raises StoreError."""
        self._committer.close()
        self._database.close()
        self._layout.release()

    # --- records ----------------------------------------------------------------------------------

    def path_sets(self, key: UnitKey) -> Sequence[PathSet]:
        """The manifest of a unit: at most `limits.PATH_SETS_PER_UNIT_MAX` path sets, last used first. StoreError."""
        return self._records.path_sets(key)

    def results(self, key: ActionKey) -> Sequence[ActionResult]:
        """The results of an action, the last used first, at most `limits.VARIANTS_PER_ACTION_MAX`. StoreError."""
        return self._records.results(key)

    def add(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> None:
        """Record a result whose blobs were `put` before; one that is bound to the same is replaced. When this
        returns, a kill -9 does not lose it. BlobMissing where a blob was removed in between, StoreFull, StoreError.
        """
        total = self._records.add(unit, paths, action, result)
        self._committer.wake()
        try:
            if total > self._size_bytes_max:
                self._trimmer.trim_to(self._size_bytes_max * limits.TRIM_TO_PERCENT // 100, wait=False)
                self._counters.forget_units()
            if self._clock() >= self._orphans_due_s or self._blobs.fresh > limits.FRESH_BLOBS_MAX:
                self._remove_orphans()
        except StoreError as error:
            _log.warning("cannot be trimmed now: %s", error)

    def _remove_orphans(self) -> None:
        """At most once in `limits.ORPHAN_AGE_S`: it lists every blob."""
        if self._clock() - self._orphans_removed_s >= limits.ORPHAN_AGE_S:
            self._orphans_removed_s, self._orphans_due_s = self._clock(), float("inf")
            self._trimmer.remove_orphans()

    def used(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> None:
        """This was a hit: path set and result become the newest. Written with the next commit. Never fails."""
        self._records.used(unit, paths, action, result)
        self._committer.wake()

    def drop(self, action: ActionKey, result: ActionResult) -> None:
        """Forget the result of an action that is bound to what this one is. StoreError."""
        self._records.drop(action, result)

    # --- blobs ------------------------------------------------------------------------------------

    def put(self, fd: int, look: Look | None = None) -> tuple[Digest, int]:
        """Keep a copy of what an open file holds, from its beginning; its offset does not move. Digest and size in
        bytes. `look`, if given, gets the bytes that are kept, piece by piece. StoreFull, StoreError.
        """
        return self._blobs.put(fd, look)

    def receive(self) -> Incoming:
        """A file of the store's own for a blob that comes piece by piece: `Incoming.keep` makes it one, and the caller
        closes it. StoreFull, StoreError.
        """
        return self._blobs.receive()

    def open_blob(self, digest: Digest, size: int) -> int:
        """A descriptor (O_RDONLY, O_CLOEXEC) of a blob; the caller closes it. It stays good whatever is trimmed.
        BlobMissing; BlobCorrupt where it was not what its name says (it is set aside then); StoreError.
        """
        return self._blobs.open(digest, size)

    def lent(self, digest: Digest, record: StatRecord) -> None:
        """A client has put the blob that it was lent, or a copy, where this record is of. Never fails."""
        self._blobs.lent(digest, record)
        self._committer.wake()

    def holds(self, digest: Digest, size: int) -> bool:
        """Whether a blob is here, as far as that can be told without reading it. StoreError."""
        return self._blobs.holds(digest, size)

    def check_blob(self, digest: Digest, size: int) -> None:
        """Read a blob, however well it is known. BlobMissing; BlobCorrupt (it is set aside then); StoreError."""
        self._blobs.verify(digest, size)

    # --- digest memo ------------------------------------------------------------------------------

    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        """The digest of the file with this stat record, as seen in a mount namespace (0: not known). StoreError."""
        return self._memo.digest_of(record, namespace)

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        """Remember a digest by stat record. The caller decides whether the record may be trusted. Never fails."""
        if self._memo.remember(record, namespace, digest):
            self._committer.wake()

    # --- counters ---------------------------------------------------------------------------------

    def count(self, result: Result) -> None:
        """Count a session. Written with the next commit. Never fails."""
        self._counters.count(result)
        self.accounts.keep(result)
        self._committer.wake()

    def counters(self) -> Counters:
        """How sessions ended. StoreError."""
        return self._counters.counters()

    def units(self, limit: int) -> Sequence[UnitRow]:
        """The units with the most time spent and saved, at most `limit`. StoreError."""
        return self._counters.units(limit)

    def zero(self) -> None:
        """Begin counting anew. StoreError."""
        self._counters.zero()

    # --- room -------------------------------------------------------------------------------------

    def size(self) -> StoreSize:
        """How much is kept. StoreError."""
        self._database.ensure()
        [(size, blobs, results)] = self._database.query("SELECT bytes, blobs, results FROM totals")
        return StoreSize(size, self._size_bytes_max, results, blobs)

    def trim(self, size_bytes_max: int | None = None) -> Trimmed:
        """Remove the longest unused down to this many bytes of blobs (None: the store's own limit), and all leftovers.
        StoreError.
        """
        self._records.flush()
        removed = self._trimmer.trim_to(self._size_bytes_max if size_bytes_max is None else size_bytes_max)
        self._trimmer.remove_orphans()
        self._counters.forget_units()
        return removed

    def clear(self) -> Trimmed:
        """Remove everything but the counters. Descriptors that are open stay good. StoreError."""
        self._records.forget()
        self.accounts.forget()
        self._memo.clear()
        return self._trimmer.clear()

    def fsck(self) -> Fsck:
        """Read and check everything; what is wrong is removed. StoreError."""
        self._committer.flush()
        return fsck(self._database, self._blobs, self._trimmer.remove_orphans)
