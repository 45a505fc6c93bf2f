"""Trim: make room by least recent use. Results go before blobs, and a blob only when no result refers to it.

Records are deleted and committed before files: a process that is killed in between leaves files without a record, which
`remove_orphans` finds, and never a record without its files.
"""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress

from dunnage import limits
from dunnage.errors import StoreFull
from dunnage.model.digest import Digest
from dunnage.store.blobs import Blobs
from dunnage.store.database import Database
from dunnage.store.layout import Layout, digest_of_name, store_error
from dunnage.store.reports import Trimmed


class Trimmer:
    """Removes what is not needed from one store. Thread-safe; one trim at a time in a process."""

    def __init__(self, layout: Layout, database: Database, blobs: Blobs, clock: Callable[[], float]) -> None:
        self._layout = layout
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._lock = threading.Lock()

    def trim_to(self, size_bytes: int, *, wait: bool = True) -> Trimmed:
        """Remove the longest unused until no more than `size_bytes` of blobs are left. StoreError."""
        if not self._lock.acquire(blocking=wait):
            return Trimmed()  # Another thread is at it.
        removed = Trimmed()
        results_max = limits.TRIM_BATCH_RESULTS
        try:
            self._database.ensure()
            while True:
                try:
                    batch, done = self._batch(size_bytes, results_max)
                except StoreFull:
                    if results_max == 1:
                        raise
                    results_max = 1
                    self._layout.spend_reserve()
                    continue
                removed += batch
                if done:
                    self._layout.save_reserve()
                    return removed
        except OSError as error:
            raise store_error(error, "The store cannot be trimmed") from error
        finally:
            self._lock.release()

    def _batch(self, size_bytes: int, results_max: int) -> tuple[Trimmed, bool]:
        with self._layout.removing():
            gone: list[tuple[Digest, int]] = []
            results = 0
            with self._database.transaction() as c:
                gone += _remove_loose(c)
                while (too_large := _total(c) > size_bytes) and results < results_max:
                    if not _remove_oldest(c):
                        too_large = False
                        break
                    results += 1
                    gone += _remove_loose(c)
            self._blobs.forget_fresh({digest for digest, _ in gone})
            for digest, _ in gone:
                self._unlink(self._layout.blob(digest))
        return Trimmed(results, len(gone), sum(size for _, size in gone)), not too_large

    def clear(self) -> Trimmed:
        """Remove all records and blobs; counters stay. Descriptors that are open stay good. StoreError."""
        self._database.ensure()
        try:
            with self._lock, self._layout.removing():
                [(size, blobs, results)] = self._database.query("SELECT bytes, blobs, results FROM totals")
                try:
                    self._database.empty()
                except StoreFull:
                    self._layout.spend_reserve()
                    self._database.empty()
                self._blobs.forget_fresh()
                trash = self._layout.discard_blobs()
            self._layout.step("unlink")
            shutil.rmtree(trash, ignore_errors=True)
            self._layout.save_reserve()
        except OSError as error:
            raise store_error(error, "The store cannot be cleared") from error
        return Trimmed(results, blobs, size)

    def remove_orphans(self) -> int:
        """Remove files among the blobs without a record that are too old to wait for one. How many. StoreError."""
        removed = 0
        try:
            for name in os.listdir(self._layout.blobs):
                removed += self._remove_orphans_in(os.path.join(self._layout.blobs, name))
        except FileNotFoundError:
            return removed  # Somebody deleted the store: nothing is left to remove.
        except OSError as error:
            raise store_error(error, "The store cannot be searched") from error
        return removed

    def _remove_orphans_in(self, directory: str) -> int:
        try:
            found = {name: digest_of_name(name) for name in os.listdir(directory)}
        except NotADirectoryError:
            self._unlink(directory)
            return 1
        except FileNotFoundError:
            return 0
        suspects = self._without_record(directory, found)
        if not suspects:
            return 0
        with self._layout.removing():  # Again, now that nobody publishes or records.
            still = self._without_record(directory, {name: found[name] for name in suspects})
            for name in still:
                self._unlink(os.path.join(directory, name))
            self._blobs.forget_fresh({digest for name in still if (digest := found[name]) is not None})
        return len(still)

    def _without_record(self, directory: str, found: dict[str, Digest | None]) -> list[str]:
        prefix = os.path.basename(directory)
        known = set()
        with suppress(ValueError):
            first = bytes.fromhex(prefix)
            rows = self._database.query(
                "SELECT digest FROM blobs WHERE digest >= ? AND digest < ?", (first, first + b"\xff" * 32)
            )
            known = {row[0] for row in rows}
        young = self._clock() - limits.ORPHAN_AGE_S
        return [
            name
            for name, digest in found.items()
            if not (digest in known and name.startswith(prefix)) and _changed_s(f"{directory}/{name}") < young
        ]

    def _unlink(self, path: str) -> None:
        self._layout.step("unlink")
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except IsADirectoryError:
            shutil.rmtree(path, ignore_errors=True)


def _changed_s(path: str) -> float:
    try:
        return os.lstat(path).st_ctime
    except OSError:
        return float("inf")


def _total(c: sqlite3.Connection) -> int:
    [(total,)] = c.execute("SELECT bytes FROM totals").fetchall()
    return int(total)


def _remove_oldest(c: sqlite3.Connection) -> bool:
    return (
        c.execute("DELETE FROM results WHERE id = (SELECT id FROM results ORDER BY used LIMIT 1)").rowcount
        > 0
    )


def _remove_loose(c: sqlite3.Connection) -> list[tuple[Digest, int]]:
    """Delete the rows of blobs that lost their last result; their digests and sizes."""
    found = c.execute(
        "SELECT blobs.id, digest, size FROM loose JOIN blobs ON blobs.id = loose.blob"
        " WHERE NOT EXISTS (SELECT 1 FROM refs WHERE refs.blob = loose.blob)"
    ).fetchall()
    c.executemany("DELETE FROM blobs WHERE id = ?", [(row[0],) for row in found])
    c.execute("DELETE FROM loose")
    return [(Digest(row[1]), row[2]) for row in found]
